"""Pieces of a webhook body that could not be taken, kept until they can be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from luminous.db import Connection, sql
from luminous.messages import ChannelName

Stage = Literal["parsing", "database"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One piece, with the body it stands in."""

    id: int
    channel: ChannelName
    body: bytes
    position: str
    stage: Stage
    reason: str
    attempts: int
    created_at: datetime


async def bury(
    conn: Connection, body_id: int, position: str, stage: Stage, reason: str, *, again_in: timedelta | None
) -> None:
    """Keep a piece that could not be taken. `again_in` None: only `luminous replay` tries it again."""
    await BURY.run(
        conn, body_id=body_id, position=position, stage=stage, reason=reason[:500], again_in=again_in
    )


async def due_dead_letter(conn: Connection) -> DeadLetter | None:
    """Claim one that is to be tried again now, for the length of this transaction."""
    return await DUE.maybe(conn)


async def open_dead_letters(conn: Connection) -> list[DeadLetter]:
    """Every piece that is still not taken, oldest first."""
    return await OPEN.all(conn)


async def put_off(conn: Connection, letter_id: int, reason: str, *, again_in: timedelta | None) -> None:
    """It failed again: count it, and wait."""
    await PUT_OFF.run(conn, letter_id=letter_id, reason=reason[:500], again_in=again_in)


async def resolve(conn: Connection, letter_id: int) -> None:
    """It has been taken after all."""
    await RESOLVE.run(conn, letter_id=letter_id)


BURY = sql("""
    insert into dead_letters (body_id, position, stage, reason, next_attempt_at)
    values (%(body_id)s, %(position)s, %(stage)s, %(reason)s, now() + %(again_in)s::interval)
    on conflict (body_id, position) do nothing
""")

DUE = sql("""
    select letter.id, channel, body, position, stage, reason, attempts, created_at
      from dead_letters letter join webhook_bodies on webhook_bodies.id = body_id
     where resolved_at is null and next_attempt_at <= now()
     order by next_attempt_at
     limit 1
       for no key update of letter skip locked
""").into(DeadLetter)

OPEN = sql("""
    select letter.id, channel, body, position, stage, reason, attempts, created_at
      from dead_letters letter join webhook_bodies on webhook_bodies.id = body_id
     where resolved_at is null
     order by letter.id
""").into(DeadLetter)

PUT_OFF = sql("""
    update dead_letters
       set attempts = attempts + 1, reason = %(reason)s, next_attempt_at = now() + %(again_in)s::interval
     where id = %(letter_id)s
""")

RESOLVE = sql("update dead_letters set resolved_at = now(), next_attempt_at = null where id = %(letter_id)s")
