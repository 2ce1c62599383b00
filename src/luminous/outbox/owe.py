"""Owing a message. It is sent later, by a worker, and only once per `dedupe_key`."""

from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.messages import CONTENT, ChannelName, Content

Purpose = Literal["reply", "notice", "payment_prompt", "sign_in_link"]


async def owe(
    conn: Connection,
    customer_id: UUID,
    content: Content,
    *,
    purpose: Purpose,
    dedupe_key: str,
    channel: ChannelName,
    business_number_id: str,
    quoted_id: str | None = None,
    is_impersonal: bool = False,
) -> int | None:
    """Owe the customer a message and return its id; None when it is owed already.

    It carries the customer's identity epoch of now: if the identity moves before it is sent, it is
    not sent. is_impersonal: it names nobody and shows nothing, so that it may go to a number of
    which it is not sure whose it is.
    """
    return await OWE.maybe(
        conn,
        customer_id=customer_id,
        content=CONTENT.dump_json(content).decode(),
        purpose=purpose,
        dedupe_key=dedupe_key,
        channel=channel,
        business_number_id=business_number_id,
        quoted_id=quoted_id,
        is_impersonal=is_impersonal,
    )


async def unpark(conn: Connection, customer_id: UUID) -> int:
    """The customer wrote: what waited for that is owed again. Returns how many messages."""
    return await UNPARK.run(conn, customer_id=customer_id)


async def oldest_unsent_age(conn: Connection) -> float:
    """For how many seconds the oldest message that is due has not been sent; 0 when none is."""
    return await OLDEST_UNSENT_AGE.one(conn)


OWE = sql("""
    insert into outbox (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key,
                        content, quoted_id, is_impersonal)
    select id, identity_epoch, %(channel)s, %(business_number_id)s, %(purpose)s, %(dedupe_key)s,
           %(content)s::jsonb, %(quoted_id)s, %(is_impersonal)s
      from customers where id = %(customer_id)s
    on conflict (dedupe_key) do nothing
    returning id
""").into(int)

UNPARK = sql("""
    update outbox set status = 'queued', next_attempt_at = now(), updated_at = now()
     where customer_id = %(customer_id)s and status = 'parked'
""")

OLDEST_UNSENT_AGE = sql("""
    select coalesce(extract(epoch from now() - min(created_at)), 0)::float8
      from outbox where status in ('queued', 'sending', 'uncertain')
""").into(float)
