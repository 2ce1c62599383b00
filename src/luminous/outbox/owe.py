"""Owing a message. It is sent later, by a worker, and only once per `dedupe_key`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.messages import CONTENT, TEMPLATE_USE, ChannelName, Content, TemplateUse

Purpose = Literal["reply", "receipt", "notice", "marketing", "payment_prompt", "sign_in_link"]
Otherwise = Literal["wait", "drop"]
Owed = int | Literal["owed already", "never wrote"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer writes to us, and where we answer."""

    channel: ChannelName
    business_number_id: str


async def owe(
    conn: Connection,
    customer_id: UUID,
    content: Content,
    *,
    purpose: Purpose,
    dedupe_key: str,
    channel: ChannelName,
    business_number_id: str,
    template: TemplateUse | None = None,
    otherwise: Otherwise = "wait",
    quoted_id: str | None = None,
    is_impersonal: bool = False,
) -> int | None:
    """Owe the customer a message and return its id; None when it is owed already.

    It carries the customer's identity epoch of now: if the identity moves before it is sent, it is
    not sent. is_impersonal: it names nobody and shows nothing, so that it may go to a number of
    which it is not sure whose it is.

    Outside WhatsApp's 24 hours it goes as its template, where that is approved; otherwise it waits
    for the customer's next message, or is dropped and says why.
    """
    return await OWE.maybe(
        conn,
        customer_id=customer_id,
        content=CONTENT.dump_json(content).decode(),
        purpose=purpose,
        dedupe_key=dedupe_key,
        channel=channel,
        business_number_id=business_number_id,
        template=None if template is None else TEMPLATE_USE.dump_json(template).decode(),
        otherwise=otherwise,
        quoted_id=quoted_id,
        is_impersonal=is_impersonal,
    )


async def owe_where_they_write(
    conn: Connection,
    customer_id: UUID,
    content: Content,
    *,
    purpose: Purpose,
    dedupe_key: str,
    template: TemplateUse | None = None,
    otherwise: Otherwise = "wait",
    instead_of: Sequence[str] = (),
) -> Owed:
    """Owe what no message of theirs asked for, on the channel and the number that they wrote to last.

    instead_of: what waits for their next message under keys that begin like this is not said any more.

    Returns the message's id; or why there is none: it is owed already, or they never wrote to us.
    """
    place = await WHERE_THEY_WRITE.maybe(conn, customer_id=customer_id)
    if place is None:
        return "never wrote"
    owed = await owe(
        conn,
        customer_id,
        content,
        purpose=purpose,
        dedupe_key=dedupe_key,
        channel=place.channel,
        business_number_id=place.business_number_id,
        template=template,
        otherwise=otherwise,
    )
    if owed is None:
        return "owed already"
    await forget_waiting(conn, customer_id, *instead_of)
    return owed


async def heard_from(conn: Connection, customer_id: UUID) -> int:
    """The customer wrote: what waited for that is owed again.

    Returns how many answers they were owed within five minutes, counted up to twenty.
    """
    return await HEARD_FROM.one(conn, customer_id=customer_id)


async def forget_waiting(conn: Connection, customer_id: UUID, *beginnings: str) -> int:
    """What waits for the customer's next message under keys that begin like this is not said any more.

    Returns how many messages.
    """
    if not beginnings:
        return 0
    return await FORGET_WAITING.run(conn, customer_id=customer_id, beginnings=list(beginnings))


async def oldest_unsent_age(conn: Connection) -> float:
    """For how many seconds the oldest message that is due has not been sent; 0 when none is."""
    return await OLDEST_UNSENT_AGE.one(conn)


OWE = sql("""
    insert into outbox (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key,
                        content, template, otherwise, quoted_id, is_impersonal)
    select id, identity_epoch, %(channel)s, %(business_number_id)s, %(purpose)s, %(dedupe_key)s,
           %(content)s::jsonb, %(template)s::jsonb, %(otherwise)s, %(quoted_id)s, %(is_impersonal)s
      from customers where id = %(customer_id)s
    on conflict (dedupe_key) do nothing
    returning id
""").into(int)

WHERE_THEY_WRITE = sql("""
    select channel, business_number_id
      from inbox
     where customer_id = %(customer_id)s and group_id is null and kind <> 'system'
     order by id desc
     limit 1
""").into(Place)

HEARD_FROM = sql("""
    with owed_again as (
      update outbox
         set status = 'queued', needs_template = false, aside_until = null, next_attempt_at = now(),
             updated_at = now()
       where customer_id = %(customer_id)s and status = 'parked'
    )
    select count(*) filter (where purpose = 'reply' and created_at > now() - interval '5 minutes')::int
      from (select purpose, created_at from outbox
             where customer_id = %(customer_id)s order by id desc limit 20) last_ones
""").into(int)

FORGET_WAITING = sql("""
    update outbox
       set status = 'suppressed', error_reason = 'later news took its place', updated_at = now()
     where customer_id = %(customer_id)s and status = 'parked'
       and exists (select from unnest(%(beginnings)s::text[]) start where starts_with(dedupe_key, start))
""")

OLDEST_UNSENT_AGE = sql("""
    select coalesce(extract(epoch from now() - min(created_at)), 0)::float8
      from outbox where status in ('queued', 'sending', 'uncertain')
""").into(float)
