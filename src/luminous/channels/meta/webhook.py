"""Meta's webhook: the handshake, and signed bodies in. 200 says: it is committed.

size → signature over the raw bytes → parse → commit → 200 with an empty body
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from luminous.channels.meta.payload import parse
from luminous.channels.meta.signature import is_signed, looks_signed
from luminous.channels.receiving import Headers, Refused
from luminous.channels.secret import is_same_secret
from luminous.messages import ChannelName, Event

PATH = "/webhooks/whatsapp"


@dataclass(frozen=True, slots=True)
class MetaWebhook:
    """What the webhook needs to know. app_secrets: one, or two while it is being changed."""

    verify_token: str
    app_secrets: Sequence[str]

    channel: ClassVar[ChannelName] = "meta"

    def admit(self, headers: Headers, query: bytes) -> None:
        """Refuse what is not even meant to be signed, before it is read."""
        if not looks_signed(signature(headers)):
            raise Refused(401)

    def read(self, headers: Headers, body: bytes) -> Sequence[Event]:
        """The events of a body that Meta signed."""
        if not is_signed(body, signature(headers), self.app_secrets):
            raise Refused(401)
        return parse(body, datetime.now(UTC))

    def answer(self, events: Sequence[Event]) -> bytes:
        """Nothing: Meta reads the status alone."""
        return b""


def signature(headers: Headers) -> str | None:
    """What the call says of its signature."""
    value = headers.get(b"x-hub-signature-256")
    return None if value is None else value.decode("latin-1")


def handshake(settings: MetaWebhook) -> APIRouter:
    """The route `GET /webhooks/whatsapp`, by which Meta makes sure that the webhook is ours."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def verify(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        query = request.query_params
        if query.get("hub.mode") == "subscribe" and is_same_secret(
            query.get("hub.verify_token"), settings.verify_token
        ):
            return Response(query.get("hub.challenge", ""), media_type="text/plain")
        return Response(status_code=403)

    return router
