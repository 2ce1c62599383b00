"""A quotation on its way, as programs of the shop bring it there."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from luminous import quotes
from luminous.quotes import Piece
from tests.api.conftest import Program
from tests.shop import ShopUnderTest

PRICE: dict[str, Any] = {
    "goods": [{"description": "Shoes, size 42", "quantity": 1, "unit_price": 12999, "currency": "USD"}],
    "shipping": 60000,
    "customs": 120000,
    "last_mile": 10000,
}


async def requested(shop: ShopUnderTest, customer: UUID) -> str:
    """Something that she asked for: the quotation's id."""
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        await quotes.request(conn, customer, [Piece("link", "size 42", "https://shop.example/shoes")])
        found = await quotes.complete(conn, customer)
    assert found is not None
    return str(found.id)


async def sent(shop: ShopUnderTest, program: Program, customer: UUID) -> str:
    """A quotation that she can decide on."""
    quotation = await requested(shop, customer)
    assert (await program.post(f"/quotations/{quotation}/price", PRICE)).status_code == 200
    assert (await program.post(f"/quotations/{quotation}/send", {"version": 1})).status_code == 200
    return quotation


async def accepted(shop: ShopUnderTest, program: Program, customer: UUID) -> dict[str, Any]:
    """She took it: what the API answered."""
    quotation = await sent(shop, program, customer)
    decision = {"version": 1, "customer_id": str(customer)}
    return (await program.post(f"/quotations/{quotation}/accept", decision)).json()
