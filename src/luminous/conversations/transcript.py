"""What a customer and the shop wrote to each other, as the customer may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Line:
    """One message."""

    at: datetime
    by: Literal["customer", "shop"]
    id: int  # among the messages of either
    kind: str  # of theirs WhatsApp's type; of ours `text`
    text: str
    status: str  # of ours what became of it; of theirs ''


async def transcript(
    conn: Connection,
    customer_id: UUID,
    *,
    before: tuple[datetime, str, int] | None = None,
    most: int = 50,
) -> list[Line]:
    """The latest messages, oldest first. before: only those earlier than the one with this at, by and id.

    While it is in doubt who has the number, what came from it since and what was answered is not theirs to
    see.
    """
    at, by, line_id = before or (None, None, None)
    latest = await TRANSCRIPT.all(conn, customer_id=customer_id, at=at, by=by, id=line_id, most=most)
    return latest[::-1]


TRANSCRIPT = sql("""
    with doubt as (
      select min(opened_at) as since from customer_conflicts
       where holder_id = %(customer_id)s and writer_id is null and resolved_at is null
    ), theirs as (
      select received_at as at, 'customer' as by, inbox.id, kind, text, '' as status
        from inbox cross join doubt
       where customer_id = %(customer_id)s and kind not in ('system', 'reaction') and group_id is null
         and (doubt.since is null or decision is distinct from 'unproven_number' or received_at < doubt.since)
         and (%(at)s::timestamptz is null
              or (received_at, 'customer', inbox.id) < (%(at)s, %(by)s::text, %(id)s::bigint))
       order by received_at desc, inbox.id desc limit %(most)s
    ), ours as (
      select created_at as at, 'shop' as by, outbox.id, 'text' as kind,
             coalesce(content ->> 'text', '') as text, status
        from outbox cross join doubt
       where customer_id = %(customer_id)s and status not in ('stale', 'suppressed')
         and (doubt.since is null or not is_impersonal or created_at < doubt.since)
         and (%(at)s::timestamptz is null
              or (created_at, 'shop', outbox.id) < (%(at)s, %(by)s::text, %(id)s::bigint))
       order by created_at desc, outbox.id desc limit %(most)s
    )
    select at, by, id, kind, text, status
      from (select * from theirs union all select * from ours) said
     order by at desc, by desc, id desc limit %(most)s
""").into(Line)
