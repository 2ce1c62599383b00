"""Everything on one customer's record, for whoever has to understand it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.customers.conflicts import Conflict, open_conflicts_of
from luminous.customers.consent import Consent
from luminous.customers.find import Held, held_by
from luminous.customers.glance import Glance, glance
from luminous.customers.merge import Merge, merges_of
from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Standing:
    """What the shop may do, and who does it."""

    name_was_edited: bool  # by a person: profile names stay out
    consent_status: Consent
    consent_updated_at: datetime | None
    handed_over_at: datetime | None  # None: the bot answers
    handover_reason: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A message that they wrote."""

    sent_at: datetime
    kind: str
    text: str
    decision: str | None  # how they were recognised
    answer: str | None  # what was decided about it; None while it waits


@dataclass(frozen=True, slots=True)
class Owed:
    """A message that we owe."""

    id: int
    created_at: datetime
    purpose: str
    status: str
    text: str
    error_reason: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One customer, live or not: what they are now, and how they came to be it."""

    now: Glance
    standing: Standing
    identifiers: tuple[Held, ...]
    merges: tuple[Merge, ...]
    conflicts: tuple[Conflict, ...]
    written: tuple[Written, ...]  # the last ten, latest first
    owed: tuple[Owed, ...]


async def record_of(conn: Connection, customer_id: UUID) -> Record | None:
    """Everything on the record, or None when there is none of this id."""
    now = (await glance(conn, [customer_id])).get(customer_id)
    if now is None:
        return None
    return Record(
        now,
        await STANDING.one(conn, id=customer_id),
        tuple(await held_by(conn, [customer_id])),
        tuple(await merges_of(conn, customer_id)),
        tuple(await open_conflicts_of(conn, customer_id)),
        tuple(await WRITTEN.all(conn, id=customer_id)),
        tuple(await OWED.all(conn, id=customer_id)),
    )


STANDING = sql("""
    select display_name_edited_at is not null as name_was_edited, consent_status, consent_updated_at,
           handed_over_at, handover_reason
      from customers
      left join conversations on conversations.customer_id = customers.id
     where customers.id = %(id)s
""").into(Standing)

WRITTEN = sql("""
    select sent_at, kind, text, decision, answer
      from inbox where customer_id = %(id)s
     order by inbox.id desc
     limit 10
""").into(Written)

OWED = sql("""
    select id, created_at, purpose, status, coalesce(content ->> 'text', '') as text, error_reason
      from outbox
     where customer_id = %(id)s and status in ('queued', 'sending', 'uncertain', 'parked')
     order by outbox.id
     limit 50
""").into(Owed)
