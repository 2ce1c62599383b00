"""WALK 1, in. A webhook body becomes inbox rows; when this returns, everything is committed.

  channels/*/webhook.py → intake → take → customers.resolve → inbox.put → conversations.wait_for_answer → 200

What there is nothing to decide about is taken by `batch` for many bodies at once; all else comes here.

Whatever arrives twice has one effect: the provider's message id is the only dedupe key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from luminous import conversations, customers, inbox, metrics, outbox, templates
from luminous.db import Begin, Connection, again
from luminous.errors import DatabaseAway, is_retryable, sqlstate
from luminous.log import log
from luminous.messages import (
    ChannelName,
    Event,
    PreferenceChange,
    Received,
    StatusChange,
    TemplateChange,
    Unknown,
    Unreadable,
)

Parse = Callable[[bytes, datetime], Sequence[Event]]
RETRY_DEAD_LETTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook body, as it came and as it was understood."""

    channel: ChannelName
    body: bytes
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that is new to us, and whose it is. No customer: it concerns nobody here."""

    inbox_id: int
    kind: str
    customer_id: UUID | None
    is_new_customer: bool
    decision: str | None


async def take(begin: Begin, delivery: Delivery) -> list[Taken]:
    """Take a whole body and return the messages in it that are new. Committed when this returns.

    A piece that cannot be taken becomes a dead letter without failing its neighbours.
    Raises DatabaseAway when nothing could be promised: whoever sent the body has to send it again.
    """
    try:
        try:
            return await again(begin, lambda conn: take_events(conn, delivery, delivery.events))
        except Exception as error:
            if is_retryable(error):
                raise
            return await take_one_by_one(begin, delivery)
    except Exception as error:
        if not is_retryable(error):
            raise
        raise DatabaseAway("the message could not be stored") from error


async def take_events(conn: Connection, delivery: Delivery, events: Sequence[Event]) -> list[Taken]:
    """Take these events of a body inside one transaction. Messages that we know are passed over."""
    events = [unreadable_if_nobody_sent_it(event) for event in events]
    ids = [event.external_id for event in events if isinstance(event, Received)]
    known = await inbox.known(conn, delivery.channel, ids) if ids else frozenset[str]()
    fresh = [e for e in events if not (isinstance(e, Received) and e.external_id in known)]

    # What we may want to read again is kept; pure duplicates and plain statuses are not.
    keep = any(not isinstance(event, StatusChange) for event in fresh)
    body_id = await inbox.keep_body(conn, delivery.channel, delivery.body) if keep else 0

    taken: list[Taken] = []
    for event in fresh:
        match event:
            case Received():
                taken += await take_message(conn, event, body_id)
            case StatusChange():
                await outbox.record_status(conn, event)
            case PreferenceChange():
                await customers.heed_switch(conn, event.switch, event.occurred_at)
            case TemplateChange():
                await templates.record_news(conn, event.news, event.occurred_at)
            case Unreadable():
                await inbox.bury(conn, body_id, event.position, "parsing", event.reason, again_in=None)
            case Unknown():
                pass  # its body is kept; the door counts it
    return taken


async def take_message(conn: Connection, message: Received, body_id: int) -> list[Taken]:
    """Who wrote it, is it new, and they wait for an answer. One entry, or none when it came twice."""
    if not message.is_from_a_person:
        return await take_notice(conn, message, body_id)

    customer = await customers.resolve(conn, message.sender, message.sent_at)
    inbox_id = await inbox.put(
        conn,
        message,
        body_id=body_id,
        customer_id=customer.customer_id,
        is_new_customer=customer.is_new_customer,
        decision=customer.decision,
    )
    if inbox_id is None:
        return []
    await conversations.wait_for_answer(conn, customer.customer_id)
    return [Taken(inbox_id, message.kind, customer.customer_id, customer.is_new_customer, customer.decision)]


async def take_notice(conn: Connection, message: Received, body_id: int) -> list[Taken]:
    """What WhatsApp says of a person, or a group's message: kept, and nobody is answered."""
    about = customers.Changed(None, None)
    if message.change is not None:
        about = await customers.announce(conn, message.change, message.sent_at)
    inbox_id = await inbox.put(
        conn,
        message,
        body_id=body_id,
        customer_id=about.customer_id,
        decision=about.decision,
        is_settled=True,
    )
    if inbox_id is None:
        return []
    return [Taken(inbox_id, message.kind, about.customer_id, False, about.decision)]


async def take_one_by_one(begin: Begin, delivery: Delivery) -> list[Taken]:
    """One piece of the body broke the whole: take each by itself, and bury what still breaks."""
    taken: list[Taken] = []
    for event in delivery.events:
        one = [event]
        try:
            taken += await again(begin, lambda conn, one=one: take_events(conn, delivery, one))
        except Exception as error:
            if is_retryable(error):
                raise
            metrics.DEAD_LETTERS.labels("database").inc()
            log.error("dead letter", position=event.position, sqlstate=sqlstate(error))
            await again(begin, lambda conn, event=event, error=error: bury(conn, delivery, event, error))
    return taken


async def bury(conn: Connection, delivery: Delivery, event: Event, error: Exception) -> None:
    """Keep the body and the place of a piece that the database refused, to be tried again."""
    body_id = await inbox.keep_body(conn, delivery.channel, delivery.body)
    await inbox.bury(conn, body_id, event.position, "database", why(error), again_in=RETRY_DEAD_LETTER)


def why(error: Exception) -> str:
    """What went wrong, without a word of what the message says."""
    return f"{type(error).__name__} {sqlstate(error) or ''}".strip()


def unreadable_if_nobody_sent_it(event: Event) -> Event:
    """A person's message without any identifier makes no customer: it is a dead letter."""
    if isinstance(event, Received) and event.is_from_a_person and not event.sender.is_named:
        return Unreadable(event.channel, event.position, "no sender: neither a phone number nor a user id")
    return event


async def retry_dead_letter(begin: Begin, parsers: Mapping[ChannelName, Parse]) -> bool:
    """Try one dead letter again that is due. Returns False when none is."""
    async with begin() as conn:
        letter = await inbox.due_dead_letter(conn)
        if letter is not None:
            await inbox.put_off(conn, letter.id, letter.reason, again_in=backoff(letter.attempts))
    if letter is not None:
        await replay(begin, letter, parsers[letter.channel])
    return letter is not None


async def replay(begin: Begin, letter: inbox.DeadLetter, parse: Parse) -> bool:
    """Read one dead letter again with today's code. Returns True when all of it has been taken now."""
    events = [unreadable_if_nobody_sent_it(event) for event in parse(letter.body, letter.created_at)]
    within = [event for event in events if stands_in(event.position, letter.position)]
    readable = [event for event in within if not isinstance(event, Unreadable)]
    if not readable:
        return False

    async def take_and_resolve(conn: Connection) -> None:
        await take_events(conn, Delivery(letter.channel, letter.body, readable), readable)
        if len(readable) == len(within):
            await inbox.resolve(conn, letter.id)

    try:
        await again(begin, take_and_resolve)
    except Exception as error:
        if is_retryable(error):
            raise
        log.error("dead letter again", dead_letter_id=letter.id, sqlstate=sqlstate(error))
        return False
    return len(readable) == len(within)


def stands_in(position: str, piece: str) -> bool:
    """True when a position is that of a piece, or inside it: once mended, a change has messages."""
    return piece == "body" or position == piece or position.startswith((f"{piece}.", f"{piece}["))


def backoff(attempts: int) -> timedelta | None:
    """4, 16, 64, ... minutes, at most a day, for about a week; None: from then on only by hand."""
    return min(timedelta(minutes=4**attempts), timedelta(days=1)) if attempts <= 11 else None
