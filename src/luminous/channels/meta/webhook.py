"""Meta's webhook: the handshake, and signed bodies in. 200 says: it is committed.

size → signature over the raw bytes → parse → commit → 200 with an empty body
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

from fastapi import APIRouter, Request, Response

from luminous import inbound, metrics
from luminous.channels.meta.payload import parse
from luminous.channels.meta.signature import accepts_verify_token, is_signed, looks_signed
from luminous.db import Begin
from luminous.errors import DatabaseAway
from luminous.inbound import Delivery, Taken
from luminous.log import log
from luminous.messages import Event, Received, StatusChange, Unknown, Unreadable

MAX_BYTES = 3_500_000  # Meta sends at most 3 MB


@dataclass(frozen=True, slots=True)
class MetaWebhook:
    """What the webhook needs to know. app_secrets: one, or two while it is being changed."""

    verify_token: str
    app_secrets: Sequence[str]


def routes(settings: MetaWebhook, begin: Begin, ring: Callable[[], None]) -> APIRouter:
    """The two routes of `/webhooks/whatsapp`. `ring` is called after messages were committed."""
    router = APIRouter(include_in_schema=False)

    @router.get("/webhooks/whatsapp")
    def handshake(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        query = request.query_params
        if query.get("hub.mode") == "subscribe" and accepts_verify_token(
            query.get("hub.verify_token"), settings.verify_token
        ):
            return Response(query.get("hub.challenge", ""), media_type="text/plain")
        return Response(status_code=403)

    @router.post("/webhooks/whatsapp")
    async def receive(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        start = perf_counter()
        response = await _receive(request, settings, begin, ring)
        metrics.WEBHOOKS.labels("meta", response.status_code).inc()
        metrics.WEBHOOK_SECONDS.labels("meta").observe(perf_counter() - start)
        return response

    return router


async def _receive(
    request: Request, settings: MetaWebhook, begin: Begin, ring: Callable[[], None]
) -> Response:
    signature = request.headers.get("x-hub-signature-256")
    if not looks_signed(signature):
        return _refuse(401)
    body = await _read(request)
    if body is None:
        return _refuse(413)
    if not is_signed(body, signature, settings.app_secrets):
        return _refuse(401)

    events = parse(body, datetime.now(UTC))
    try:
        taken = await inbound.take(begin, Delivery("meta", body, events))
    except DatabaseAway:
        log.error("webhook not taken: the database is away", bytes=len(body))
        return Response(status_code=503, headers={"retry-after": "5"})
    if taken:
        ring()
    _tell_events(events)
    _tell_taken(taken)
    return Response(status_code=200)


async def _read(request: Request) -> bytes | None:
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


def _refuse(status: int) -> Response:
    """A refusal tells nothing: not to the caller, and to the log only that it happened."""
    log.warning("webhook refused", channel="meta", status=status)
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
