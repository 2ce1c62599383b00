"""Meta's webhook: the handshake, and signed bodies in. 200 says: it is committed.

size → signature over the raw bytes → parse → commit → 200 with an empty body
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from luminous.channels.meta.payload import parse
from luminous.channels.meta.signature import is_signed, looks_signed
from luminous.channels.receiving import Refused, counted, take, whole_body
from luminous.channels.secret import is_same_secret
from luminous.db import Begin
from luminous.inbound import Delivery


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
        if query.get("hub.mode") == "subscribe" and is_same_secret(
            query.get("hub.verify_token"), settings.verify_token
        ):
            return Response(query.get("hub.challenge", ""), media_type="text/plain")
        return Response(status_code=403)

    @router.post("/webhooks/whatsapp")
    async def receive(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        return await counted("meta", _receive(request, settings, begin, ring))

    return router


async def _receive(
    request: Request, settings: MetaWebhook, begin: Begin, ring: Callable[[], None]
) -> Response:
    signature = request.headers.get("x-hub-signature-256")
    if not looks_signed(signature):
        raise Refused(401)
    async with whole_body(request) as body:
        if not is_signed(body, signature, settings.app_secrets):
            raise Refused(401)
        delivery = Delivery("meta", body, parse(body, datetime.now(UTC)))
        return await take(begin, ring, delivery) or Response(status_code=200)
