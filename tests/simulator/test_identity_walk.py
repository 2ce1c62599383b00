"""A person moves between phones, numbers and SIM cards in a real browser, and the real shop keeps up."""

import re

from playwright.async_api import Browser, Page, expect

from .browsing import NEEDS_BROWSER, POCKET, watch_for_trouble
from .stand_in import Shop

pytestmark = NEEDS_BROWSER
SECRET = "The blue bag is for my sister"


class Walker:
    """Somebody with the page on a phone in the hand."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.trouble = watch_for_trouble(page)

    async def view(self, name: str) -> None:
        """Look at Phone, Shop or Setup."""
        await self.page.get_by_role("tab", name=name, exact=True).click()
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= POCKET["width"]

    async def write(self, words: str) -> None:
        await self.view("Phone")
        before = await self.page.locator(".by-shop .words").count()
        await self.page.get_by_label("Message", exact=True).fill(words)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator(".by-shop .words").nth(before)).to_be_visible()

    async def finds(self, *facts: str) -> str:
        """What the shop sees, once all of this is in it."""
        await self.view("Shop")
        shop = self.page.locator('[sse-swap="shop"]')
        for fact in facts:
            await expect(shop).to_contain_text(fact)
        return await shop.inner_text()

    async def opens(self, act: str) -> None:
        await self.view("Setup")
        await self.page.locator("summary", has_text=act).click()


async def test_a_new_number_finds_everything_and_a_used_sim_finds_nothing(
    browser: Browser, real_shop: Shop
) -> None:
    async with await browser.new_page(viewport=POCKET) as page:
        walker = Walker(page, real_shop.url)
        await page.goto(real_shop.url)
        await walker.write("Hello")
        await walker.write(SECRET)
        customer_id = id_in(await walker.finds("Amina Nakato", "row 2", SECRET))

        await moves_to_another_number(walker, customer_id)
        await sells_the_sim_card(walker, customer_id)
        assert walker.trouble == []


async def moves_to_another_number(walker: Walker, customer_id: str) -> None:
    page = walker.page
    await walker.opens("A new number")
    await page.get_by_label("later: it waits").check()
    await page.get_by_role("button", name="Change the number").click()
    await expect(page.get_by_text("with a new user id.")).to_be_visible()

    await walker.write("It is me, with a new number")
    made = await walker.finds("row 1", "It is me, with a new number")
    assert (id_in(made) != customer_id, SECRET in made) == (True, False)

    await walker.view("Phone")
    await expect(page.get_by_text("An announcement waits.")).to_be_visible()
    await page.get_by_role("button", name="Send it now").click()
    found = await walker.finds("announced_merge", SECRET, "It is me, with a new number")
    assert id_in(found) == customer_id
    await expect(page.get_by_text("An announcement waits.")).to_have_count(0)


async def sells_the_sim_card(walker: Walker, customer_id: str) -> None:
    page = walker.page
    await walker.opens("Sell the SIM card")
    await page.get_by_label("has no WhatsApp").check()
    await page.get_by_role("button", name="Sell the SIM card").click()
    await walker.view("Phone")
    await expect(page.get_by_text("This phone has no WhatsApp: its SIM card was sold.")).to_be_visible()
    await walker.view("Setup")
    await page.get_by_role("link", name="Go to that phone").click()

    await walker.finds("Nobody yet.", "Amina Nakato")
    await walker.write("My plan")
    bought = await walker.finds("row 6", "A used number.", "Joseph Okello")
    assert id_in(bought) != customer_id
    assert SECRET not in bought + await page.locator("#wall").inner_text()


def id_in(shop: str) -> str:
    found = re.search(r"^id\s+([0-9a-f-]{36})", shop, re.MULTILINE)
    assert found, shop
    return found[1]
