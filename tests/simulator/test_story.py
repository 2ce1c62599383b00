"""The whole story in a real browser: a link, its price, a payment, a parcel, a rating; then an upgrade."""

from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from luminous import notices, orders, quotes
from luminous.db import Database
from luminous.orders import MILESTONES, Milestone
from luminous.quotes import Basket, Goods
from luminous.replies import Shop as Seller
from tests.shop import KAMPALA

from .browsing import DESK, NEEDS_BROWSER, watch_for_trouble
from .stand_in import Shop

pytestmark = NEEDS_BROWSER
PATIENCE = 20_000  # ms: generous, for a machine that does other things as well
SHOES = Basket((Goods("Nike Air Max 90, size 42", 1, 12999, "USD"),), 120_000, 60_000, 10_000)


class Staff:
    """What staff type, as `luminous quote` and `luminous orders` do it."""

    def __init__(self, database: Database) -> None:
        self.database, self.seller = database, Seller("Kampala Finds", KAMPALA.timezone)

    async def price(self, number: int) -> None:
        async with self.database.transaction() as conn:
            await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
            asked = await quotes.numbered(conn, number)
            assert asked
            draft = await quotes.draft(conn, asked.id, SHOES, by="Aisha")
            await notices.send_quotation(conn, self.seller, asked.id, draft.version, by="Aisha")

    async def move(self, *milestones: Milestone) -> None:
        for milestone in milestones:
            async with self.database.transaction() as conn:
                order = await orders.numbered(conn, 1)
                assert order
                await notices.reach_milestone(conn, self.seller, order.id, milestone, by="Aisha")

    async def sleep(self) -> None:
        """Ten minutes pass: nobody writes and reads as fast as a test for long."""
        async with self.database.transaction() as conn:
            await conn.execute("update outbox set attempted_at = attempted_at - interval '10 minutes'")


@pytest.fixture
async def staff(database_url: str) -> AsyncGenerator[Staff]:
    async with Database(database_url) as database:
        yield Staff(database)


class Phone:
    """The phone on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def said(self, words: str) -> Locator:
        return self.page.locator(".by-shop .bubble", has_text=words).last

    async def write(self, words: str) -> None:
        await self.page.get_by_label("Message", exact=True).fill(words)
        await self.page.keyboard.press("Enter")

    async def reads(self, words: str) -> None:
        await expect(self.said(words)).to_be_visible(timeout=PATIENCE)

    async def press(self, button: str) -> None:
        await self.page.locator(".choices").get_by_role("button", name=button, exact=True).last.click()

    async def choose(self, opener: str, row: str) -> None:
        await self.press(opener)
        sheet = self.page.get_by_role("dialog")
        await sheet.get_by_text(row, exact=True).first.click()
        await sheet.get_by_role("button", name="Send").click()

    async def approve(self, price: str) -> None:
        await expect(self.page.get_by_role("alertdialog")).to_contain_text(f"Pay {price}?", timeout=PATIENCE)
        await self.page.get_by_role("button", name="Approve", exact=True).click()
        await expect(self.page.get_by_role("alertdialog")).to_be_hidden(timeout=PATIENCE)


async def test_from_a_link_to_the_rating_and_an_upgrade(
    browser: Browser, real_shop: Shop, staff: Staff
) -> None:
    async with await browser.new_page(viewport=DESK) as page:
        trouble = watch_for_trouble(page)
        await page.goto(real_shop.url)
        await buy(Phone(page), staff)
        await receive(Phone(page), staff)
        await staff.sleep()
        await upgrade(Phone(page), staff)
        assert trouble == []


async def buy(phone: Phone, staff: Staff) -> None:
    await phone.write("https://shop.example/shoes size 42")
    await phone.reads("Noted for your request Q-1.")
    await phone.press("That is all")
    await phone.reads("is with our shoppers")
    await staff.price(1)
    await phone.reads("744,976 UGX")
    await phone.press("Accept")
    await phone.reads("is locked")
    await phone.press("Pay now")
    await phone.reads("From which number?")
    await phone.page.locator(".choices button", has_text="From 07").last.click()
    await phone.reads("Approve it on that phone")
    await phone.approve("UGX 744,976")
    await phone.reads("It is order 1 now")
    await expect(phone.page.get_by_text("Receipt 1.pdf").last).to_be_visible(timeout=PATIENCE)


async def receive(phone: Phone, staff: Staff) -> None:
    await phone.write("address Plot 5, Kira Road, Ntinda")
    await phone.reads("We deliver order 1 to: Plot 5")
    await staff.move(*MILESTONES[1:4])
    await phone.reads("Order 1 is on its way to Uganda.")
    await phone.write("Where is my order?")
    await phone.reads("✓ on its way to Uganda")
    await staff.move(*MILESTONES[4:])
    await phone.reads("Order 1 is delivered. How was it")
    await phone.choose("Rate it", "★★★★★")
    await phone.reads("glad that it went well")


async def upgrade(phone: Phone, staff: Staff) -> None:
    await phone.write("upgrade")
    await phone.reads("Standard")
    await phone.choose("Choose a plan", "Standard")
    await phone.reads("It starts as soon as your payment has arrived")
    await phone.press("Pay now")
    await phone.reads("for Standard, with MTN")
    await phone.page.locator(".choices button", has_text="From 07").last.click()
    await phone.approve("UGX 29,900")
    await phone.reads("Your plan Standard is active")

    await phone.write("https://shop.example/boots")
    await phone.reads("Noted for your request Q-2.")
    await phone.press("That is all")
    await phone.reads("Q-2 (1 thing) is with our shoppers")
    await staff.price(2)
    await phone.reads("Your quotation Q-2")
    async with staff.database.transaction() as conn:
        found = await quotes.numbered(conn, 2)
        assert found
        detail = await quotes.detail(conn, found.id)
    assert detail
    fees = sum(line.amount for line in detail.lines if line.kind.startswith("service_fee"))
    goods = sum(line.amount for line in detail.lines if line.kind == "goods")
    assert round(Decimal(fees) / goods, 4) == Decimal("0.09")
