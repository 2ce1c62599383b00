"""The gateway's webhook: bodies that bring the shared secret. 200 says: it is committed.

secret → size → parse → commit → 200 {"success": true}
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import parse_qs

from luminous.channels.gateway.payload import parse
from luminous.channels.receiving import Headers, Refused
from luminous.channels.secret import is_same_secret
from luminous.messages import ChannelName, Event, Unreadable

PATH = "/api/luminous/webhook"


@dataclass(frozen=True, slots=True)
class GatewayWebhook:
    """What the webhook needs to know. A blank secret lets nobody in."""

    secret: str

    channel: ClassVar[ChannelName] = "gateway"

    def admit(self, headers: Headers, query: bytes) -> None:
        """The secret is in the header, or for gateways that cannot set one, in the query."""
        scheme, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        in_header = is_same_secret(given.strip() if scheme.lower() == "bearer" else None, self.secret)
        in_query = is_same_secret(parse_qs(query.decode("latin-1")).get("secret", [None])[-1], self.secret)
        if not (in_header or in_query):
            raise Refused(401)

    def read(self, headers: Headers, body: bytes) -> Sequence[Event]:
        """The events of a body."""
        events = parse(body, datetime.now(UTC))
        if not events:
            raise Refused(400)
        return events

    def answer(self, events: Sequence[Event]) -> bytes:
        """What was not understood is kept as a dead letter, and the caller learns of it."""
        if any(isinstance(event, Unreadable) and event.position == "body" for event in events):
            raise Refused(400)
        return b'{"success":true}'
