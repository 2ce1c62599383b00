"""Orders that wait for money, and a mobile-money network that does what a test tells it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from luminous import payments, quotes
from luminous.charges import Charge, ChargeFailed, Reason, Standing
from luminous.db import Begin, Connection, sql
from luminous.paying import pay_next
from luminous.payments import Settled
from luminous.phone import Phone
from tests.quotes.making import a_customer, sent

PAYER = Phone("+256772240146")
Fault = Literal["lost", "answer_lost", "refused"]


@dataclass
class Mtn:
    """What the network has, by reference. faults: what goes wrong with the next calls."""

    charges: dict[UUID, Standing] = field(default_factory=dict[UUID, Standing])
    prompts: list[UUID] = field(default_factory=list[UUID])  # what phones were asked, in order
    faults: list[Fault] = field(default_factory=list[Fault])
    on_call: Callable[[], Awaitable[None]] | None = None

    async def request(self, charge: Charge) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if self.on_call:
            await self.on_call()
        if fault == "lost":
            raise ChargeFailed("lost on the way")
        if fault == "refused":
            raise ChargeFailed("no", refused="no_wallet", code="PAYER_NOT_FOUND")
        if charge.reference not in self.charges:
            self.prompts.append(charge.reference)
            self.charges[charge.reference] = Standing(
                "pending", charge.amount, charge.currency, charge.payer.lstrip("+")
            )
        if self.on_call:
            await self.on_call()
        if fault == "answer_lost":
            raise ChargeFailed("lost on the way back")

    async def look(self, reference: UUID) -> Standing:
        if self.faults and self.faults.pop(0) != "refused":
            raise ChargeFailed("lost")
        if self.on_call:
            await self.on_call()
        return self.charges.get(reference, Standing("absent"))

    def approve(self, reference: UUID, **odd: object) -> None:
        """The payer says yes; `odd` replaces what moved."""
        moved = replace(self.charges[reference], status="succeeded", transaction_id=f"T-{reference}")
        self.charges[reference] = replace(moved, **odd)

    def end(self, reference: UUID, reason: Reason = "refused") -> None:
        """The payer says no, or nothing."""
        self.charges[reference] = replace(self.charges[reference], status="failed", reason=reason)


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


async def is_due(begin: Begin) -> None:
    """The pauses and leases are over."""
    async with begin() as conn:
        await DUE_NOW.run(conn)


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


DUE_NOW = sql("""
    update payments set next_look_at = least(next_look_at, now()), lease_until = null, looked_at = null
     where next_look_at is not null
""")
STATUS = sql("select status from payments where id = %(id)s").into(str)
ORDER_STATUS = sql("select status from orders where id = %(id)s").into(str)
OLDER = sql("""
    update payments set created_at = created_at - make_interval(secs => %(seconds)s) where id = %(id)s
""")
NUMBERS = sql("select number from orders where number is not null order by number").into(int)
