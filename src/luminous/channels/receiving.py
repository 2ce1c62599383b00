"""What every webhook does around its parsing: read the body, commit it, tell the log and the counters."""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter

from fastapi import Request, Response

from luminous import inbound, metrics
from luminous.db import Begin
from luminous.errors import DatabaseAway
from luminous.inbound import Delivery, Taken
from luminous.log import log
from luminous.messages import ChannelName, Event, Received, StatusChange, Unknown, Unreadable

MAX_BYTES = 3_500_000  # Meta sends at most 3 MB


async def counted(channel: ChannelName, answering: Awaitable[Response]) -> Response:
    """The answer to a webhook, counted by its status and timed from here to its end."""
    start = perf_counter()
    response = await answering
    metrics.WEBHOOKS.labels(channel, response.status_code).inc()
    metrics.WEBHOOK_SECONDS.labels(channel).observe(perf_counter() - start)
    return response


async def read_body(request: Request) -> bytes | None:
    """The body's exact bytes, or None as soon as they are too many, whatever Content-Length said."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > MAX_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


async def take(begin: Begin, ring: Callable[[], None], delivery: Delivery) -> Response | None:
    """Commit a whole body. None when that is done; else the answer that asks for it again.

    `ring` is called after messages were committed.
    """
    try:
        taken = await inbound.take(begin, delivery)
    except DatabaseAway:
        log.error("webhook not taken: the database is away", bytes=len(delivery.body))
        return Response(status_code=503, headers={"retry-after": "5"})
    if taken:
        ring()
    _tell_events(delivery.events)
    _tell_taken(taken)
    return None


def refuse(channel: ChannelName, status: int) -> Response:
    """A refusal tells nothing: not to the caller, and to the log only that it happened."""
    log.warning("webhook refused", channel=channel, status=status)
    return Response(status_code=status)


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
