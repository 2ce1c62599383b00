"""Messages that we owe in these tests, and what became of them."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID

from luminous import outbox
from luminous.db import Connection, sql
from luminous.messages import Content
from luminous.outbox import Claimed
from luminous.outbox.owe import Purpose

from .people import writes

KEYS = count(1)


@dataclass(frozen=True, slots=True)
class Owed:
    """One row of the outbox."""

    status: str
    attempts: int
    lost_answers: int
    external_id: str | None
    error_code: int | None
    error_reason: str | None
    billable: bool | None
    leased_for: timedelta | None
    aside_for: timedelta | None
    due_in: timedelta


async def customer(conn: Connection, phone: str | None = None, user_id: str | None = None) -> UUID:
    """Somebody who wrote a moment ago, so that we may write too."""
    customer_id = (await writes(conn, phone, user_id)).customer_id
    await wrote(conn, customer_id)
    return customer_id


async def wrote(conn: Connection, customer_id: UUID, *, hours_ago: float = 0) -> None:
    await WROTE.run(conn, customer_id=customer_id, hours_ago=hours_ago)


async def owes(conn: Connection, customer_id: UUID, purpose: Purpose = "reply") -> int:
    """Owe the customer one more message and return its id."""
    owed = await outbox.owe(
        conn,
        customer_id,
        Content("Hello"),
        purpose=purpose,
        dedupe_key=f"test:{next(KEYS)}",
        channel="meta",
        business_number_id="106540352242922",
    )
    assert owed is not None
    return owed


async def claimed(conn: Connection) -> Claimed:
    """The next message that is due."""
    next_one = await outbox.claim(conn)
    assert next_one is not None
    return next_one


async def row(conn: Connection, outbox_id: int) -> Owed:
    return await ROW.one(conn, id=outbox_id)


async def lease_ends(conn: Connection) -> None:
    """Twenty or thirty seconds pass for every message that a worker has or that is in doubt."""
    await LEASE_ENDS.run(conn)


WROTE = sql("""
    update conversations set last_message_at = now() - make_interval(mins => (60 * %(hours_ago)s)::int)
     where customer_id = %(customer_id)s
""")
ROW = sql("""
    select status, attempts, lost_answers, external_id, error_code, error_reason, billable,
           lease_until - now() as leased_for, aside_until - now() as aside_for,
           next_attempt_at - now() as due_in
      from outbox where id = %(id)s
""").into(Owed)
LEASE_ENDS = sql("update outbox set lease_until = now() - interval '1 second' where lease_until is not null")
