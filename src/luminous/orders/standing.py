"""An order as it stands, found by its id, its number, or its customer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql

Milestone = Literal[
    "ordered", "purchased", "at_hub", "in_transit", "customs", "out_for_delivery", "delivered"
]
MILESTONES: tuple[Milestone, ...] = (
    "ordered",
    "purchased",
    "at_hub",
    "in_transit",
    "customs",
    "out_for_delivery",
    "delivered",
)


@dataclass(frozen=True, slots=True)
class Order:
    """An accepted quotation. number: of the receipt; None until it is paid."""

    id: UUID
    number: int | None
    customer_id: UUID
    customer_name: str
    quotation_number: int
    title: str  # what was asked for first
    status: str
    milestone: Milestone | None  # the furthest that was reached
    amount: int
    currency: str
    pay_until: datetime
    delivery_address: str | None
    rating: int | None
    reason: str | None
    created_at: datetime
    paid_at: datetime | None
    delivered_at: datetime | None

    @property
    def name(self) -> str:
        """What staff call it: the receipt's number, or the quotation's while it is not paid."""
        return str(self.number or f"Q-{self.quotation_number}")


@dataclass(frozen=True, slots=True)
class Reached:
    """A milestone, with its own time."""

    milestone: Milestone
    reached_at: datetime
    noted_by: str


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an order's or a payment's status. was None: it began."""

    was: str | None
    became: str
    changed_by: str
    reason: str | None
    at: datetime


async def get(conn: Connection, order_id: UUID) -> Order | None:
    """The order, or None."""
    return await GET.maybe(conn, id=order_id)


async def numbered(conn: Connection, number: int) -> Order | None:
    """The paid order with this receipt number, or None."""
    return await NUMBERED.maybe(conn, number=number)


async def of_quotation(conn: Connection, number: int) -> Order | None:
    """The order that came of the quotation with this number, or None."""
    return await OF_QUOTATION.maybe(conn, number=number)


async def of_customer(conn: Connection, customer_id: UUID, count: int = 10) -> list[Order]:
    """The customer's orders, the latest first; also what waits for its payment."""
    return await OF_CUSTOMER.all(conn, customer_id=customer_id, count=count)


async def in_status(conn: Connection, statuses: list[str] | None = None) -> list[Order]:
    """Orders with one of these statuses (None: whatever is still under way), the oldest first."""
    return await IN_STATUS.all(conn, statuses=statuses)


async def way_of(conn: Connection, order_id: UUID) -> list[Reached]:
    """Its milestones, in the order of the way."""
    return await WAY_OF.all(conn, id=order_id)


async def events_of(conn: Connection, order_id: UUID) -> list[Event]:
    """What became of it, from the beginning."""
    return await EVENTS_OF.all(conn, id=order_id)


GET = sql("select * from orders_now where id = %(id)s").into(Order)
NUMBERED = sql("select * from orders_now where number = %(number)s").into(Order)
OF_QUOTATION = sql("select * from orders_now where quotation_number = %(number)s").into(Order)
OF_CUSTOMER = sql("""
    select * from orders_now
     where customer_id = %(customer_id)s and status not in ('cancelled', 'cancelled_unpaid')
     order by created_at desc limit %(count)s
""").into(Order)
IN_STATUS = sql("""
    select * from orders_now
     where status = any(%(statuses)s::text[])
        or %(statuses)s::text[] is null
           and status not in ('closed', 'cancelled', 'cancelled_unpaid', 'refunded')
     order by created_at limit 500
""").into(Order)
WAY_OF = sql("""
    select milestone, reached_at, noted_by from order_milestones
     where order_id = %(id)s order by order_step(milestone)
""").into(Reached)
EVENTS_OF = sql("""
    select was, became, changed_by, reason, at from order_events
     where order_id = %(id)s order by order_events.id
""").into(Event)
