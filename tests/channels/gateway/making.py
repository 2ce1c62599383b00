"""What a gateway posts, and the events that it gives."""

import json
from datetime import UTC, datetime
from typing import Any

from luminous.channels.gateway.payload import parse
from luminous.messages import Event, Received

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PHONE, WA_ID, USER_ID = "+256782240146", "256782240146", "UG.13491208655302741918"


def events(body: object) -> tuple[Event, ...]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse(raw, NOW)


def only(body: object) -> Received:
    (event,) = events(body)
    assert isinstance(event, Received), event
    return event


def text(words: str = "Hello", gateway_id: str = "g.1", **more: object) -> dict[str, Any]:
    """A message in the gateway's list."""
    return {
        "id": gateway_id,
        "from": PHONE,
        "timestamp": "1750030073",
        "type": "text",
        "text": {"body": words},
        **more,
    }


def received(*messages: object, **more: object) -> dict[str, Any]:
    """The event of a message, as the gateway posts it."""
    return event("message.received", {"id": "g.1", "from": PHONE, "messages": list(messages), **more})


def event(name: str, data: object) -> dict[str, Any]:
    return {"event": name, "timestamp": "2025-06-15T23:27:53Z", "data": data}
