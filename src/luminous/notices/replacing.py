"""What waits for a customer's next message and is not true any more once something newer is to be said.

Receipts, cancellations and refunds stay: what they say has happened.
"""

from collections.abc import Sequence

from luminous import payments, quotes
from luminous.db import Connection
from luminous.orders import Order
from luminous.payments import Payment


async def of_order(conn: Connection, order: Order) -> tuple[str, ...]:
    """How the keys of an order's old news begin: its price, tries to pay it, that it is unpaid, its way."""
    quotation = await quotes.numbered(conn, order.quotation_number)
    tries = failed(await payments.of_order(conn, order.id))
    price = () if quotation is None else (of_quotation(quotation),)
    return (*price, *tries, f"order:{order.id}:unpaid", of_way(order))


def of_quotation(quotation: quotes.Standing | quotes.RunOut) -> str:
    """How the keys of everything begin that is said about a quotation: the last word counts."""
    return f"quotation:{quotation.id}:"


def of_way(order: Order) -> str:
    """How the keys of an order's milestones begin: the furthest counts."""
    return f"order:{order.id}:milestone:"


def failed(attempts: Sequence[Payment]) -> tuple[str, ...]:
    """The keys that said of these attempts to pay that they failed, and can be tried again."""
    return tuple(f"payment:{each.id}:failed" for each in attempts)
