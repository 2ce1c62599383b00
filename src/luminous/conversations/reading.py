"""A conversation as it is read: what was written and what was sent, in one list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class State:
    """Where a conversation stands, by the database's clock."""

    customer_id: UUID
    is_with_person: bool
    waiting_since: datetime | None  # None: nothing unanswered
    last_message_at: datetime | None  # the customer's own


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of it. id: `in-7` or `out-7`."""

    id: str
    direction: Literal["received", "sent"]
    at: datetime
    kind: str
    text: str
    status: str


async def state_of(conn: Connection, customer_id: UUID) -> State:
    """Where the customer's conversation stands. Raises LookupError for an unknown customer."""
    return await STATE.one(conn, customer_id=customer_id)


async def messages_of(
    conn: Connection, customer_id: UUID, *, limit: int, before: tuple[datetime, str] | None = None
) -> list[Entry]:
    """The conversation, latest first, at most `limit` messages, those before a moment and id if one is given.

    What a stranger may have written from the customer's number is left out.
    """
    at, line_id = before or (None, None)
    return await MESSAGES.all(conn, customer_id=customer_id, limit=limit, at=at, id=line_id)


STATE = sql("""
    select customer_id, coalesce(handed_over_at > now() - interval '24 hours', false) as is_with_person,
           waiting_since, last_message_at
      from conversations where customer_id = %(customer_id)s
""").into(State)

# A batch is one instant: in it the longer id is the later one, `in-10` after `in-9`.
MESSAGES = sql("""
    select id, direction, at, kind, text, status
      from (select 'in-' || inbox.id as id, 'received' as direction, received_at as at, kind, inbox.text,
                   case when answered_at is null then 'waiting' else 'answered' end as status
              from inbox
              left join customer_conflicts doubt
                on doubt.holder_id = inbox.customer_id and doubt.writer_id is null
               and doubt.resolved_at is null
             where inbox.customer_id = %(customer_id)s and kind <> 'system' and group_id is null
               and (doubt.id is null or inbox.decision is distinct from 'unproven_number'
                    or received_at < doubt.opened_at)
             union all
            select 'out-' || id, 'sent', created_at, 'text', coalesce(content ->> 'text', ''), status
              from outbox
             where customer_id = %(customer_id)s and not is_impersonal) line
     where %(at)s::timestamptz is null or (at, length(id), id) < (%(at)s, length(%(id)s), %(id)s::text)
     order by at desc, length(id) desc, id desc
     limit %(limit)s
""").into(Entry)
