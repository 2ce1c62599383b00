"""Meta's webhook bodies, as the Cloud API sends them: text messages of many people, batches, statuses."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BUSINESS_NUMBER_ID = "106540352242922"
Status = Literal["sent", "delivered", "read", "failed"]

METADATA = {"display_phone_number": "256700000001", "phone_number_id": BUSINESS_NUMBER_ID}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes, with what WhatsApp shows of them. wa_id: digits; user_id: the BSUID."""

    name: str
    wa_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way to the shop. button: it was pressed, and its id is `words`."""

    sender: Person
    wamid: str
    words: str
    button: bool = False
    sent_at: int = 0  # Unix seconds; 0 for now


def text(sender: Person, wamid: str, words: str) -> Message:
    """A text message of this moment."""
    return Message(sender, wamid, words)


def webhook(messages: Sequence[Message]) -> bytes:
    """One body with these messages, each in a change of its own with its sender's contact."""
    return _body([_received(message) for message in messages])


def status(wamid: str, *statuses: Status, outbox_data: str | None = None, to: str = "") -> bytes:
    """One body with what became of a message of the shop. outbox_data: echoed as it was sent with it."""
    echo = {} if outbox_data is None else {"biz_opaque_callback_data": outbox_data}
    piece = {"id": wamid, "timestamp": _stamp(0), "recipient_id": to.removeprefix("+"), **echo}
    return _body([{"statuses": [{**piece, "status": status} for status in statuses]}])


def _received(message: Message) -> dict[str, object]:
    sender = message.sender
    ids = {"wa_id": sender.wa_id, "user_id": sender.user_id}
    named = {"from": sender.wa_id, "from_user_id": sender.user_id}
    reply = {"type": "button_reply", "button_reply": {"id": message.words, "title": message.words}}
    said = {"interactive": reply} if message.button else {"text": {"body": message.words}}
    piece = {
        **_without_none(named),
        "id": message.wamid,
        "timestamp": _stamp(message.sent_at),
        "type": next(iter(said)),
        **said,
    }
    return {"contacts": [{"profile": {"name": sender.name}, **_without_none(ids)}], "messages": [piece]}


def _without_none(ids: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in ids.items() if value is not None}


def _stamp(seconds: int) -> str:
    return str(seconds or int(time.time()))


def _body(values: Sequence[dict[str, object]]) -> bytes:
    changes = [
        {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": METADATA, **value}}
        for value in values
    ]
    envelope = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": changes}],
    }
    return json.dumps(envelope).encode()
