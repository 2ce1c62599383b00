"""Open conflicts in these tests, and what staff answer."""

from uuid import UUID

from luminous.db import Connection, sql

from .owing import customer, owes
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    open_conflicts,
    silent_for,
    writes,
)

SAME, DIFFERENT = True, False


async def unproven(conn: Connection, user_id: str | None = None) -> tuple[UUID, int]:
    """Amina was silent for long; now somebody writes from her number. Returns her id and the message's."""
    amina = (await writes(conn, PHONE, None if user_id else USER, "Amina")).customer_id
    await silent_for(conn, amina, 60)
    found = await writes(conn, PHONE, user_id)
    assert (found.decision, found.customer_id) == ("unproven_number", amina)
    return amina, await MESSAGE.one(conn, id=amina, decision=found.decision)


async def disputed(conn: Connection) -> tuple[UUID, UUID]:
    """Bosco writes from Amina's number."""
    amina, bosco = await customer(conn, PHONE), await customer(conn, OTHER_PHONE, OTHER_USER)
    assert (await writes(conn, PHONE, OTHER_USER)).decision == "disputed_number"
    return amina, bosco


async def settle(conn: Connection, is_same: bool) -> None:
    """Staff answer the question that was opened last."""
    await SETTLE.run(conn, id=await LAST_CONFLICT.one(conn), is_same=is_same)
    assert await open_conflicts(conn) == []


async def owes_impersonal(conn: Connection, customer_id: UUID) -> int:
    owed = await owes(conn, customer_id)
    await IMPERSONAL.run(conn, id=owed)
    return owed


LAST_CONFLICT = sql("select max(id) from customer_conflicts").into(int)
SETTLE = sql("select settle_conflict(%(id)s, %(is_same)s)")
IMPERSONAL = sql("update outbox set is_impersonal = true where id = %(id)s")
MESSAGE = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       decision, sent_at)
    values ('meta', gen_random_uuid()::text, %(id)s, '106540352242922', 'text', 'Hello', false,
            %(decision)s, now())
    returning id
""").into(int)
