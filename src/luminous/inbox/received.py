"""Messages as they came, once each, until somebody decided about them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.messages import ChannelName, Received


@dataclass(frozen=True, slots=True)
class Message:
    """A received message, as far as an answer needs it."""

    id: int
    channel: ChannelName
    external_id: str
    business_number_id: str
    kind: str
    text: str
    choice: str | None
    group_id: str | None
    is_new_customer: bool
    is_proven: bool  # False: the number alone, and it may have changed hands: no personal answer
    sent_at: datetime

    @property
    def opens_the_24_hours(self) -> bool:
        """True for what a person wrote: WhatsApp lets us write back for 24 hours from it."""
        return self.group_id is None and self.kind not in ("system", "reaction")


async def known(conn: Connection, channel: ChannelName, external_ids: Collection[str]) -> frozenset[str]:
    """Which of these message ids were taken before, whatever became of their content."""
    return frozenset(await KNOWN.all(conn, channel=channel, external_ids=list(external_ids)))


async def put(
    conn: Connection,
    received: Received,
    *,
    body_id: int,
    customer_id: UUID | None,
    is_new_customer: bool = False,
    decision: str | None = None,
    is_settled: bool = False,
) -> int | None:
    """Store a message and return its id, or None when another delivery of it was quicker.

    is_settled: nobody is to be answered (group and system messages).
    """
    return await PUT.maybe(
        conn,
        channel=received.channel,
        external_id=received.external_id,
        customer_id=customer_id,
        business_number_id=received.business_number_id,
        kind=received.kind,
        text=received.text,
        choice=received.choice,
        quoted_id=received.quoted_id,
        group_id=received.group_id,
        details=received.details,
        from_phone_number=received.sender.phone,
        from_user_id=received.sender.user_id,
        from_parent_user_id=received.sender.parent_user_id,
        is_new_customer=is_new_customer,
        decision=decision,
        body_id=body_id,
        sent_at=received.sent_at,
        is_settled=is_settled,
    )


async def unanswered(conn: Connection, customer_id: UUID) -> list[Message]:
    """Everything that the customer wrote and nobody decided about, in order of arrival."""
    return await UNANSWERED.all(conn, customer_id=customer_id)


async def answered(conn: Connection, ids: Sequence[int], answer: str) -> None:
    """Settle these messages; `answer` says in a few words what was decided."""
    await ANSWERED.run(conn, ids=list(ids), answer=answer)


async def oldest_unanswered_age(conn: Connection) -> float:
    """For how many seconds the oldest unanswered message has been waiting; 0 when none is."""
    return await OLDEST_UNANSWERED_AGE.one(conn)


# What an erased person wrote is known by its digest.
KNOWN = sql("""
    select asked.external_id from unnest(%(external_ids)s::text[]) asked (external_id)
     where exists (select from inbox
                    where channel = %(channel)s and inbox.external_id = asked.external_id)
        or exists (select from inbox
                    where channel = %(channel)s and inbox.external_id = erased_key(asked.external_id))
""").into(str)

PUT = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, choice, quoted_id,
                       group_id, details, from_phone_number, from_user_id, from_parent_user_id,
                       is_new_customer, decision, body_id, sent_at, answered_at, answer)
    values (%(channel)s, %(external_id)s, %(customer_id)s, %(business_number_id)s, %(kind)s, %(text)s,
            %(choice)s, %(quoted_id)s, %(group_id)s, %(details)s::jsonb, %(from_phone_number)s,
            %(from_user_id)s, %(from_parent_user_id)s, %(is_new_customer)s, %(decision)s, %(body_id)s,
            least(%(sent_at)s, now()),
            case when %(is_settled)s then now() end,
            case when %(is_settled)s then 'nobody to answer' end)
    on conflict (channel, external_id) do nothing
    returning id
""").into(int)

UNANSWERED = sql("""
    select id, channel, external_id, business_number_id, kind, text, choice, group_id, is_new_customer,
           decision is distinct from 'unproven_number' as is_proven, sent_at
      from inbox
     where customer_id = %(customer_id)s and answered_at is null
     order by id
""").into(Message)

ANSWERED = sql("""
    update inbox set answered_at = now(), answer = %(answer)s
     where id = any(%(ids)s::bigint[]) and answered_at is null
""")

OLDEST_UNANSWERED_AGE = sql("""
    select coalesce(extract(epoch from now() - min(received_at)), 0)::float8
      from inbox where answered_at is null and customer_id is not null
""").into(float)
