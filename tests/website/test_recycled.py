"""Amina's number goes to Kato. Twelve ways in which he tries to see, or to keep, what is hers.

Amina has an account with an e-mail, a quotation and an address, and was signed in. Then she lost her card.
"""

from collections.abc import AsyncGenerator
from decimal import Decimal

import httpx2
import pytest
from psycopg.conninfo import conninfo_to_dict

from luminous import quotes
from luminous.accounts import Secrets
from luminous.db import Database
from tests.places import cloned
from tests.quotes.making import sent
from tests.shop import said

from .visiting import AMINA, Browser, ShopOnline, secrets_in, signed_in, text_of

NUMBER = AMINA[0]
HIS = (NUMBER, "UG.6666")
HIS_OLD = ("256772000006", "UG.6666")
SECRETS = ("Amina", "Nakato", "amina@example.com", "Plot 7", "Nike")
PAGES = ("", "/plan", "/quotations", "/conversation", "/details", "/sessions", "/privacy")


@pytest.fixture(scope="module")
async def her_life(lasting_url: str) -> str:
    """Amina's life before, made once: the name of its database, which nobody is connected to."""
    async with Database(lasting_url) as database:
        shop = ShopOnline(database)
        browser = await signed_in(shop, AMINA, "Amina Nakato")
        await browser.press(
            "/account/details/addresses", recipient="Amina", phone="0782240146", place="Plot 7"
        )
        await browser.press("/account/details/email", email="amina@example.com")
        await browser.enters(secrets_in((await shop.letters())[0].body))
        hers = await shop.one("select id from customers")
        async with database.transaction() as conn:
            await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
            await sent(conn, hers)
        await shop.settle()
    return str(conninfo_to_dict(lasting_url)["dbname"])


@pytest.fixture
async def robbed(server_url: str, her_life: str) -> AsyncGenerator[ShopOnline]:
    """A copy of it for each attack; afterwards she still has all of it, by her e-mail."""
    async with cloned(server_url, her_life) as url, Database(url) as database:
        shop = ShopOnline(database)
        shop.said = shop.whatsapp.accepted = 100  # what was said before has the numbers below
        yield shop
        mine = shop.browser()
        await mine.press("/account/sign-in", email="amina@example.com")
        letters = [each for each in await shop.letters() if "Sign in" in each.subject]
        await mine.enters(secrets_in(letters[-1].body), "instead")
        assert "Plot 7" in text_of(await mine.get("/account/details"))
        assert "Nike" in text_of(await mine.get(await her_quotation(shop)))


async def sees_nothing(shop: ShopOnline, browser: Browser) -> bool:
    """Whatever he opens, and whatever he was answered on WhatsApp."""
    pages = [await browser.get(f"/account{path}") for path in PAGES]
    pages.append(await browser.get(await her_quotation(shop)))
    shown = " ".join(map(text_of, pages)) + " ".join(shop.whatsapp.texts)
    return not any(secret in shown for secret in SECRETS)


async def her_quotation(shop: ShopOnline) -> str:
    quotation_id = await shop.one("select id from quotations")
    return f"/account/quotations/{quotation_id}"


async def his_link(shop: ShopOnline) -> Secrets:
    return secrets_in(await shop.writes("ACCOUNT", HIS, "Kato"))


async def test_1_he_asks_for_the_account_from_her_number(robbed: ShopOnline) -> None:
    browser = robbed.browser()
    await browser.enters(await his_link(robbed))
    assert "Kato" in text_of(await browser.get("/account"))
    assert await sees_nothing(robbed, browser)


async def test_2_he_opens_the_link_that_she_was_sent_just_before(robbed: ShopOnline) -> None:
    link = await robbed.link_for(AMINA, "Amina Nakato")
    robbed.whatsapp.sent.clear()
    await robbed.writes("Hello", HIS, "Kato")
    browser = robbed.browser()
    assert (await browser.enters(link)).status_code == 410
    assert await sees_nothing(robbed, browser)


async def test_3_he_types_the_code_of_that_link(robbed: ShopOnline) -> None:
    link = await robbed.link_for(AMINA, "Amina Nakato")
    robbed.whatsapp.sent.clear()
    await robbed.writes("Hello", HIS, "Kato")
    browser = robbed.browser()
    assert (await browser.press("/l", handle=link.handle, code=link.code)).status_code == 410
    assert await sees_nothing(robbed, browser)


async def test_4_he_has_her_phone_with_the_browser_that_is_signed_in(robbed: ShopOnline) -> None:
    browser = await signed_in(robbed, AMINA, "Amina Nakato")
    robbed.whatsapp.sent.clear()
    await robbed.writes("Hello", HIS, "Kato")
    assert (await browser.get("/account")).status_code == 303
    assert await sees_nothing(robbed, browser)


async def test_5_he_signs_up_with_her_number_and_his_name(robbed: ShopOnline) -> None:
    browser = robbed.browser()
    await browser.press("/account/sign-up", name="Kato", phone=f"+{NUMBER}")
    assert await sees_nothing(robbed, browser)


async def test_6_he_signs_up_and_connects_from_her_number(robbed: ShopOnline) -> None:
    browser = robbed.browser()
    await browser.press("/account/sign-up", name="Kato", phone=f"+{NUMBER}")
    await robbed.writes(await words_of(browser), HIS, "Kato")
    assert "Hello Kato" in text_of(await browser.get("/account"))
    assert await sees_nothing(robbed, browser)


async def test_7_he_asks_for_a_link_to_her_email(robbed: ShopOnline) -> None:
    browser = robbed.browser()
    asked = await browser.press("/account/sign-in", email="amina@example.com")
    handle = asked.text.split('name="handle" value="')[1].split('"')[0]
    for code in ("AAAAAAAA", "CCCCCCCC", "DDDDDDDD", "EEEEEEEE", "FFFFFFFF", "GGGGGGGG"):
        assert (await browser.press("/l/code", handle=handle, code=code)).status_code == 422
    assert await sees_nothing(robbed, browser)


async def test_8_he_wants_her_email_for_his_account_and_she_is_careless(robbed: ShopOnline) -> None:
    browser = robbed.browser()
    await browser.enters(await his_link(robbed))
    await browser.press("/account/details/email", email="amina@example.com")
    proof = secrets_in([each for each in await robbed.letters() if "Confirm" in each.subject][-1].body)
    pressed = await robbed.browser().enters(proof)  # she presses, in her own browser
    assert "Go back to where you asked" in pressed.text
    assert await sees_nothing(robbed, browser)


async def test_9_he_was_a_customer_before_and_moves_to_her_number(robbed: ShopOnline) -> None:
    browser = await signed_in(robbed, HIS_OLD, "Kato")
    await robbed.writes("Hello", HIS, "Kato")
    assert await sees_nothing(robbed, browser)


async def test_10_he_says_that_both_accounts_are_his(robbed: ShopOnline) -> None:
    browser = await signed_in(robbed, HIS_OLD, "Kato")
    link = await robbed.link_for(AMINA, "Amina Nakato")
    robbed.whatsapp.sent.clear()
    await robbed.writes("Hello", HIS, "Kato")
    assert (await browser.press("/l", token=link.token, choice="both")).status_code == 410
    assert await sees_nothing(robbed, browser)


async def test_11_he_writes_without_a_user_id_after_months_and_asks_for_the_account(
    robbed: ShopOnline,
) -> None:
    await robbed.do(
        "update customers"
        " set last_seen_at = now() - interval '46 days', created_at = now() - interval '50 days'"
    )
    answer = await robbed.writes("ACCOUNT", (NUMBER, None), "Kato")
    assert "/l/" not in answer
    await robbed.writes("not me", (NUMBER, None), "Kato")
    await robbed.writes(await words_of(await signed_up(robbed)), (NUMBER, None), "Kato")
    assert not any(secret in answer for secret in SECRETS)


async def test_12_he_shares_her_contact_and_presses_old_buttons(robbed: ShopOnline) -> None:
    await robbed.writes("Hello", HIS, "Kato")
    for number, button in enumerate(("account", "not_me", "connect", "plan")):
        pressed = {"type": "button_reply", "button_reply": {"id": button, "title": button}}
        await robbed.hear(said("interactive", pressed, f"wamid.button.{number}", HIS), name="Kato")
        await robbed.settle()
    links = [words for words in robbed.whatsapp.texts if "/l/" in words]
    browser = robbed.browser()
    await browser.enters(secrets_in(links[0]))
    assert await sees_nothing(robbed, browser)


async def signed_up(shop: ShopOnline) -> Browser:
    browser = shop.browser()
    await browser.press("/account/sign-up", name="Kato", phone=f"+{NUMBER}")
    return browser


async def words_of(browser: Browser) -> str:
    """The message that the page prepares for WhatsApp."""
    page = (await browser.press("/account/connect")).text
    return httpx2.URL(page.split('class="button whatsapp" href="')[1].split('"')[0]).params["text"]
