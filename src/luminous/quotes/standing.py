"""Quotations as they stand now, by the database's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql

Status = Literal[
    "collecting",
    "requested",
    "info_needed",
    "draft",
    "sent",
    "accepted",
    "declined",
    "expired",
    "withdrawn",
    "rejected",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """A quotation at this moment. The sums are those of the version that counts."""

    id: UUID
    number: int  # people call it Q-17
    customer_id: UUID
    status: Status
    version: int  # 0: nothing was priced yet
    version_id: UUID | None
    total: int | None  # None until it is sent
    currency: str | None
    valid_until: datetime | None
    reason: str | None
    title: str | None  # the first thing that was asked for
    items: int  # that were asked for
    is_open: bool  # counts against the plan's limit
    order_id: UUID | None
    order_status: str | None
    updated_at: datetime

    @property
    def name(self) -> str:
        """What people call it."""
        return f"Q-{self.number}"

    @property
    def last_moment(self) -> datetime | None:
        """The last instant at which it is valid: on the day that people are told."""
        return None if self.valid_until is None else self.valid_until - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A quotation in the staff's queue."""

    id: UUID
    number: int
    customer_id: UUID
    display_name: str
    phone_number: str | None
    plan_name: str
    status: Status
    version: int
    total: int | None
    currency: str | None
    valid_until: datetime | None
    title: str | None
    items: int
    created_at: datetime
    updated_at: datetime


async def standing(conn: Connection, quotation_id: UUID) -> Standing | None:
    """The quotation; None when there is no such one."""
    return await STANDING.maybe(conn, id=quotation_id)


async def numbered(conn: Connection, number: int) -> Standing | None:
    """The quotation that people call by that number; None when there is no such one."""
    return await NUMBERED.maybe(conn, number=number)


async def of_customer(conn: Connection, customer_id: UUID, *, most: int = 10) -> list[Standing]:
    """The customer's quotations: the open ones first, then the latest."""
    return await OF_CUSTOMER.all(conn, customer_id=customer_id, most=most)


async def has_offer(conn: Connection, customer_id: UUID) -> bool:
    """Whether a quotation waits for the customer's decision."""
    return await HAS_OFFER.one(conn, customer_id=customer_id)


async def queue(conn: Connection, statuses: list[Status]) -> list[Waiting]:
    """Quotations in these statuses, those that waited longest first; at most 200."""
    return await QUEUE.all(conn, statuses=statuses)


STANDING = sql("""
    select id, number, customer_id, status, version, version_id, total, currency, valid_until, reason, title,
           items, is_open, order_id, order_status, updated_at
      from quotations_now where id = %(id)s
""").into(Standing)

NUMBERED = sql("""
    select id, number, customer_id, status, version, version_id, total, currency, valid_until, reason, title,
           items, is_open, order_id, order_status, updated_at
      from quotations_now where number = %(number)s
""").into(Standing)

OF_CUSTOMER = sql("""
    select id, number, customer_id, status, version, version_id, total, currency, valid_until, reason, title,
           items, is_open, order_id, order_status, updated_at
      from quotations_now where customer_id = %(customer_id)s
     order by is_open desc, number desc limit %(most)s
""").into(Standing)

HAS_OFFER = sql("""
    select exists (select from quotations_now where customer_id = %(customer_id)s and status = 'sent')
""").into(bool)

QUEUE = sql("""
    select now.id, now.number, now.customer_id, display_name, phone_number, plan_name, now.status, version,
           total, now.currency, now.valid_until, title, items, now.created_at, now.updated_at
      from quotations_now now
      join customers on customers.id = now.customer_id
      join customer_entitlements held on held.customer_id = now.customer_id
     where now.status = any(%(statuses)s)
     order by now.updated_at limit 200
""").into(Waiting)
