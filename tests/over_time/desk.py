"""The shop's side: the real intake, answering and sending on a real PostgreSQL, and all that it holds."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from pydantic import TypeAdapter

from luminous import conversations, customers, inbound
from luminous.answering import answer_next
from luminous.db import Connection, Statement, sql
from luminous.inbound import Delivery
from luminous.messages import Outgoing, Received, Sender
from luminous.outbound import deliver_next
from tests.database.people import BROKEN_PROMISES
from tests.database.racing import BLOCKED, retried, transaction_of
from tests.shop import KAMPALA

from .world import Announcement, Letter, Message, World


@dataclass(frozen=True, slots=True)
class Record:
    """A live customer."""

    id: UUID
    phone: str | None
    user_id: str | None
    key_hash: str | None
    name: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the history of identifiers."""

    kind: str
    value: str
    customer_id: UUID
    from_at: datetime
    until_at: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in the inbox."""

    wamid: str
    customer_id: UUID | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """For whom a letter was taken, and how that was decided."""

    customer_id: UUID | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """An open conflict."""

    id: int
    holder_id: UUID
    writer_id: UUID | None
    phone: str | None
    user_id: str | None
    decision: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and for whom it was meant."""

    id: int
    customer_id: UUID
    is_impersonal: bool
    decision: str | None  # of the message that it answers


@dataclass(frozen=True, slots=True)
class Books:
    """All that the shop holds at one moment."""

    records: dict[UUID, Record]
    merged: dict[UUID, UUID]
    history: list[Held]
    inbox: list[Entry]
    questions: list[Question]
    broken: list[str]
    now: datetime

    def survivor(self, record: UUID | None) -> UUID | None:
        """The live record that a record has become."""
        while record is not None and record not in self.records:
            record = self.merged.get(record)
        return record

    def record(self, record: UUID) -> Record | None:
        return self.records.get(self.survivor(record) or record)

    def holder(self, phone: str | None, user_id: str | None = None) -> Record | None:
        """Whose number, or whose user id, it is on the books."""
        held = (
            (r.phone == phone if phone else False) or (r.user_id == user_id if user_id else False)
            for r in self.records.values()
        )
        return next(
            (record for record, is_it in zip(self.records.values(), held, strict=True) if is_it), None
        )

    def is_in_doubt(self, record: UUID) -> bool:
        return any(record in (question.holder_id, question.writer_id) for question in self.questions)


class Desk:
    """One shop. Its second connection is another process of it, and the third looks on."""

    def __init__(self, conn: Connection, other: Connection, watcher: Connection) -> None:
        self.conn, self.other, self.watcher = conn, other, watcher
        self.begin = partial(transaction_of, conn)
        self.outgoing: list[Outgoing] = []

    async def send(self, message: Outgoing) -> str:
        """The channel: it notes what leaves."""
        self.outgoing.append(message)
        return f"wamid.out.{message.id}"

    async def take(self, world: World, letter: Letter) -> Taken | None:
        """A letter arrives. None when it came before. What intake does, in one statement."""
        at = world.by_the_machine(letter.sent_at if isinstance(letter, Message) else letter.happened_at)
        if isinstance(letter, Announcement):
            return await TAKE_CHANGE.maybe(self.conn, wamid=letter.wamid, at=at, **asdict(letter.change))
        return await TAKE_MESSAGE.maybe(
            self.conn,
            wamid=letter.wamid,
            at=at,
            channel=letter.channel,
            phone=letter.phone,
            user_id=letter.user_id,
            wa_id=letter.phone.removeprefix("+") if letter.phone else None,
            name=letter.author.name,
            key_hash=letter.key_hash,
            text=letter.text,
        )

    async def take_as_a_process(self, world: World, letter: Letter) -> Taken | None:
        """A letter arrives in another process, through the whole intake."""
        event = received(world, letter)
        work = partial(inbound.take_events, delivery=Delivery(event.channel, b"", [event]), events=[event])
        return as_taken(await retried(self.other, work))

    async def take_both(self, world: World, first: Letter, second: Letter) -> list[Taken | None]:
        """Two letters arrive in two processes: the first commits when the second waits for it, or is done."""
        event = received(world, first)
        async with self.conn.transaction():
            quick = await inbound.take_events(self.conn, Delivery(event.channel, b"", [event]), [event])
            slow = asyncio.create_task(self.take_as_a_process(world, second))
            while not slow.done() and not await BLOCKED.one(  # noqa: ASYNC110 - PostgreSQL's event
                self.watcher, pid=self.other.info.backend_pid
            ):
                await asyncio.sleep(0.001)
        return [as_taken(quick), await slow]

    async def answer_and_send(self) -> list[tuple[Outgoing, Sent]]:
        """Answer everybody who waits and send what is due."""
        self.outgoing.clear()
        await conversations.recall_forgotten(self.conn)
        while await answer_next(self.begin, KAMPALA):
            pass
        while await deliver_next(self.begin, {"meta": self, "gateway": self}):
            pass
        if not self.outgoing:
            return []
        meant = {sent.id: sent for sent in await SENT.all(self.conn, ids=[out.id for out in self.outgoing])}
        return [(out, meant[out.id]) for out in self.outgoing]

    async def books(self) -> Books:
        return BOOKS_FROM_JSON.validate_json(await BOOKS.one(self.conn))

    async def pass_time(self, interval: timedelta) -> None:
        """Everything that the shop knows is so much longer ago."""
        await PASS_TIME.run(self.conn, interval=interval)

    async def settle(self, question: Question, *, is_same: bool) -> None:
        await SETTLE.run(self.conn, id=question.id, is_same=is_same)

    async def merge(self, one: UUID, other: UUID, cause: str) -> int:
        async with self.conn.transaction():
            return await customers.merge(self.conn, one, other, cause)

    async def undo(self, merge_id: int) -> None:
        async with self.conn.transaction():
            await customers.undo_merge(self.conn, merge_id)

    async def empty(self) -> None:
        """A new shop, whatever was."""
        for statement in EMPTY:
            await statement.run(self.conn)


def as_taken(taken: Sequence[inbound.Taken]) -> Taken | None:
    return Taken(taken[0].customer_id, taken[0].decision) if taken else None


def received(world: World, letter: Letter) -> Received:
    """The letter as a channel would hand it over."""
    is_message = isinstance(letter, Message)
    sender = Sender(None, None, None, None, None)
    if is_message:
        wa_id = letter.phone.removeprefix("+") if letter.phone else None
        sender = Sender(letter.phone, letter.user_id, None, wa_id, letter.author.name, letter.key_hash)
    return Received(
        channel=letter.channel if is_message else "meta",
        external_id=letter.wamid,
        position="entry[0]",
        business_number_id="106540352242922",
        sender=sender,
        kind="text" if is_message else "system",
        text=letter.text if is_message else "",
        choice=None,
        quoted_id=None,
        group_id=None,
        details=None,
        sent_at=world.by_the_machine(letter.sent_at if is_message else letter.happened_at),
        change=None if is_message else letter.change,
    )


TAKE_MESSAGE = sql("""
    with found as materialized (
      select found.* from (select where not exists (select from inbox where external_id = %(wamid)s)) fresh,
             resolve_customer(%(phone)s, %(user_id)s, %(wa_id)s, %(name)s, %(key_hash)s, %(at)s) found
    )
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, from_phone_number,
                       from_user_id, is_new_customer, decision, sent_at)
    select %(channel)s, %(wamid)s, customer_id, '106540352242922', 'text', %(text)s, %(phone)s, %(user_id)s,
           is_new_customer, decision, %(at)s
      from found
    returning customer_id, decision
""").into(Taken)
TAKE_CHANGE = sql("""
    with found as materialized (
      select found.* from (select where not exists (select from inbox where external_id = %(wamid)s)) fresh,
             announce_change(%(from_phone)s, %(from_user_id)s, %(to_phone)s, %(to_user_id)s, %(at)s) found
    )
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       decision,
                       sent_at, answered_at, answer)
    select 'meta', %(wamid)s, customer_id, '106540352242922', 'system', '', false, decision, %(at)s, now(),
           'nobody to answer'
      from found
    returning customer_id, decision
""").into(Taken)
EMPTY: Sequence[Statement] = tuple(
    sql(text)
    for text in (
        "delete from inbox",
        "delete from announced_changes",
        "delete from early_statuses",
        "delete from customers",
    )
)
SETTLE = sql("select settle_conflict(%(id)s, %(is_same)s)")
SENT = sql("""
    select outbox.id, outbox.customer_id, is_impersonal, inbox.decision
      from outbox left join inbox on inbox.id = split_part(dedupe_key, ':', 2)::bigint
     where outbox.id = any(%(ids)s)
""").into(Sent)
PASS_TIME = sql("""
    with customers as (
      update customers set created_at = created_at - %(interval)s, last_seen_at = last_seen_at - %(interval)s
    ), identifiers as (
      update customer_identifiers set from_at = from_at - %(interval)s, until_at = until_at - %(interval)s
    ), changes as (
      update announced_changes set announced_at = announced_at - %(interval)s
    ), conflicts as (
      update customer_conflicts set opened_at = opened_at - %(interval)s
    ), plans as (
      update subscriptions set start_date = start_date - %(interval)s, end_date = end_date - %(interval)s
    ), inbox as (
      update inbox set sent_at = sent_at - %(interval)s, received_at = received_at - %(interval)s
    ), outbox as (
      update outbox
         set created_at = created_at - %(interval)s, next_attempt_at = next_attempt_at - %(interval)s
    )
    update conversations
       set waiting_since = waiting_since - %(interval)s, greeted_at = greeted_at - %(interval)s,
           last_message_at = last_message_at - %(interval)s, handed_over_at = handed_over_at - %(interval)s
""")
BOOKS = sql(
    """
    select json_build_object(
      'records', (select coalesce(json_object_agg(id, json_build_object(
                    'id', id, 'phone', phone_number, 'user_id', whatsapp_user_id,
                    'key_hash', identity_key_hash,
                    'name', display_name, 'seen_at', coalesce(last_seen_at, created_at))), '{}')
                    from customers where deleted_at is null),
      'merged', (select coalesce(json_object_agg(id, merged_into), '{}')
                   from customers where merged_into is not null),
      'history', (select coalesce(json_agg(held order by held.id), '[]') from customer_identifiers held),
      'inbox', (select coalesce(json_agg(json_build_object(
                  'wamid', external_id, 'customer_id', customer_id, 'decision', decision)), '[]') from inbox),
      'questions', (select coalesce(json_agg(json_build_object(
                      'id', id, 'holder_id', holder_id, 'writer_id', writer_id, 'phone', phone_number,
                      'user_id', whatsapp_user_id, 'decision', decision) order by id), '[]')
                      from customer_conflicts where resolved_at is null),
      'broken', (select coalesce(json_agg(broken.promise), '[]') from ("""  # noqa: S608 - no value stands in it
    + BROKEN_PROMISES.text
    + """) broken (promise)),
      'now', now())::text
"""
).into(str)
BOOKS_FROM_JSON = TypeAdapter(Books)
