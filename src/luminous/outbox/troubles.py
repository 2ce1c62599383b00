"""What could not be sent, for staff: why, and once more where that makes sense."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.messages import ChannelName

Trouble = Literal["failed", "dead", "parked", "uncertain", "suppressed", "stale"]
Retried = Literal["owed again", "not failed", "never twice", "no such message", "its customer is gone"]


@dataclass(frozen=True, slots=True)
class NotSent:
    """A message that did not go, or of which it is not known. again_at: it is set aside until then."""

    id: int
    customer_id: UUID
    display_name: str
    purpose: str
    status: str
    reason: str | None
    error_code: int | None
    text: str
    again_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoppedNumber:
    """One of the shop's numbers that cannot send, and why."""

    channel: ChannelName
    business_number_id: str
    stopped_at: datetime
    error_code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a message may be tried again."""

    status: str
    purpose: str


async def not_sent(
    conn: Connection, statuses: tuple[Trouble, ...], *, within: timedelta, most: int = 100
) -> list[NotSent]:
    """Messages in these states that changed within that time, the latest first."""
    return await NOT_SENT.all(conn, statuses=list(statuses), within=within, most=most)


async def given_up_lately(conn: Connection) -> int:
    """How many messages failed or were given up within the last day."""
    return await GIVEN_UP_LATELY.one(conn)


async def numbers_that_cannot_send(conn: Connection) -> list[StoppedNumber]:
    """Every number that is stopped, the longest first."""
    return await STOPPED.all(conn)


async def retry(conn: Connection, outbox_id: int) -> Retried:
    """Owe a message again that failed or was given up: somebody has mended what was wrong.

    Whether it may go is judged at the claim as always. Where it is doubtful whether it went, it may
    reach the customer twice: that is for whoever asks for it to know.
    """
    message = await STANDING.maybe(conn, outbox_id=outbox_id)
    if message is None:
        return "no such message"
    if message.status not in ("failed", "dead"):
        return "not failed"
    if message.purpose in ("payment_prompt", "sign_in_link"):
        return "never twice"
    again = await RETRY.run(conn, outbox_id=outbox_id)
    return "owed again" if again else "its customer is gone"


NOT_SENT = sql("""
    select outbox.id, customer_id, display_name, purpose, status, error_reason as reason, error_code,
           coalesce(content ->> 'text', '') as text,
           case status when 'parked' then aside_until end as again_at, outbox.created_at, outbox.updated_at
      from outbox join customers on customers.id = customer_id
     where status = any(%(statuses)s::text[]) and outbox.updated_at > now() - %(within)s::interval
     order by outbox.updated_at desc, outbox.id desc
     limit %(most)s
""").into(NotSent)

GIVEN_UP_LATELY = sql("""
    select count(*)::int from outbox
     where status in ('failed', 'dead') and updated_at > now() - interval '1 day'
""").into(int)

STOPPED = sql("""
    select channel, business_number_id, stopped_at, error_code, reason
      from stopped_numbers order by stopped_at
""").into(StoppedNumber)

STANDING = sql("select status, purpose from outbox where id = %(outbox_id)s").into(Standing)

# It is owed by the customer's identity of now: whoever retries has looked whom it reaches. One attempt
# stays: a late status of it still counts.
RETRY = sql("""
    update outbox
       set status = 'queued', attempts = least(attempts, 1), failed_answers = 0, lost_answers = 0,
           needs_template = false,
           failed_external_id = coalesce(external_id, failed_external_id), external_id = null,
           identity_epoch = customers.identity_epoch, next_attempt_at = now(), lease_until = null,
           updated_at = now()
      from customers
     where outbox.id = %(outbox_id)s and outbox.status in ('failed', 'dead')
       and customers.id = customer_id and deleted_at is null
""")
