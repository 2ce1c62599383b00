"""What every webhook does around its parsing: read the body, commit it, tell the log and the counters."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from luminous import inbound, metrics
from luminous.db import Begin
from luminous.errors import DatabaseAway
from luminous.inbound import Delivery, Taken
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

MAX_BYTES = 3_500_000  # Meta sends at most 3 MB
SMALL_BYTES = 65_536  # so much of a body is always taken: the few messages that most bodies are
MOST_LARGE_BYTES = 35_000_000  # of larger bodies at once, in one process
TRY_AGAIN = {"retry-after": "5"}


class Refused(Exception):
    """A call that is not taken: 400, 401, 408 never whole, 413 too large, 503 no memory for it now."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Memory:
    """How many bytes the larger bodies take that are being read or committed."""

    large_bytes: int = 0

    def enlarge(self, body: int, to: int) -> int:
        """Let a large body grow to so many bytes, and return them. Raises Refused when all are too many."""
        if self.large_bytes - body + to > MOST_LARGE_BYTES:
            raise Refused(503)
        self.large_bytes += to - body
        metrics.LARGE_BODIES_BYTES.set(self.large_bytes)
        return to

    def give_back(self, body: int) -> None:
        """The body is done with."""
        self.large_bytes -= body
        metrics.LARGE_BODIES_BYTES.set(self.large_bytes)


MEMORY = Memory()


async def counted(channel: ChannelName, answering: Awaitable[Response]) -> Response:
    """The answer to a webhook, counted by its status and timed from here to its end."""
    start = perf_counter()
    try:
        response = await answering
    except Refused as refused:
        response = refuse(channel, refused.status)
    metrics.WEBHOOKS.labels(channel, response.status_code).inc()
    metrics.WEBHOOK_SECONDS.labels(channel).observe(perf_counter() - start)
    return response


@asynccontextmanager
async def whole_body(request: Request) -> AsyncGenerator[bytes]:
    """The body's exact bytes, kept in memory for the length of the block.

    Raises Refused as soon as they are too many, whatever Content-Length said.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MAX_BYTES:
        raise Refused(413)
    body, large = bytearray(), 0
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise Refused(413)
            if len(body) > SMALL_BYTES:
                large = MEMORY.enlarge(large, to=len(body))
        yield bytes(body)
    except ClientDisconnect as gone:
        raise Refused(408) from gone
    finally:
        if large:
            MEMORY.give_back(large)


async def take(begin: Begin, ring: Callable[[], None], delivery: Delivery) -> Response | None:
    """Commit a whole body. None when that is done; else the answer that asks for it again.

    `ring` is called after messages were committed.
    """
    try:
        taken = await inbound.take(begin, delivery)
    except DatabaseAway:
        log.error("webhook not taken: the database is away", bytes=len(delivery.body))
        return Response(status_code=503, headers=TRY_AGAIN)
    except Exception:  # whatever it was, nothing is promised, and the sender has the message still
        log.exception("webhook not taken", bytes=len(delivery.body))
        return Response(status_code=503, headers=TRY_AGAIN)
    if taken:
        ring()
    _tell_events(delivery.events)
    _tell_taken(taken)
    return None


def refuse(channel: ChannelName, status: int) -> Response:
    """A refusal tells nothing: not to the caller, and to the log only that it happened.

    It ends the connection, so that what still comes of the body is not read.
    """
    log.warning("webhook refused", channel=channel, status=status)
    return Response(
        status_code=status, headers={"connection": "close", **(TRY_AGAIN if status == 503 else {})}
    )


def _tell_events(events: Sequence[Event]) -> None:
    """Count and log what was no message."""
    for event in events:
        match event:
            case Unknown():
                metrics.UNKNOWN.labels(event.kind.split(":")[0]).inc()
                log.info("unknown kind kept", kind=event.kind)
            case Unreadable():
                metrics.DEAD_LETTERS.labels("parsing").inc()
                log.warning("dead letter", position=event.position, reason=event.reason)
            case StatusChange():
                log.info("status", status=event.status, outbox_id=event.outbox_id)
            case TemplateChange(news=news):
                log.info("template", name=news.name, status=news.status, quality=news.quality)
            case PreferenceChange(switch=switch):
                log.info("news switched", wants_news=switch.wants_news)
            case Received():
                pass


def _tell_taken(taken: Sequence[Taken]) -> None:
    """Count and log each new message, with whose it is."""
    for message in taken:
        metrics.MESSAGES.labels(message.decision or "nobody").inc()
        said = "customer created" if message.is_new_customer else "customer already exists"
        log.info(
            said if message.customer_id else "message without a customer",
            customer_id=message.customer_id and str(message.customer_id),
            is_new_customer=message.is_new_customer,
            decision=message.decision,
            inbox_id=message.inbox_id,
            kind=message.kind,
        )
