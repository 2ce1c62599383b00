"""Which order is meant: by the number of its receipt, or of its quotation while it is not paid."""

import re
from typing import Annotated

import typer

from luminous import orders
from luminous.db import Connection
from luminous.errors import LuminousError, OrderRefused
from luminous.orders import Order

Named = Annotated[
    str, typer.Argument(metavar="ORDER", help="Its number, as 12; or its quotation's, as Q-17.")
]


async def the_one(conn: Connection, text: str) -> Order:
    """The order that was named. Raises OrderRefused."""
    match = re.fullmatch(r"(q[- ]?|#)?(\d{1,12})", text.strip(), re.IGNORECASE | re.ASCII)
    if match is None:
        raise LuminousError(f"“{text}” is not an order's number. Write it as 12, or its quotation's as Q-17.")
    is_quotation = (match[1] or "").lower().startswith("q")
    number = int(match[2])
    found = await (orders.of_quotation(conn, number) if is_quotation else orders.numbered(conn, number))
    if found is None:
        raise OrderRefused(f"There is no order {text}. `luminous orders list --all` shows them.")
    return found


def name(order: Order) -> str:
    """What staff call it."""
    return f"Order {order.number}" if order.number else f"Q-{order.quotation_number} (not paid)"
