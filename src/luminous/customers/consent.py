"""What a customer allows us to send besides answers to their own messages, and by what they said so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.messages import NewsSwitch

Consent = Literal["pending", "opted_in", "opted_out"]
ConsentPurpose = Literal["service", "order_updates", "marketing"]
ConsentSource = Literal["message", "whatsapp", "staff", "website"]


@dataclass(frozen=True, slots=True)
class Said:
    """A customer's last word on one purpose. state None: they never said anything about it."""

    purpose: ConsentPurpose
    state: Literal["opted_in", "opted_out"] | None
    source: str | None
    said_at: datetime | None
    lets_us_send: bool  # by what was said, or by what holds where nothing was


async def consents_of(conn: Connection, customer_id: UUID) -> list[Said]:
    """What the customer allows, for each purpose."""
    return await CONSENTS_OF.all(conn, customer_id=customer_id)


async def set_consent(
    conn: Connection,
    customer_id: UUID,
    consent: Literal["opted_in", "opted_out"],
    *,
    source: ConsentSource = "staff",
    evidence: str | None = None,
    wording: str | None = None,
    said_at: datetime | None = None,
) -> bool:
    """Record STOP or START, which are about all purposes. Returns False when the status is what it was.

    START gives back what STOP took: news only to those who once said yes to news. evidence: the id of
    the message in which they said it; the same evidence counts once. wording: the version of the words
    that we had put to them. said_at: by their clock, None is now; the last word counts by that time.
    """
    before = await STATUS.one(conn, customer_id=customer_id)
    await SAY.run(
        conn,
        customer_id=customer_id,
        state=consent,
        source=source,
        evidence=evidence,
        wording=wording,
        said_at=said_at,
    )
    return await STATUS.one(conn, customer_id=customer_id) != before


async def record_consent(
    conn: Connection,
    customer_id: UUID,
    purpose: ConsentPurpose,
    consent: Literal["opted_in", "opted_out"],
    *,
    source: ConsentSource,
    evidence: str | None = None,
    wording: str | None = None,
    said_at: datetime | None = None,
) -> bool:
    """Record what they said about one purpose. Returns False when this evidence was recorded already."""
    return (
        await RECORD.run(
            conn,
            customer_id=customer_id,
            purpose=purpose,
            state=consent,
            source=source,
            evidence=evidence,
            wording=wording,
            said_at=said_at,
        )
        == 1
    )


async def heed_switch(conn: Connection, switch: NewsSwitch, switched_at: datetime) -> bool:
    """Record that a person switched news off or on in WhatsApp itself. Returns False when that is known.

    Nothing is recorded about somebody who never wrote: no news goes to them.
    """
    customer_id = await WHOSE.maybe(conn, user_id=switch.user_id, phone=switch.phone, at=switched_at)
    return customer_id is not None and await record_consent(
        conn,
        customer_id,
        "marketing",
        "opted_in" if switch.wants_news else "opted_out",
        source="whatsapp",
        evidence=switch.evidence,
        said_at=switched_at,
    )


WHOSE = sql("""
    select customer_id
      from (select 1 as place, survivor(customer_id) as customer_id, from_at
              from customer_identifiers where kind = 'whatsapp_user_id' and value = %(user_id)s
            union all
            select 2, id, created_at
              from customers
             where deleted_at is null and phone_number = %(phone)s and whatsapp_user_id is null
            union all
            select 3, holder_at(%(phone)s, %(at)s), null
             where %(user_id)s::text is null) found
     where customer_id is not null
     order by place, from_at desc
     limit 1
""").into(UUID)
CONSENTS_OF = sql("""
    select purpose, state, source, said_at,
           case purpose when 'marketing' then state is not distinct from 'opted_in'
                        else state is distinct from 'opted_out' end as lets_us_send
      from unnest(array['service', 'order_updates', 'marketing']) with ordinality asked (purpose, place)
      left join lateral (select state, source, said_at from consents
                          where customer_id = %(customer_id)s and consents.purpose = asked.purpose
                          order by said_at desc, id desc
                          limit 1) last on true
     order by place
""").into(Said)

STATUS = sql("select consent_status from customers where id = %(customer_id)s").into(str)

SAY = sql("""
    select say_consent(%(customer_id)s, %(state)s, %(source)s, %(evidence)s, %(wording)s,
                       coalesce(%(said_at)s::timestamptz, now()))
""")

RECORD = sql("""
    insert into consents (customer_id, purpose, state, source, evidence, wording, said_at)
    values (%(customer_id)s, %(purpose)s, %(state)s, %(source)s, %(evidence)s, %(wording)s,
            least(coalesce(%(said_at)s::timestamptz, now()), now()))
    on conflict (evidence, purpose) do nothing
""")
