"""A person walks the simulator in a real browser, at a desk and on a phone."""

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from luminous.db import Database, sql

from .browsing import DESK, NEEDS_BROWSER, POCKET, watch_for_trouble
from .stand_in import Body, Shop

KNOW = sql("select resolve_customer(%(phone)s, %(user_id)s, null, %(name)s)::text").into(str)

pytestmark = NEEDS_BROWSER


@pytest.fixture
async def answering_shop(knowing_shop: Shop, database: Database) -> Shop:
    """A shop that knows who writes, and answers: first with buttons, then with a list, then with thanks."""
    shop = knowing_shop

    async def answer(body: Body) -> None:
        value = body["entry"][0]["changes"][0]["value"]
        for message in value.get("messages", []):
            if message["type"] == "reaction":
                continue
            async with database.transaction() as conn:
                name = value["contacts"][0]["profile"]["name"]
                phone = f"+{message['from']}" if "from" in message else None
                await KNOW.one(conn, phone=phone, user_id=message["from_user_id"], name=name)
            await shop.call({"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]})
            choice = message.get("interactive", {})
            await shop.send(**next_words(choice.get("type")), context={"message_id": message["id"]})

    shop.on_message = answer
    return shop


def next_words(after: str | None) -> Body:
    if after is None:
        reply = {"type": "reply", "reply": {"id": "menu", "title": "What can you do?"}}
        action: Body = {"buttons": [reply]}
        body = {"text": "Welcome!"}
        return {"type": "interactive", "interactive": {"type": "button", "body": body, "action": action}}
    if after == "button_reply":
        rows = [{"id": "price", "title": "Ask for a price"}, {"id": "plan", "title": "My plan"}]
        action = {"button": "See all", "sections": [{"title": "Buying", "rows": rows}]}
        body = {"text": "All of this:"}
        return {"type": "interactive", "interactive": {"type": "list", "body": body, "action": action}}
    return {"type": "text", "text": {"body": "Thank *you*!"}}


async def press_while_the_bubble_changes(page: Page, answering_shop: Shop, button: str) -> None:
    await page.get_by_role("button", name=button).hover()
    await page.mouse.down()
    wamid = await page.locator(".by-shop .bubble").last.get_attribute("data-wamid") or ""
    await answering_shop.act("/phones/1/reactions", wamid=wamid, emoji="👍")
    await expect(page.locator(".by-shop .reactions")).to_have_text("👍")
    await page.mouse.up()


@pytest.mark.parametrize("size", [DESK, POCKET], ids=["at a desk", "in a pocket"])
async def test_hello_is_ticked_answered_chosen_from_and_seen(
    browser: Browser, answering_shop: Shop, size: ViewportSize
) -> None:
    async with await browser.new_page(viewport=size) as page:
        await walk(page, answering_shop, size)


async def walk(page: Page, answering_shop: Shop, size: ViewportSize) -> None:
    trouble = watch_for_trouble(page)
    await page.goto(answering_shop.url)
    await expect(page.get_by_text("Write “Hello” to Kampala Finds")).to_be_visible()

    await page.get_by_label("Message", exact=True).fill("Hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-me .tick")).to_have_attribute("title", "Read")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("")

    await press_while_the_bubble_changes(page, answering_shop, "What can you do?")
    await page.get_by_role("button", name="See all").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_text("My plan").click()
    await sheet.get_by_role("button", name="Send").click()
    await expect(sheet).to_be_hidden()
    await expect(page.locator(".by-shop .words strong", has_text="you")).to_be_visible()
    await expect(page.locator(".by-me .words")).to_have_text(["Hello", "What can you do?", "My plan"])
    await expect(page.locator(".by-me .quote")).to_have_count(2)
    await expect(page.locator(".by-shop .tick").last).to_have_attribute("title", "Read")

    if size == POCKET:
        await page.get_by_role("tab", name="Shop").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    await expect(page.get_by_text("Guest User")).to_be_visible()
    await expect(page.get_by_text(answering_shop.user_id()).first).to_be_visible()
    if size == POCKET:
        await page.get_by_role("tab", name="Wire").click()
    await expect(page.get_by_label("Body of the last webhook")).to_contain_text("whatsapp_business_account")
    await expect(page.get_by_label("Body of the last Graph call")).to_contain_text("Thank *you*!")
    assert trouble == []


async def test_quote_react_picture_and_a_hidden_number_with_the_keyboard_at_hand(
    browser: Browser, answering_shop: Shop
) -> None:
    async with await browser.new_page(viewport=DESK) as page:
        await try_everything(page, answering_shop)


async def try_everything(page: Page, answering_shop: Shop) -> None:
    trouble = watch_for_trouble(page)
    await page.goto(answering_shop.url)
    await page.get_by_role("button", name="Send “Hello”").click()
    welcome = page.locator(".by-shop .bubble", has_text="Welcome!").first
    await welcome.click()
    await page.get_by_role("button", name="React with 👍").click()
    await expect(welcome.locator(".reactions")).to_have_text("👍")

    await welcome.click()
    await page.keyboard.type("This one")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-me .quote", has_text="Welcome!")).to_be_visible()

    await page.get_by_label("Send a picture or file").click()
    await page.get_by_role("button", name="A sample picture").click()
    await page.keyboard.type("How much?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-me img.picture")).to_be_visible()

    await page.get_by_role("button", name="Add a phone").click()
    await page.get_by_role("tab", name="Whose phone").click()
    await page.get_by_label("Profile name").fill("👩🏾‍🚀 نادية <b>Nsubuga</b> " + "Wamala-" * 30)
    await page.get_by_role("textbox", name="Username").fill("nadia")
    await page.get_by_label("no number: hidden").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.get_by_label("Message", exact=True).fill("Who am I?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("learned").or_(page.get_by_text("created")).first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
    assert "from" not in answering_shop.messages()[-1]
    assert trouble == []
