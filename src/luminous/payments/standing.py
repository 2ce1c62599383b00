"""A payment as it stands, found by its id, its order or plan, or its status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.charges import ProviderName
from luminous.db import Connection, sql
from luminous.orders import Event

Status = Literal[
    "created",
    "submitted",
    "pending",
    "unknown",
    "not_created",
    "stale",
    "succeeded",
    "failed",
    "needs_review",
    "applied",
    "refund_due",
    "partially_refunded",
    "refunded",
    "reversed",
]
OPEN: frozenset[Status] = frozenset({"created", "submitted", "pending", "unknown", "not_created", "stale"})


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay for an order or a plan. Amounts are in the currency's smallest unit."""

    id: UUID
    customer_id: UUID
    order_id: UUID | None
    subscription_id: UUID | None
    pays_for: str  # `Q-17`, or the plan's name
    provider: ProviderName
    status: Status
    amount: int
    currency: str
    payer: str | None
    payer_text: str  # what the payer reads; of money that staff confirmed: how it came
    paid_amount: int | None
    paid_currency: str | None
    paid_by: str | None
    transaction_id: str | None
    refunded_amount: int
    reason: str | None
    reason_code: str | None
    created_at: datetime
    updated_at: datetime
    next_look_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        """Whether its phone is still being asked."""
        return self.status in OPEN

    @property
    def name(self) -> str:
        """What staff call it: how its id begins."""
        return str(self.id)[:8]

    @property
    def can_be_refunded(self) -> bool:
        """Whether some of it is here, and could go back."""
        return self.status in ("succeeded", "applied", "refund_due", "partially_refunded")


@dataclass(frozen=True, slots=True)
class Listed(Payment):
    """A payment in staff's list."""

    customer_name: str


def foremost(attempts: Sequence[Payment]) -> Payment | None:
    """Of attempts to pay for one thing, the latest first, the one that says how it stands: what a person
    looks at, else the latest. None: there was none.
    """
    return next((each for each in attempts if each.status == "needs_review"), next(iter(attempts), None))


async def get(conn: Connection, payment_id: UUID) -> Payment | None:
    """The payment, or None."""
    return await GET.maybe(conn, id=payment_id)


async def beginning_with(conn: Connection, text: str) -> list[Payment]:
    """The payments whose id begins with this; two are enough to know that it is not one."""
    return await BEGINNING_WITH.all(conn, text=text)


async def lock(conn: Connection, payment_id: UUID) -> Payment | None:
    """The payment, which nobody else changes until the transaction ends; its order was locked before."""
    return await LOCK.maybe(conn, id=payment_id)


async def of_order(conn: Connection, order_id: UUID) -> list[Payment]:
    """Every attempt to pay for the order, the latest first."""
    return await OF_ORDER.all(conn, order_id=order_id)


async def listed(conn: Connection) -> list[Listed]:
    """The latest payments, at most 200."""
    return await LISTED.all(conn)


async def for_staff(conn: Connection) -> list[Listed]:
    """What waits for staff, longest first: money that does not fit, and money that is due back."""
    return await FOR_STAFF.all(conn)


async def events_of(conn: Connection, payment_id: UUID) -> list[Event]:
    """What became of it, from the beginning."""
    return await EVENTS_OF.all(conn, id=payment_id)


GET = sql("""
    select * from payments_now where id = %(id)s
""").into(Payment)

LOCK = sql("""
    select * from payments_now where id = %(id)s for no key update
""").into(Payment)

OF_ORDER = sql("""
    select * from payments_now where order_id = %(order_id)s order by created_at desc
""").into(Payment)

BEGINNING_WITH = sql("""
    select * from payments_now where starts_with(id::text, lower(%(text)s)) order by created_at limit 2
""").into(Payment)

LISTED = sql("""
    select payments_now.*, display_name as customer_name
      from payments_now join customers on customers.id = customer_id
     order by payments_now.created_at desc limit 200
""").into(Listed)

FOR_STAFF = sql("""
    select payments_now.*, display_name as customer_name
      from payments_now join customers on customers.id = customer_id
     where status in ('needs_review', 'refund_due')
     order by payments_now.updated_at
""").into(Listed)

EVENTS_OF = sql("""
    select was, became, changed_by, reason, at from payment_events where payment_id = %(id)s
     order by payment_events.id
""").into(Event)
