"""Every route with an id in it, tried with ids that are somebody else's: it is as if they were not there."""

from decimal import Decimal

from fastapi.routing import APIRoute

from luminous import quotes
from tests.quotes.making import sent

from .test_doors import ROUTES
from .visiting import KATO, ShopOnline, signed_in

FIELDS = {
    "/account/was-it-me/{conflict_id}": {"answer": "yes"},
    "/account/quotations/{quotation_id}/accept": {"version": "1"},
    "/account/quotations/{quotation_id}/decline": {"version": "1"},
}
NOT_OF_ANYBODY = {"/l/{handle}"}  # the same page for every handle


def with_ids() -> list[APIRoute]:
    return [route for route in ROUTES if route.param_convertors and route.path not in NOT_OF_ANYBODY]


async def test_every_route_and_every_foreign_id_is_404_and_changes_nothing(shop: ShopOnline) -> None:
    amina, kato = await signed_in(shop), await signed_in(shop, KATO, "Kato")
    await amina.press(
        "/account/details/addresses", recipient="Amina", phone="0782240146", place="Plot 7", directions=""
    )
    hers = await shop.one("select id from customers where whatsapp_user_id like 'UG.1349%'")
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        quotation = await sent(conn, hers)
        await conn.execute("select open_conflict(%s, null, '+256782240146', null, 'unproven_number')", [hers])
    ids = {
        "conflict_id": await shop.one("select id from customer_conflicts"),
        "session_id": await shop.one("select id from sessions where customer_id = %s", hers),
        "address_id": await shop.one("select id from addresses"),
        "quotation_id": quotation.id,
    }
    tables = "quotations", "sessions", "addresses", "customer_conflicts", "orders"
    everything = " union all ".join(f"select t::text from {table} t" for table in tables)  # noqa: S608 - ours
    before = await shop.rows(everything)

    tried = 0
    for route in with_ids():
        path = route.path
        for name in route.param_convertors:
            path = path.replace(f"{{{name}}}", str(ids[name]))  # a new kind of id fails here: add one above
        for method in route.methods - {"HEAD"}:
            answer = (
                await kato.get(path)
                if method == "GET"
                else await kato.press(path, **FIELDS.get(route.path, {}))
            )
            assert answer.status_code == 404, (method, path)
            assert "Amina" not in answer.text
            assert "Plot 7" not in answer.text
            tried += 1
    assert tried >= 8
    assert await shop.rows(everything) == before
    assert (await amina.get(f"/account/quotations/{quotation.id}")).status_code == 200
