"""Files that wait to be fetched: each by one worker, under a lease, until it is stored or never will be."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.media.examine import Kind
from luminous.messages import ChannelName


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that this worker has for three minutes. claimed_sha256: base64 as in its message, or empty."""

    id: UUID
    channel: ChannelName
    provider_id: str
    claimed_sha256: str
    kind: Kind
    attempts: int


async def claim(conn: Connection) -> Waiting | None:
    """Claim the next file that is due, or return None when none is. A lost worker's lease ends by itself."""
    return await CLAIM.maybe(conn)


async def stored(conn: Connection, media_id: UUID, mime_type: str, size: int, sha256: bytes) -> bool:
    """Its bytes are kept. False when it was condemned meanwhile: they are to go again."""
    return await STORED.run(conn, id=media_id, mime_type=mime_type, size=size, sha256=sha256) == 1


async def not_kept(
    conn: Connection, media_id: UUID, status: Literal["refused", "expired"], reason: str
) -> None:
    """It is not kept, for good; the reason is a sentence for staff."""
    await END.run(conn, id=media_id, status=status, reason=reason)


async def give_up(conn: Connection, media_id: UUID, reason: str) -> None:
    """The last attempt failed."""
    await END.run(conn, id=media_id, status="dead", reason=reason)


async def try_again(
    conn: Connection, media_id: UUID, reason: str, *, after: timedelta, counts: bool = True
) -> None:
    """It could not be had now. counts False: that was not the file's fault."""
    await TRY_AGAIN.run(conn, id=media_id, reason=reason, after=after, counts=counts)


async def oldest_waiting_age(conn: Connection) -> float:
    """For how many seconds the oldest file has been waiting; 0 when none is."""
    return await OLDEST_WAITING_AGE.one(conn)


CLAIM = sql("""
    with due as (
      select id from media
       where status = 'waiting' and next_attempt_at <= now()
       order by next_attempt_at
       limit 1
         for no key update skip locked
    )
    update media
       set attempts = attempts + 1, lease_until = now() + interval '3 minutes',
           next_attempt_at = now() + interval '3 minutes', updated_at = now()
      from due
     where media.id = due.id
    returning media.id, channel, provider_id, claimed_sha256, kind, attempts
""").into(Waiting)

STORED = sql("""
    update media
       set status = 'stored', reason = null, mime_type = %(mime_type)s, size = %(size)s, sha256 = %(sha256)s,
           lease_until = null, stored_at = now(), updated_at = now()
     where id = %(id)s and status = 'waiting'
""")

END = sql("""
    update media set status = %(status)s, reason = %(reason)s, lease_until = null, updated_at = now()
     where id = %(id)s and status = 'waiting'
""")

TRY_AGAIN = sql("""
    update media
       set reason = %(reason)s, next_attempt_at = now() + %(after)s::interval, lease_until = null,
           attempts = attempts - (not %(counts)s)::int, updated_at = now()
     where id = %(id)s and status = 'waiting'
""")

OLDEST_WAITING_AGE = sql("""
    select coalesce(extract(epoch from now() - min(created_at)), 0)::float8
      from media where status = 'waiting'
""").into(float)
