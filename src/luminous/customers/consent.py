"""What a customer allows us to send besides answers to their own messages, and by what they said so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql

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
