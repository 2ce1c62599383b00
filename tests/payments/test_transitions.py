"""Every status against every other, of payments, orders and plans: what leads on does, and nothing else."""

from itertools import product

import pytest

from luminous.db import Connection, sql
from luminous.errors import NO_SUCH_CHANGE, sqlstate

from .making import an_order, asked

PAYMENT: dict[str, str] = {
    "created": "submitted failed",
    "submitted": "pending unknown failed succeeded needs_review",
    "pending": "stale succeeded failed needs_review",
    "unknown": "pending not_created stale succeeded failed needs_review",
    "not_created": "submitted failed succeeded needs_review",
    "stale": "not_created succeeded failed needs_review",
    "failed": "succeeded needs_review",
    "succeeded": "refund_due partially_refunded refunded reversed",
    "needs_review": "applied refund_due failed",
    "applied": "refund_due partially_refunded refunded reversed",
    "refund_due": "partially_refunded refunded reversed",
    "partially_refunded": "refund_due refunded reversed",
    "refunded": "",
    "reversed": "",
}
WAY = ["purchased", "at_hub", "in_transit", "customs", "out_for_delivery", "delivered"]
ORDER: dict[str, str] = {
    "awaiting_payment": "paid cancelled_unpaid cancelled",
    "cancelled_unpaid": "paid",
    "paid": " ".join(["sourcing", "variation_pending", *WAY, "refund_due"]),
    "sourcing": " ".join(["variation_pending", *WAY, "refund_due"]),
    "variation_pending": "sourcing refund_due",
    "purchased": " ".join([*WAY[1:], "refund_due"]),
    "at_hub": " ".join([*WAY[2:], "refund_due"]),
    "in_transit": " ".join([*WAY[3:], "refund_due"]),
    "customs": "detained out_for_delivery delivered refund_due",
    "detained": "customs out_for_delivery delivered refund_due",
    "out_for_delivery": "delivery_failed delivered refund_due",
    "delivery_failed": "out_for_delivery delivered refund_due",
    "delivered": "closed disputed",
    "disputed": "closed refund_due",
    "closed": "",
    "cancelled": "",
    "refund_due": "refunded partially_refunded",
    "partially_refunded": " ".join(["sourcing", *WAY, "closed", "refund_due", "refunded"]),
    "refunded": "",
}
SUBSCRIPTION: dict[str, str] = {
    "pending_payment": "active abandoned",
    "active": "cancel_scheduled expired superseded revoked",
    "cancel_scheduled": "active expired superseded revoked",
    "expired": "",
    "superseded": "active cancel_scheduled",
    "revoked": "",
    "abandoned": "active pending_payment",
}


@pytest.mark.parametrize(
    ("machine", "table"), [("payment", PAYMENT), ("order", ORDER), ("subscription", SUBSCRIPTION)]
)
async def test_the_matrix_is_the_table(conn: Connection, machine: str, table: dict[str, str]) -> None:
    ask = MAY_BECOME[machine]
    for was, becomes in product(table, table):
        expected = was == becomes or becomes in table[was].split()
        assert await ask.one(conn, was=was, becomes=becomes) == expected, (was, becomes)


async def test_psql_meets_the_same_wall(conn: Connection) -> None:
    customer_id, order_id, _ = await an_order(conn)
    await asked(conn, order_id, customer_id)
    for statement in (
        "update payments set status = 'succeeded'",
        "update payments set status = 'refunded'",
        "update orders set status = 'delivered'",
        "update subscriptions set status = 'pending_payment'",
    ):
        with pytest.raises(Exception, match="does not become") as refused:
            async with conn.transaction():
                await conn.execute(statement.encode())
        assert sqlstate(refused.value) == NO_SUCH_CHANGE  # pyright: ignore[reportArgumentType] - it is one


MAY_BECOME = {
    "payment": sql("select payment_may_become(%(was)s, %(becomes)s)").into(bool),
    "order": sql("select order_may_become(%(was)s, %(becomes)s)").into(bool),
    "subscription": sql("select subscription_may_become(%(was)s, %(becomes)s)").into(bool),
}
