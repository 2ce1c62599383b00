"""Somebody starts on the website: what they type is a claim, and a message or a mailbox is the proof."""

from tests.shop import pressed

from .test_recycled import words_of
from .visiting import AMINA, KATO, ShopOnline, secrets_in, signed_in, text_of

EMAIL = "amina@example.com"


async def test_a_visitor_signs_up_and_one_message_from_their_phone_makes_them_a_customer(
    shop: ShopOnline,
) -> None:
    browser = shop.browser()
    page = await browser.follow("/account/sign-up", name="Amina Nakato", phone="0782 240 146", email=EMAIL)
    assert "Connect your WhatsApp" in page.text
    words = await words_of(browser)
    assert "Pearl Shopping" in words

    answer = await shop.writes(words, AMINA, "Amina")

    assert (
        "Done! Your WhatsApp is connected with your new website account, opened in Chrome on Android"
        in answer
    )
    overview = text_of(await browser.get("/account"))
    assert "Hello Amina" in overview
    assert "Guest User" in overview
    assert await shop.one("select count(*) from customers where profile_id is not null") == 1


async def test_that_was_not_me_cuts_the_website_off_at_once(shop: ShopOnline) -> None:
    browser = shop.browser()
    await browser.press("/account/sign-up", name="Kato", phone="0782240146")
    await shop.writes(await words_of(browser), AMINA, "Amina")
    assert (await browser.get("/account")).status_code == 200

    await shop.hear(pressed("not_me", "wamid.not.me"))
    assert "cut off from your WhatsApp" in "".join(await shop.settle())

    assert (await browser.get("/account")).status_code == 303
    assert await shop.one("select handover_reason from conversations") is not None


async def test_a_code_counts_once_and_an_older_one_of_the_same_page_not_at_all(shop: ShopOnline) -> None:
    browser = shop.browser()
    await browser.press("/account/sign-up", name="Amina", phone="0782240146")
    older, newer = await words_of(browser), await words_of(browser)

    assert "no longer valid" in await shop.writes(older)
    assert "Done!" in await shop.writes(newer)
    assert "no longer valid" in await shop.writes(newer, KATO, "Kato")


async def test_a_customer_with_another_account_is_told_and_a_person_looks_at_it(shop: ShopOnline) -> None:
    first = await signed_in(shop)
    await first.press("/account/details/email", email=EMAIL)
    await first.enters(secrets_in((await shop.letters())[0].body))
    second = shop.browser()
    await second.press("/account/sign-up", name="Amina", phone="0782240146")

    answer = await shop.writes(await words_of(second))

    assert "belongs to the website account a…@example.com already" in answer
    assert (await second.get("/account")).headers["location"] == "/account/connect"
    assert "belongs to another account already" in (await second.get("/account/connect")).text
    assert await shop.rows("select kind from account_conflicts") == [("customer_has_another_account",)]


async def test_an_email_is_proven_where_it_was_asked_for_and_told_on_whatsapp(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    asked = await browser.press("/account/details/email", email=EMAIL)
    assert EMAIL in asked.text
    letter = (await shop.letters())[0]
    assert letter.to_address == EMAIL
    proof = secrets_in(letter.body)

    assert "Go back to where you asked" in (await shop.browser().enters(proof)).text
    assert "Is this your account?" in (await browser.press("/l/peek", token=proof.token)).text
    entered = await browser.follow("/l", handle=proof.handle, code=proof.code)

    assert "Your e-mail is confirmed" in text_of(entered)
    assert "The e-mail a…@example.com now opens your account" in "".join(await shop.settle())


async def test_an_email_opens_the_account_on_a_new_device(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/details/email", email=EMAIL)
    await browser.enters(secrets_in((await shop.letters())[0].body))
    new = shop.browser()

    await new.press("/account/sign-in", email=EMAIL.upper())
    link = secrets_in((await shop.letters())[0].body)
    assert "a…@" in (await new.press("/l/peek", token=link.token)).text.lower()
    await new.enters(link)

    assert "Hello Amina" in text_of(await new.get("/account"))


async def test_nobody_learns_from_the_page_whether_an_email_has_an_account(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/details/email", email=EMAIL)
    await browser.enters(secrets_in((await shop.letters())[0].body))

    known = await shop.browser().press("/account/sign-in", email=EMAIL)
    unknown = await shop.browser().press("/account/sign-in", email="nobody@example.com")

    assert text_of(known).replace(EMAIL, "X") == text_of(unknown).replace("nobody@example.com", "X")
    assert known.status_code == unknown.status_code == 200
    subjects = {each.to_address: each.subject for each in await shop.letters()}
    assert subjects == {
        EMAIL: "Sign in to Pearl Shopping",
        "nobody@example.com": "Your account at Pearl Shopping",
    }


async def test_a_mailbox_is_not_flooded(shop: ShopOnline) -> None:
    answers = [
        (await shop.browser(f"203.0.113.{n}").press("/account/sign-in", email=EMAIL)).status_code
        for n in range(6)
    ]
    assert answers == [200] * 5 + [429]


async def test_what_is_no_email_is_said(shop_for_all: ShopOnline) -> None:
    for typed in (
        "", "amina", "a@b", "a b@example.com", "a@example.com\nBcc: x@y.example", "<a@example.com>",
        "a@@example.com",
    ):  # fmt: skip
        answer = await shop_for_all.browser().press("/account/sign-in", email=typed)
        assert answer.status_code in (400, 422), typed


async def test_who_wrote_from_the_number_is_settled_by_who_signs_in_with_the_email(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/details/email", email=EMAIL)
    await browser.enters(secrets_in((await shop.letters())[0].body))
    await shop.do(
        "update customers"
        " set last_seen_at = now() - interval '46 days', created_at = now() - interval '50 days'"
    )
    await shop.writes("where is my order", ("256782240146", None), "Somebody")
    overview = await browser.get("/account")
    assert "Did you write to us from …146?" in overview.text
    assert "where is my order" not in overview.text
    address = overview.text.split('action="/account/was-it-me/')[1].split('"')[0]

    settled = await browser.follow(f"/account/was-it-me/{address}", answer="no")

    assert "That is settled" in settled.text
    assert await shop.one("select count(*) from customers where deleted_at is null") == 2
    assert "where is my order" not in (await browser.get("/account/conversation")).text
