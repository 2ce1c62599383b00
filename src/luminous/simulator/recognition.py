"""Whom the shop took the phone for, and why: decisions, conflicts and merged records, from its own tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Decided:
    """A message of the phone, or an announcement about it, and how its sender was recognised."""

    kind: str
    text: str
    decision: str | None
    customer_id: UUID | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """An open question of whose number it is. writer_name None: a stranger."""

    id: int
    decision: str
    holder_name: str
    writer_name: str | None
    phone_number: str | None
    whatsapp_user_id: str | None
    opened_at: datetime

    @property
    def question(self) -> str:
        """What staff are asked: yes is `same`, no is `different`."""
        what = self.phone_number or self.whatsapp_user_id
        if self.decision == "announced_conflict":
            who = self.writer_name or self.holder_name
            return f"WhatsApp says that {who} changed to {what}. Was it really {who}?"
        if self.writer_name is None:
            return f"Does {what} still belong to {self.holder_name}?"
        return f"Are {self.holder_name} and {self.writer_name} one person?"


@dataclass(frozen=True, slots=True)
class Merged:
    """A record that this customer took over."""

    id: UUID
    display_name: str
    phone_number: str | None
    whatsapp_user_id: str | None
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier that named this customer for a while."""

    kind: str
    value: str
    from_at: datetime
    until_at: datetime | None
    cause: str


async def last_decision(conn: Connection, wamids: Sequence[str]) -> Decided | None:
    """What was decided about the one of these messages that the shop received last."""
    return await DECIDED.maybe(conn, wamids=list(wamids)) if wamids else None


async def open_conflicts(conn: Connection, customer_ids: Sequence[UUID]) -> list[Conflict]:
    """The open conflicts of these customers, oldest first."""
    return await CONFLICTS.all(conn, customer_ids=list(customer_ids))


async def merged(conn: Connection, customer_id: UUID) -> list[Merged]:
    """The records that were merged into the customer's, latest first."""
    return await MERGED.all(conn, customer_id=customer_id)


async def identifiers(conn: Connection, customer_id: UUID) -> list[Identifier]:
    """What named the customer and when, latest first."""
    return await IDENTIFIERS.all(conn, customer_id=customer_id)


DECIDED = sql("""
    select kind, coalesce(nullif(text, ''), choice, '') as text, decision, customer_id, received_at
      from inbox
     where channel = 'meta' and external_id = any(%(wamids)s)
     order by id desc
     limit 1
""").into(Decided)
CONFLICTS = sql("""
    select conflict.id, conflict.decision, holder.display_name as holder_name,
           writer.display_name as writer_name, conflict.phone_number, conflict.whatsapp_user_id,
           conflict.opened_at
      from customer_conflicts conflict
      join customers holder on holder.id = conflict.holder_id
      left join customers writer on writer.id = conflict.writer_id
     where conflict.resolved_at is null
       and (conflict.holder_id = any(%(customer_ids)s) or conflict.writer_id = any(%(customer_ids)s))
     order by conflict.id
""").into(Conflict)
MERGED = sql("""
    select id, display_name, phone_number, whatsapp_user_id, deleted_at
      from customers
     where merged_into = %(customer_id)s
     order by deleted_at desc
     limit 10
""").into(Merged)
IDENTIFIERS = sql("""
    select kind, value, from_at, until_at, cause from customer_identifiers
     where customer_id = %(customer_id)s order by id desc limit 20
""").into(Identifier)
