"""A person walks from WhatsApp to the account and back in a real browser; what axe finds on each page."""

import re
from collections.abc import AsyncGenerator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from luminous import quotes
from luminous.db import connect
from luminous.simulator import progress
from tests.quotes.making import sent
from tests.simulator.browsing import NEEDS_BROWSER, POCKET, watch_for_trouble
from tests.simulator.stand_in import Shop

from .online import open_website

pytestmark = NEEDS_BROWSER

AXE = (Path(__file__).parent / "vendor/axe-4.14.1.min.js").read_text("utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ROOMS = (
    "",
    "/quotations",
    "/orders",
    "/payments",
    "/plan",
    "/conversation",
    "/details",
    "/sessions",
    "/privacy",
)
OPEN_PAGES = ("/", "/privacy", "/account/sign-in", "/account/sign-up", "/l", "/nowhere")


@pytest.fixture(scope="module")
async def lasting_shop(tmp_path_factory: pytest.TempPathFactory, lasting_url: str) -> AsyncGenerator[Shop]:
    """One server for all walks, whose messages reach their phones faster than people could watch."""
    with pytest.MonkeyPatch.context() as patch:
        for step in ("SENT_AFTER", "DELIVERED_AFTER", "READ_AFTER", "FINEST"):
            patch.setattr(progress, step, 0.03)
        async with open_website(tmp_path_factory.mktemp("website"), lasting_url) as shop:
            yield shop


@pytest.fixture
async def online(lasting_shop: Shop) -> Shop:
    """The shop with one new phone, whose owner is new to it."""
    await lasting_shop.begin_again()
    return lasting_shop


async def findings(page: Page) -> list[str]:
    """What axe calls serious or worse."""
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate(
        "tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", WCAG
    )
    return [
        f"{page.url}: {each['id']} {each['nodes'][0]['html'][:120]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def asks_on_whatsapp(context: BrowserContext, home: str, words: str = "ACCOUNT") -> str:
    """Write on the simulated phone as a link to WhatsApp prepares it; the last link that comes back."""
    phone = await context.new_page()
    await phone.goto(f"{home}/simulator?text={words}")
    links = phone.locator("a[href*='/l/'][href*='#']")
    before = await links.count()
    await phone.click(".send")
    await expect(links).to_have_count(before + 1, timeout=20_000)
    address = await links.last.get_attribute("href") or ""
    await phone.close()
    return address


async def approves(context: BrowserContext, home: str) -> None:
    """The prompt on the simulated phone, answered with the PIN."""
    phone = await context.new_page()
    await phone.goto(f"{home}/simulator")
    await phone.locator("#approve-payment").click(timeout=20_000)
    await expect(phone.locator("#approve-payment")).to_be_hidden(timeout=20_000)
    await phone.close()


async def test_from_whatsapp_to_the_account_where_a_quotation_comes_live_and_is_paid(
    browser: Browser, online: Shop, lasting_url: str
) -> None:
    home = online.url.removesuffix("/simulator")
    context = await browser.new_context(viewport=POCKET)
    page = await context.new_page()
    trouble = watch_for_trouble(page)
    wrong: list[str] = []
    for path in OPEN_PAGES:
        await page.goto(home + path)
        wrong += await findings(page)
    trouble.clear()  # the page that is not there is told as an error

    await page.goto(await asks_on_whatsapp(context, home))
    await expect(page.get_by_role("heading", name="Is this your account?")).to_be_visible()
    wrong += await findings(page)
    await page.get_by_role("button", name="Yes, open my account").click()
    await expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    assert "#" not in page.url

    async with connect(lasting_url) as conn, conn.transaction():
        newest = await conn.execute("select id from customers order by created_at desc limit 1")
        (customer_id,) = (await newest.fetchall())[0]
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        await sent(conn, customer_id)
    await page.get_by_role("link", name="Look and decide").click(timeout=20_000)  # it came by itself
    wrong += await findings(page)
    await page.get_by_role("button", name="Accept UGX").click()
    await expect(page.get_by_text("Accepted. The price is yours")).to_be_visible()
    await expect(page.get_by_text("Pay until")).to_be_visible()
    await page.get_by_role("button", name="Pay UGX").click()
    await approves(context, home)
    await expect(page.get_by_text("Paid: we buy it now")).to_be_visible(timeout=20_000)  # by itself
    await expect(page.get_by_role("link", name="Receipt 1 as PDF")).to_be_visible()
    for path in ROOMS:
        await page.goto(f"{home}/account{path}")
        wrong += await findings(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    await page.get_by_role("button", name="Sign out").first.click()
    await expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert wrong == []
    assert trouble == []
    await context.close()


async def test_the_same_person_from_the_website_first(browser: Browser, online: Shop) -> None:
    home = online.url.removesuffix("/simulator")
    context = await browser.new_context(viewport=POCKET)
    page = await context.new_page()
    trouble = watch_for_trouble(page)
    await page.goto(home)
    await page.get_by_role("link", name="Make an account").click()
    await page.get_by_label("Your name").fill("Amina Nakato")
    await page.get_by_label("Phone number").fill("0782 240 146")
    await page.get_by_label("E-mail").fill("amina@example.com")
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Show me the message").click()
    assert await findings(page) == []

    phone = await context.new_page()
    await phone.goto(await page.get_by_role("link", name="Open WhatsApp").get_attribute("href") or "")
    await phone.click(".send")
    await expect(page.get_by_text("Your WhatsApp is connected with this account")).to_be_visible(
        timeout=20_000
    )  # by itself

    await phone.goto(f"{home}/simulator/mail")
    letter = await phone.locator(".letter").first.inner_text()
    await page.goto(re.findall(r"http\S+#\S+", letter)[0])
    await page.get_by_role("button", name="Yes, this is my e-mail").click()
    await expect(page.get_by_text("Your e-mail is confirmed")).to_be_visible()
    assert trouble == []
    await context.close()


async def test_without_javascript_the_code_opens_the_account(browser: Browser, online: Shop) -> None:
    home = online.url.removesuffix("/simulator")
    await online.say("ACCOUNT")
    await online.until(lambda: "type the code" in said(online))
    handle = re.findall(r"/l/([0-9A-Z]{8})", said(online))[0]
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}(?!\w)", said(online))[-1]

    context = await browser.new_context(viewport=POCKET, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{home}/l/{handle}")
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Yes, open my account").click()
    await expect(page.get_by_role("heading", name="Hello")).to_be_visible()
    await page.get_by_role("link", name="Plan", exact=True).click()
    await page.get_by_role("button", name="Choose Plus").click()
    await expect(page.get_by_text("Plus waits for its payment")).to_be_visible()
    await page.get_by_role("button", name="Not this plan after all").click()
    await expect(page.get_by_role("button", name="Choose Plus")).to_be_visible()
    await context.close()


def said(shop: Shop) -> str:
    """Everything on the simulated phone."""
    return str(shop.rows("select * from messages"))
