"""Presses, prompts, lost calls, callbacks, deaths and the clock in any order: the tables and a model agree.

LUMINOUS_STEPS says how many events happen in all.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from luminous import orders, payments
from luminous.db import Begin, Connection, sql
from luminous.errors import PaymentRefused
from luminous.paying import pay_next
from luminous.payments.start import MOST_IN_AN_HOUR
from luminous.proof import PATIENCE, check_payments, check_states
from tests.network import Fault, Mtn

from .making import PAYER, an_order, beginning, is_due, order_status, silent, status_of, work_off

Act = Literal[
    "press",
    "work",
    "work, and the call is lost",
    "work, and the answer is lost",
    "work, and it is refused",
    "the worker dies after the claim",
    "approve",
    "approve less",
    "say no",
    "approve after all",
    "call back",
    "time is over",
    "the clock tidies up",
    "staff confirm",
    "staff confirm less",
]
# What leads on comes oftener, so that most stories get somewhere.
ACTS: tuple[Act, ...] = (*get_args(Act), "press", "press", "work", "work", "work", "work", "call back")
LENGTH = 14
EXAMPLES = max(int(os.environ.get("LUMINOUS_STEPS", "600")) // LENGTH, 1)


@dataclass
class Model:
    """What ought to be, in the plainest words."""

    order: str = "awaiting_payment"
    is_overdue: bool = False
    payments: dict[UUID, str] = field(default_factory=dict[UUID, str])
    wanted_again: set[UUID] = field(default_factory=set[UUID])  # failed ones that a callback wants looked at
    received: int = 0  # money that the shop has been told of

    @property
    def open_one(self) -> UUID | None:
        return next((each for each, status in self.payments.items() if status in payments.OPEN), None)

    def due(self) -> list[UUID]:
        return [e for e, status in self.payments.items() if status in payments.OPEN or e in self.wanted_again]

    def can_be_paid(self) -> bool:
        """A new attempt needs that nobody looks at money for it, and that few were in vain."""
        statuses = list(self.payments.values())
        in_vain = [status for status in statuses if status not in ("succeeded", "needs_review")]
        may_begin = "needs_review" not in statuses and len(in_vain) < MOST_IN_AN_HOUR
        return (
            self.order == "awaiting_payment"
            and not self.is_overdue
            and (self.open_one is not None or may_begin)
        )

    def money(self, payment: UUID, amount: int, price: int) -> None:
        self.received += amount
        if amount == price and self.order == "awaiting_payment":
            self.order, self.payments[payment] = "paid", "succeeded"
        else:
            self.payments[payment] = "needs_review"

    def learns(self, payment: UUID, mtn: Mtn, price: int) -> None:
        """A look that tells how it stands."""
        charge, status = mtn.charges.get(payment), self.payments[payment]
        if charge is None:
            if status == "unknown":
                self.payments[payment] = "not_created"
        elif charge.status == "succeeded":
            self.money(payment, charge.amount or 0, price)
        elif charge.status == "failed":
            self.payments[payment] = "failed"
        elif status == "unknown":
            self.payments[payment] = "pending"

    def tidies(self) -> None:
        """The clock cancels what was not paid; not what may be paid this moment, or what staff look at."""
        held = any(status in payments.OPEN or status == "needs_review" for status in self.payments.values())
        if self.order == "awaiting_payment" and self.is_overdue and not held:
            self.order = "cancelled_unpaid"


@dataclass
class World:
    """The shop's tables beside the model."""

    conn: Connection
    begin: Begin
    customer_id: UUID
    order_id: UUID
    price: int
    mtn: Mtn = field(default_factory=Mtn)
    model: Model = field(default_factory=Model)
    confirmed: int = 0

    async def act(self, act: Act) -> None:
        match act:
            case "press":
                await self.press()
            case "approve" | "approve less" | "say no" | "approve after all":
                self.payer(act)
            case "call back":
                for payment in self.model.payments:
                    if await payments.wake(self.conn, payment) and self.model.payments[payment] == "failed":
                        self.model.wanted_again.add(payment)
            case "time is over":
                await OVER.run(self.conn, id=self.order_id)
                self.model.is_overdue = True
            case "the clock tidies up":
                await orders.cancel_unpaid(self.conn)
                self.model.tidies()
            case "staff confirm" | "staff confirm less":
                await self.confirm(self.price - (1 if act.endswith("less") else 0))
            case _:
                await self.work(act)

    async def press(self) -> None:
        open_before = self.model.open_one
        try:
            started = await payments.pay_order(self.conn, self.order_id, PAYER, customer_id=self.customer_id)
        except PaymentRefused:
            assert not self.model.can_be_paid()
            return
        assert self.model.can_be_paid()
        assert started.is_new == (open_before is None)
        if started.is_new:
            self.model.payments[started.id] = "created"

    def payer(self, act: Act) -> None:
        for reference, charge in self.mtn.charges.items():
            if charge.status == ("failed" if act == "approve after all" else "pending"):
                if act == "say no":
                    self.mtn.end(reference)
                else:
                    self.mtn.approve(reference, **({"amount": self.price - 500} if "less" in act else {}))
                return

    async def confirm(self, amount: int) -> None:
        self.confirmed += 1
        settled = await payments.confirm(
            self.conn, self.order_id, amount=amount, method="bank", reference=f"B{self.confirmed}", by="A"
        )
        if self.model.order == "cancelled_unpaid" and amount == self.price:
            self.model.order = "awaiting_payment"  # for staff it is not too late
        self.model.money(settled.payment.id, amount, self.price)

    async def work(self, act: Act) -> None:
        """One step about whatever is due. The model follows the payment that was claimed."""
        await is_due(self.begin)
        due = self.model.due()
        if act == "the worker dies after the claim":
            async with self.begin() as conn:
                claimed = await payments.claim(conn)
            if claimed:
                self.claim_in_model(claimed.id)
            assert (claimed is None) == (not due)
            return
        faults: dict[Act, list[Fault]] = {
            "work": [],
            "work, and the call is lost": ["lost"],
            "work, and the answer is lost": ["answer_lost"],
            "work, and it is refused": ["refused"],
        }
        self.mtn.faults = faults[act]
        fault = self.mtn.faults[0] if self.mtn.faults else None
        claimed_id = await NEXT.maybe(self.conn)
        assert await pay_next(self.begin, {"momo": self.mtn}, silent) == bool(due)
        self.mtn.faults = []
        if claimed_id is None:
            return
        asks = self.claim_in_model(claimed_id)
        if asks:
            now = {"lost": "unknown", "answer_lost": "unknown", "refused": "failed"}
            self.model.payments[claimed_id] = now[fault] if fault else "pending"
        elif fault in (None, "refused"):
            self.model.learns(claimed_id, self.mtn, self.price)
            self.model.wanted_again.discard(claimed_id)
        elif self.model.payments[claimed_id] == "failed":
            self.model.wanted_again.discard(claimed_id)

    def claim_in_model(self, payment: UUID) -> bool:
        """Whether the worker asks for it; else it looks."""
        status = self.model.payments[payment]
        asks = status in ("created", "not_created")
        if asks or status == "submitted":
            self.model.payments[payment] = "submitted" if asks else "unknown"
        return asks

    async def agrees(self) -> None:
        assert await order_status(self.conn, self.order_id) == self.model.order
        for payment, status in self.model.payments.items():
            assert await status_of(self.conn, payment) == status

    async def ends(self) -> None:
        """Every prompt has its end, and the shop has learnt of it: the ledger is exact."""
        for reference, charge in self.mtn.charges.items():
            if charge.status == "pending":
                self.mtn.end(reference)
        async with self.begin() as conn:
            for reference in self.mtn.charges:
                await payments.wake(conn, reference)
        await work_off(self.begin, self.mtn, rounds=5)
        moved = sum(c.amount or 0 for c in self.mtn.charges.values() if c.status == "succeeded")
        by_hand = await BY_HAND.one(self.conn)
        assert await LEDGER.one(self.conn) == moved + by_hand
        assert max(Counter(self.mtn.prompts).values(), default=1) == 1
        paying = await PAYING.one(self.conn)
        assert (await order_status(self.conn, self.order_id) == "paid") == (paying == 1)
        assert await RECEIPTS.one(self.conn) == paying
        for invariant in (*check_payments.INVARIANTS, *check_states.INVARIANTS):
            assert await invariant.offenders.all(self.conn, patience=PATIENCE) == [], invariant.item


@pytest.fixture
async def order(conn: Connection) -> tuple[UUID, UUID, int]:
    """One order for all examples: each of them is rolled back to here."""
    return await an_order(conn)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(acts=["press", "work", "say no", "work", "approve after all", "call back", "work"])
@example(acts=["press", "work, and the answer is lost", "work", "approve less", "work", "staff confirm"])
@given(acts=st.lists(st.sampled_from(ACTS), min_size=8, max_size=LENGTH * 2))
async def test_whatever_happens_in_whichever_order_the_tables_say_what_the_model_says(
    conn: Connection, order: tuple[UUID, UUID, int], acts: list[Act]
) -> None:
    async with conn.transaction(force_rollback=True):
        world = World(conn, beginning(conn), *order)
        for act in acts:
            await world.act(act)
            await world.agrees()
        await world.ends()


OVER = sql("update orders set pay_until = now() where id = %(id)s")
NEXT = sql("""
    select id from payments where next_look_at <= now() and (lease_until is null or lease_until < now())
     order by next_look_at, id limit 1
""").into(UUID)
LEDGER = sql("select coalesce(sum(paid_amount), 0)::bigint from payments").into(int)
BY_HAND = sql("""
    select coalesce(sum(paid_amount), 0)::bigint from payments where provider = 'manual'
""").into(int)
PAYING = sql("select count(*) from payments where status = 'succeeded'").into(int)
RECEIPTS = sql("select last_number from receipt_counter").into(int)
