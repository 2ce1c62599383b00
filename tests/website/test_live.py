"""A page hears that something of its person's changed, and that nobody is signed in any more."""

import asyncio
from decimal import Decimal

from fastapi import Request

from luminous import payments, quotes, subscriptions
from luminous.phone import parse_phone
from luminous.website.live import events, look
from tests.quotes.making import sent

from .visiting import KATO, Browser, ShopOnline, signed_in

PHONE = parse_phone("+256782240146", "UG")


async def test_whatever_changes_is_told_to_its_person_alone_until_they_sign_out(shop: ShopOnline) -> None:
    amina, kato = await signed_in(shop), await signed_in(shop, KATO, "Kato")
    hers = await shop.one("select id from customers where whatsapp_user_id like 'UG.1349%'")
    his, seen = await mark(shop, kato), [await mark(shop, amina)]

    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        offer = await sent(conn, hers)
    seen.append(await mark(shop, amina))
    async with shop.database.transaction() as conn:
        bought = await quotes.accept(conn, offer.id, 1, customer_id=hers)
        assert isinstance(bought, quotes.Accepted)
    seen.append(await mark(shop, amina))
    async with shop.database.transaction() as conn:
        await payments.pay_order(conn, bought.order_id, PHONE, customer_id=hers)
    seen.append(await mark(shop, amina))
    async with shop.database.transaction() as conn:
        await subscriptions.choose(conn, hers, "plus")
    seen.append(await mark(shop, amina))
    await shop.settle()
    seen.append(await mark(shop, amina))
    await shop.writes("Hello")
    seen.append(await mark(shop, amina))

    assert None not in seen
    assert len(set(seen)) == 7, "each of them was told"
    assert await mark(shop, kato) == his
    cookie = amina.http.cookies["__Host-session"]
    await amina.press("/account/sign-out")
    amina.http.cookies.set("__Host-session", cookie)
    assert await mark(shop, amina) is None


async def test_what_changed_between_a_page_and_its_stream_is_told_at_once(shop: ShopOnline) -> None:
    amina = await signed_in(shop)
    page = (await amina.get("/account")).text
    seen = page.split('sse-connect="/account/events?seen=')[1].split('"')[0]
    assert seen == await mark(shop, amina), "of itself the page changed nothing"
    await shop.writes("Hello again")

    stream = aiter(events(asking(shop, amina), seen))

    async with asyncio.timeout(20):
        assert (await anext(stream)).event == "changed"


async def test_what_staff_settle_about_an_account_is_told(shop: ShopOnline) -> None:
    amina = await signed_in(shop)
    await shop.do(
        "insert into account_conflicts (kind, profile_id, customer_id)"
        " select 'account_has_another_customer', profile_id, id from customers"
    )
    before = await mark(shop, amina)

    await shop.do(
        "update account_conflicts set resolved_at = now(), resolution = 'different', resolved_by = 'Aisha',"
        " reason = 'asked both'"
    )

    assert await mark(shop, amina) != before


async def mark(shop: ShopOnline, browser: Browser) -> str | None:
    """What the stream of this browser's page looks at each second; another one is told as a change."""
    return await look(asking(shop, browser))


def asking(shop: ShopOnline, browser: Browser) -> Request:
    """A request of this browser."""
    cookie = f"__Host-session={browser.http.cookies['__Host-session']}".encode()
    return Request({"type": "http", "app": shop.app, "headers": [(b"cookie", cookie)]})
