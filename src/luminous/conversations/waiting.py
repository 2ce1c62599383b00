"""Who waits for an answer. Intake marks the row and never waits for it; one worker at a time claims it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Conversation:
    """The conversation that a worker claimed, as it stands now by the database's clock."""

    customer_id: UUID
    was_greeted: bool  # ever
    was_greeted_recently: bool  # within ten minutes
    with_person: bool  # a person answers: the bot is silent


async def wait_for_answer(conn: Connection, customer_id: UUID) -> None:
    """Mark that the customer waits.

    A worker that is answering holds the row with `waiting_since` set, so this finds nothing to
    update then and does not wait for it.
    """
    await WAIT.run(conn, customer_id=customer_id)


async def claim(conn: Connection) -> Conversation | None:
    """Lock the conversation that has waited longest until this transaction ends; None when none waits."""
    return await CLAIM.maybe(conn)


async def settle(
    conn: Connection, customer_id: UUID, *, greeted: bool, last_message_at: datetime | None
) -> None:
    """Nobody waits here any more. `last_message_at` opens WhatsApp's 24 hours from that instant."""
    await SETTLE.run(conn, customer_id=customer_id, greeted=greeted, last_message_at=last_message_at)


async def put_off(conn: Connection, customer_id: UUID) -> int:
    """Answering failed: wait 2, 4, 8, ... seconds. Returns how often it failed in a row."""
    return await PUT_OFF.one(conn, customer_id=customer_id)


async def recall_forgotten(conn: Connection) -> int:
    """Mark conversations whose message was committed while a worker was taking its last look."""
    return await RECALL.run(conn)


WAIT = sql("""
    update conversations set waiting_since = now()
     where customer_id = %(customer_id)s and waiting_since is null
""")

CLAIM = sql("""
    select customer_id,
           greeted_at is not null as was_greeted,
           coalesce(greeted_at > now() - interval '10 minutes', false) as was_greeted_recently,
           coalesce(handed_over_at > now() - interval '24 hours', false) as with_person
      from conversations
     where waiting_since is not null and (next_attempt_at is null or next_attempt_at <= now())
     order by waiting_since
     limit 1
       for no key update skip locked
""").into(Conversation)

SETTLE = sql("""
    update conversations
       set waiting_since = null, next_attempt_at = null, failed_attempts = 0,
           greeted_at = case when %(greeted)s then now() else greeted_at end,
           last_message_at = greatest(last_message_at, %(last_message_at)s)
     where customer_id = %(customer_id)s
""")

PUT_OFF = sql("""
    update conversations
       set failed_attempts = failed_attempts + 1,
           next_attempt_at = now() + make_interval(secs => 2 ^ least(failed_attempts + 1, 8))
     where customer_id = %(customer_id)s
    returning failed_attempts
""").into(int)

RECALL = sql("""
    update conversations
       set waiting_since = now()
     where waiting_since is null
       and customer_id in (select customer_id from inbox
                            where answered_at is null and customer_id is not null)
""")
