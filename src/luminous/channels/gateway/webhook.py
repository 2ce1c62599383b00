"""The gateway's webhook: bodies that bring the shared secret. 200 says: it is committed.

secret → size → parse → commit → 200 {"success": true}
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from luminous.channels.gateway.payload import parse
from luminous.channels.receiving import Refused, counted, take, whole_body
from luminous.channels.secret import is_same_secret
from luminous.db import Begin
from luminous.inbound import Delivery
from luminous.messages import Event, Unreadable

PATH = "/api/luminous/webhook"


@dataclass(frozen=True, slots=True)
class GatewayWebhook:
    """What the webhook needs to know. A blank secret lets nobody in."""

    secret: str


def routes(settings: GatewayWebhook, begin: Begin, ring: Callable[[], None]) -> APIRouter:
    """The route `POST /api/luminous/webhook`. `ring` is called after messages were committed."""
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def receive(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        return await counted("gateway", _receive(request, settings, begin, ring))

    return router


async def _receive(
    request: Request, settings: GatewayWebhook, begin: Begin, ring: Callable[[], None]
) -> Response:
    if not _brings_the_secret(request, settings.secret):
        raise Refused(401)
    async with whole_body(request) as body:
        events = parse(body, datetime.now(UTC))
        if not events:
            raise Refused(400)
        if not_taken := await take(begin, ring, Delivery("gateway", body, events)):
            return not_taken
    if _is_unreadable(
        events
    ):  # it is kept as a dead letter, and the caller learns that it was not understood
        raise Refused(400)
    return JSONResponse({"success": True})


def _brings_the_secret(request: Request, secret: str) -> bool:
    """In the header, or for gateways that cannot set one, in the query."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    in_header = is_same_secret(given.strip() if scheme.lower() == "bearer" else None, secret)
    in_query = is_same_secret(request.query_params.get("secret"), secret)
    return in_header or in_query


def _is_unreadable(events: Sequence[Event]) -> bool:
    return any(isinstance(event, Unreadable) and event.position == "body" for event in events)
