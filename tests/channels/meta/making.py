"""Webhook bodies made for a test, and the events they give."""

import json
from datetime import UTC, datetime
from typing import Any

from luminous.channels.meta.payload import parse
from luminous.messages import Received

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = "106540352242922"
FIRST = "entry[0].changes[0]"
EMPTY: dict[str, object] = {}


def encode(body: object) -> bytes:
    return json.dumps(body).encode()


def envelope(*values: object, field: str = "messages") -> dict[str, Any]:
    changes = [{"field": field, "value": value} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def value_of(*messages: object, contacts: object = None, **more: object) -> dict[str, Any]:
    value: dict[str, Any] = {"metadata": {"phone_number_id": SHOP}, "messages": list(messages), **more}
    return value if contacts is None else {**value, "contacts": contacts}


def message(kind: str = "text", /, content: object = None, **more: object) -> dict[str, Any]:
    own_object = {"body": "Hello"} if content is None and kind == "text" else content
    own_key = {} if own_object is None else {kind: own_object}
    base = {"from": "256782240146", "id": "wamid.A", "timestamp": "1750030073", "type": kind}
    return {**base, **own_key, **more}


def received(*messages: object, contacts: object = None) -> list[Received]:
    events = parse(encode(envelope(value_of(*messages, contacts=contacts))), NOW)
    return [event for event in events if isinstance(event, Received)]


def only(*messages: object, contacts: object = None) -> Received:
    (event,) = received(*messages, contacts=contacts)
    return event


def status(**more: object) -> dict[str, Any]:
    return {"id": "wamid.A", "status": "sent", "timestamp": "1750030073", **more}


def contact(name: str, **ids: object) -> dict[str, Any]:
    return {"profile": {"name": name}, **ids}
