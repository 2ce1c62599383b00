"""Everything about one quotation: what was asked, each version with its lines, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.quotes.drafting import lines_of
from luminous.quotes.pieces import Kind
from luminous.quotes.pricing import Line
from luminous.quotes.standing import Standing, standing


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was asked for."""

    id: int
    kind: Kind
    url: str | None  # of a link; never fetched
    words: str
    inbox_id: int | None  # the message it came with: a picture or recording is there
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """One version. What is None was not frozen yet: it is a draft."""

    id: UUID
    number: int
    note: str
    clearance: str | None
    priced_by: str
    priced_at: datetime
    sent_at: datetime | None
    sent_by: str | None
    valid_until: datetime | None
    total: int | None
    currency: str | None
    plan_name: str | None
    base_fee_percent: Decimal | None
    service_fee_discount_percent: Decimal | None
    shipping_discount_percent: Decimal | None
    goods_list: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One change, and who made it."""

    at: datetime
    was: str | None
    became: str
    version: int
    changed_by: str
    cause: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A quotation, whole. lines: of the version that counts."""

    quotation: Standing
    customer_name: str
    items: tuple[Item, ...]
    offers: tuple[Offer, ...]
    lines: tuple[Line, ...]
    events: tuple[Event, ...]


async def detail(conn: Connection, quotation_id: UUID) -> Detail | None:
    """Everything; None when there is no such quotation."""
    found = await standing(conn, quotation_id)
    if found is None:
        return None
    return Detail(
        found,
        await CUSTOMER_NAME.one(conn, id=found.customer_id),
        tuple(await ITEMS.all(conn, id=quotation_id)),
        tuple(await OFFERS.all(conn, id=quotation_id)),
        await lines_of(conn, found.version_id) if found.version_id else (),
        tuple(await EVENTS.all(conn, id=quotation_id)),
    )


CUSTOMER_NAME = sql("select display_name from customers where id = %(id)s").into(str)

ITEMS = sql("""
    select id, kind, url, words, inbox_id, added_at
      from quotation_items where quotation_id = %(id)s order by id
""").into(Item)

OFFERS = sql("""
    select id, number, note, clearance, priced_by, priced_at, sent_at, sent_by, valid_until, total, currency,
           plan_name, base_fee_percent, service_fee_discount_percent, shipping_discount_percent, goods_list
      from quotation_versions where quotation_id = %(id)s order by number
""").into(Offer)

EVENTS = sql("""
    select at, was, became, version, changed_by, cause, reason
      from quotation_events where quotation_id = %(id)s order by id
""").into(Event)
