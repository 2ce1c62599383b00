"""What every webhook does around its parsing: read the body, commit it, tell the log and the counters."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import ClassVar, Protocol

from starlette.types import Receive, Scope, Send

from luminous import metrics
from luminous.db import Begin
from luminous.errors import DatabaseAway
from luminous.inbound import Delivery, Taken
from luminous.intake import Busy, Intake
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

Header = tuple[bytes, bytes]
Headers = Mapping[bytes, bytes]  # names in lower case, as ASGI has them

# Looked up once for each of their few values, and not for every message.
calls = cache(metrics.WEBHOOKS.labels)
seconds = cache(metrics.WEBHOOK_SECONDS.labels)
messages = cache(metrics.MESSAGES.labels)

TRY_AGAIN: tuple[Header, ...] = ((b"retry-after", b"5"),)


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


class Webhook(Protocol):
    """What a channel knows of its webhook. Every answer that is not 200 is raised as Refused."""

    channel: ClassVar[ChannelName]

    def admit(self, headers: Headers, query: bytes) -> None:
        """Look at a call before its body is read."""
        ...

    def read(self, headers: Headers, body: bytes) -> Sequence[Event]:
        """Everything that a body says."""
        ...

    def answer(self, events: Sequence[Event]) -> bytes:
        """The JSON of a 200, empty for none, for what was committed."""
        ...


class Receiving:
    """ASGI for POSTs to the webhooks. The framework's own way to a route costs more than all of this."""

    def __init__(
        self, webhooks: Mapping[str, Webhook], begin: Begin, begin_one: Begin, ring: Callable[[], None]
    ) -> None:
        """webhooks: by path. begin_one: see `Intake`. `ring` is called after messages were committed."""
        self._webhooks = {path: (webhook, Intake(begin, begin_one)) for path, webhook in webhooks.items()}
        self._ring = ring

    def is_for(self, scope: Scope) -> bool:
        """True when this call is to be answered here."""
        return scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._webhooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        webhook, intake = self._webhooks[scope["path"]]
        start = perf_counter()
        status, headers, answer = 200, list[Header](), b""
        try:
            answer = await self._take(scope, receive, webhook, intake)
            if answer:
                headers.append((b"content-type", b"application/json"))
        except Refused as refused:
            status, headers = refused.status, refusal(webhook.channel, refused.status)
        headers.append((b"content-length", str(len(answer)).encode()))
        calls(webhook.channel, status).inc()
        seconds(webhook.channel).observe(perf_counter() - start)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _take(self, scope: Scope, receive: Receive, webhook: Webhook, intake: Intake) -> bytes:
        """admit → size → read → commit. Raises Refused."""
        headers = dict[bytes, bytes](reversed(scope["headers"]))  # of equal names, the first counts
        webhook.admit(headers, scope["query_string"])
        async with whole_body(headers, receive) as body:
            try:
                events = webhook.read(headers, body)
                taken = await intake.take(Delivery(webhook.channel, body, events))
            except Refused:
                raise
            except (DatabaseAway, Busy) as reason:
                log.error("webhook not taken", why=str(reason), bytes=len(body))
                raise Refused(503) from reason
            except Exception as error:  # whatever it was, nothing is promised, and the sender has it still
                log.exception("webhook not taken", bytes=len(body))
                raise Refused(503) from error
        if taken:
            self._ring()
        _tell_events(events)
        _tell_taken(taken)
        return webhook.answer(events)


@asynccontextmanager
async def whole_body(headers: Headers, receive: Receive) -> AsyncGenerator[bytes]:
    """The body's exact bytes, kept in memory for the length of the block.

    Raises Refused as soon as they are too many, whatever Content-Length said.
    """
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared[:20]) > MAX_BYTES:
        raise Refused(413)
    body, large = bytearray(), 0
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(408)
            body += message.get("body", b"")
            if len(body) > MAX_BYTES:
                raise Refused(413)
            if len(body) > SMALL_BYTES:
                large = MEMORY.enlarge(large, to=len(body))
            if not message.get("more_body", False):
                break
        yield bytes(body)
    finally:
        if large:
            MEMORY.give_back(large)


def refusal(channel: ChannelName, status: int) -> list[Header]:
    """A refusal tells nothing: not to the caller, and to the log only that it happened.

    It ends the connection, so that what still comes of the body is not read.
    """
    log.warning("webhook refused", channel=channel, status=status)
    return [(b"connection", b"close"), *(TRY_AGAIN if status == 503 else ())]


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
        messages(message.decision or "nobody").inc()
        said = "customer created" if message.is_new_customer else "customer already exists"
        log.info(
            said if message.customer_id else "message without a customer",
            customer_id=message.customer_id and str(message.customer_id),
            is_new_customer=message.is_new_customer,
            decision=message.decision,
            inbox_id=message.inbox_id,
            kind=message.kind,
        )
