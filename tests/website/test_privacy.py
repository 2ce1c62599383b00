"""Consent, taking along and erasing, on the website: what needs a fresh proof, and what is gone."""

import json

from tests.shop import AMINA, pressed

from .visiting import ShopOnline, secrets_in, signed_in, text_of

OLD = "update sessions set created_at = created_at - interval '11 minutes'"


async def test_stop_and_start_on_whatsapp_show_here_and_the_switches_hold_there(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    assert "Orders and plan on" in text_of(await browser.get("/account/privacy"))

    await shop.writes("STOP")
    shown = text_of(await browser.get("/account/privacy"))
    assert "Orders and plan off" in shown
    assert "by a message" in shown

    answer = await browser.follow("/account/privacy/consent", purpose="marketing", allow="yes")
    assert "News and offers on" in text_of(answer)
    assert await shop.rows("select purpose, state from consents where source = 'website'") == [
        ("marketing", "opted_in")
    ]


async def test_everything_can_be_taken_along_after_a_fresh_proof_alone(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await shop.writes("my parcel from Dubai, please")

    exported = await browser.get("/account/privacy/export.json")
    readable = await browser.get("/account/privacy/export.html")
    assert "attachment" in exported.headers["content-disposition"]
    assert "my parcel from Dubai" in json.dumps(exported.json())
    assert "my parcel from Dubai" in readable.text

    await shop.do(OLD)
    for kind in ("json", "html"):
        answer = await browser.get(f"/account/privacy/export.{kind}")
        assert answer.headers["location"] == "/account/privacy?said=prove"
    assert "Show that it is me" in (await browser.get("/account/privacy")).text


async def test_erasing_needs_a_fresh_proof_on_whatsapp_and_leaves_nothing(shop: ShopOnline) -> None:
    browser = await signed_in(shop, AMINA, "Amina Nakato")
    await browser.press("/account/details/email", email="amina@example.com")
    await browser.enters(secrets_in((await shop.letters())[0].body))  # in by e-mail now: not enough
    refused = await browser.press("/account/privacy/erase", sure="yes")
    assert refused.headers["location"] == "/account/privacy?said=prove"
    await shop.do("update magic_links set created_at = created_at - interval '2 minutes'")
    await browser.enters(await shop.link_for(AMINA, "Amina Nakato"))
    assert (await browser.press("/account/privacy/erase")).status_code == 400

    erased = await browser.press("/account/privacy/erase", sure="yes")

    assert "Everything is erased" in erased.text
    assert (await browser.get("/account")).status_code == 303
    rows = await shop.rows("select t::text from customers t union all select t::text from profiles t")
    assert not any("Amina" in row or "782240146" in row or "amina@" in row for (row,) in rows)
    await shop.hear(pressed("plan", "wamid.after"))
    await shop.settle()
    assert await shop.one("select count(*) from customers where deleted_at is null") == 1
