"""Orders that wait for money, and a mobile-money network that does what a test tells it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from luminous import payments, quotes
from luminous.db import Begin, Connection, sql
from luminous.paying import pay_next
from luminous.payments import Settled
from luminous.phone import Phone
from tests.network import Mtn, is_due
from tests.quotes.making import a_customer, sent

PAYER = Phone("+256772240146")


def beginning(conn: Connection) -> Begin:
    """Transactions inside the test's own, which is rolled back."""

    @asynccontextmanager
    async def begin() -> AsyncGenerator[Connection]:
        async with conn.transaction():
            yield conn

    return begin


async def an_order(conn: Connection, plan: str = "standard") -> tuple[UUID, UUID, int]:
    """A customer, an accepted order of theirs, and its price."""
    customer_id = await a_customer(conn, plan)
    return customer_id, *await another_order(conn, customer_id)


async def another_order(conn: Connection, customer_id: UUID) -> tuple[UUID, int]:
    """One more accepted order of the customer, and its price."""
    quotation = await sent(conn, customer_id)
    accepted = await quotes.accept(conn, quotation.id, 1, customer_id=customer_id)
    assert isinstance(accepted, quotes.Accepted)
    return accepted.order_id, accepted.amount


async def asked(conn: Connection, order_id: UUID, customer_id: UUID) -> UUID:
    """The customer starts to pay; the payment's id."""
    return (await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)).id


async def silent(_: Connection, __: Settled) -> None:
    """Tells nobody."""


async def work_off(begin: Begin, mtn: Mtn, *, rounds: int = 1) -> None:
    """Do all that is due, and so often again as if the pauses were over."""
    for _ in range(rounds):
        await is_due(begin)
        while await pay_next(begin, {"momo": mtn}, silent):
            pass


async def status_of(conn: Connection, payment_id: UUID) -> str:
    return await STATUS.one(conn, id=payment_id)


async def order_status(conn: Connection, order_id: UUID) -> str:
    return await ORDER_STATUS.one(conn, id=order_id)


async def grows_older(conn: Connection, payment_id: UUID, seconds: int) -> None:
    """The payment was begun so much earlier than it was."""
    await OLDER.run(conn, id=payment_id, seconds=seconds)


STATUS = sql("select status from payments where id = %(id)s").into(str)
ORDER_STATUS = sql("select status from orders where id = %(id)s").into(str)
OLDER = sql("""
    update payments set created_at = created_at - make_interval(secs => %(seconds)s) where id = %(id)s
""")
NUMBERS = sql("select number from orders where number is not null order by number").into(int)
