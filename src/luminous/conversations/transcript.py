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
    kind: str  # of theirs WhatsApp's type; of ours `text`
    text: str
    status: str  # of ours what became of it; of theirs ''


async def transcript(
    conn: Connection, customer_id: UUID, *, before: datetime | None = None, most: int = 50
) -> list[Line]:
    """The latest messages, oldest first. before: only what was written earlier.

    While it is in doubt who has the number, what came from it since and what was answered is not theirs to
    see.
    """
    latest = await TRANSCRIPT.all(conn, customer_id=customer_id, before=before, most=most)
    return latest[::-1]


TRANSCRIPT = sql("""
    with doubt as (
      select min(opened_at) as since from customer_conflicts
       where holder_id = %(customer_id)s and writer_id is null and resolved_at is null
    ), theirs as (
      select received_at as at, 'customer' as by, kind, text, '' as status
        from inbox cross join doubt
       where customer_id = %(customer_id)s and kind not in ('system', 'reaction') and group_id is null
         and (doubt.since is null or decision is distinct from 'unproven_number' or received_at < doubt.since)
         and received_at < coalesce(%(before)s::timestamptz, 'infinity')
       order by inbox.id desc limit %(most)s
    ), ours as (
      select created_at as at, 'shop' as by, 'text' as kind, coalesce(content ->> 'text', '') as text, status
        from outbox cross join doubt
       where customer_id = %(customer_id)s and status not in ('stale', 'suppressed')
         and (doubt.since is null or not is_impersonal or created_at < doubt.since)
         and created_at < coalesce(%(before)s::timestamptz, 'infinity')
       order by outbox.id desc limit %(most)s
    )
    select at, by, kind, text, status
      from (select * from theirs union all select * from ours) said
     order by at desc, by limit %(most)s
""").into(Line)
