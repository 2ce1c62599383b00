"""The set path of walk 1: the messages of many bodies, taken by one statement.

It takes whom there is nothing to decide about; `take_messages` in the database says who that is.
Every other body is taken by itself, as `inbound` does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from luminous.db import Connection, array, sql
from luminous.inbound import Delivery, Taken
from luminous.messages import Received, Sender

Message = tuple[int, Received]  # in which delivery it came, from 0


@dataclass(frozen=True, slots=True)
class Row:
    """A message that was taken. message: its number in the batch, from 1."""

    message: int
    inbox_id: int
    customer_id: UUID
    is_new_customer: bool
    decision: str


@dataclass(frozen=True, slots=True)
class Part:
    """What was taken of a body. Where that is not the whole, it is still to be taken by itself."""

    taken: Sequence[Taken] = ()
    is_whole: bool = False


async def take_together(conn: Connection, deliveries: Sequence[Delivery]) -> list[Part]:
    """Take what can be taken together of bodies of one channel. Committed with the transaction."""
    messages = without_double_meaning(
        [
            (number, event)
            for number, delivery in enumerate(deliveries)
            for event in delivery.events
            if isinstance(event, Received) and event.is_from_a_person and event.sender.is_named
        ]
    )
    taken: list[list[Taken]] = [[] for _ in deliveries]
    for row in await _take(conn, deliveries, messages) if messages else ():
        number, message = messages[row.message - 1]
        taken[number].append(
            Taken(row.inbox_id, message.kind, row.customer_id, row.is_new_customer, row.decision)
        )
    return [
        Part(part, is_whole=len(part) == len(delivery.events))
        for part, delivery in zip(taken, deliveries, strict=True)
    ]


def without_double_meaning(messages: Sequence[Message]) -> list[Message]:
    """The messages of senders none of whose identifiers stands beside something else in this batch."""
    beside: dict[str, Sender | None] = {}
    for _, message in messages:
        for identifier in identifiers(message.sender):
            if beside.setdefault(identifier, message.sender) != message.sender:
                beside[identifier] = None
    return [
        one
        for one in messages
        if all(beside[identifier] is not None for identifier in identifiers(one[1].sender))
    ]


def identifiers(sender: Sender) -> list[str]:
    """What a sender is known by."""
    return [each for each in (sender.phone, sender.user_id) if each is not None]


async def _take(conn: Connection, deliveries: Sequence[Delivery], messages: Sequence[Message]) -> list[Row]:
    each = [message for _, message in messages]
    latest = {message.sender: message for message in sorted(each, key=lambda message: message.sent_at)}
    senders = {sender: number for number, sender in enumerate(latest, 1)}
    bringing = {number: place for place, number in enumerate(dict.fromkeys(n for n, _ in messages), 1)}
    bodies = [deliveries[number].body for number in bringing]
    return await TAKE.all(
        conn,
        channel=each[0].channel,
        phones=array(sender.phone for sender in senders),
        user_ids=array(sender.user_id for sender in senders),
        wa_ids=array(sender.wa_id for sender in senders),
        names=array(sender.profile_name for sender in senders),
        key_hashes=array(sender.identity_key_hash for sender in senders),
        written_ats=array(message.sent_at for message in latest.values()),
        bodies=b"".join(bodies),
        body_ends=array(accumulate(map(len, bodies))),
        external_ids=array(message.external_id for message in each),
        senders=array(senders[message.sender] for message in each),
        in_bodies=array(bringing[number] for number, _ in messages),
        business_number_ids=array(message.business_number_id for message in each),
        kinds=array(message.kind for message in each),
        texts=array(message.text for message in each),
        choices=array(message.choice for message in each),
        quoted_ids=array(message.quoted_id for message in each),
        details=array(message.details for message in each),
        parent_user_ids=array(message.sender.parent_user_id for message in each),
        sent_ats=array(message.sent_at for message in each),
    )


TAKE = sql("""
    select message, inbox_id, customer_id, is_new_customer, decision
      from take_messages(
             %(channel)s, %(phones)s::text[], %(user_ids)s::text[], %(wa_ids)s::text[], %(names)s::text[],
             %(key_hashes)s::text[], %(written_ats)s::timestamptz[],
             %(bodies)s::bytea, %(body_ends)s::integer[],
             %(external_ids)s::text[], %(senders)s::integer[], %(in_bodies)s::integer[],
             %(business_number_ids)s::text[], %(kinds)s::text[], %(texts)s::text[], %(choices)s::text[],
             %(quoted_ids)s::text[], %(details)s::text[], %(parent_user_ids)s::text[],
             %(sent_ats)s::timestamptz[])
     order by message
""").into(Row)
