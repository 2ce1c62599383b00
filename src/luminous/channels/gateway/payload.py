"""A gateway's webhook body as events. Pure: no clock, no database, and no body makes it raise.

The same body always gives the same positions. A flat message stands where the only message of its
list would stand.
"""

from collections.abc import Iterator
from datetime import datetime

from luminous.channels.gateway.wire import around, is_sent_to_somebody, is_status, messages_in, statuses_in
from luminous.channels.json_body import NotReadable, read_object
from luminous.channels.meta.payload import (
    LONGEST_KIND,
    MOST_PIECES,
    Call,
    at_most,
    label,
    read_change,
    read_entries,
    read_value,
)
from luminous.messages import Event, Received, Unknown, Unreadable
from luminous.text import Json

RECEIVED = "message.received"
OF_OURS = ("message.sent", "message.status.update")  # about what the shop sent
WRAPPINGS = ("body", "data")
CONTENT = ("messages", "statuses", "entry", "value")  # beside these, a wrapping is something else

Piece = dict[str, Json]


def parse(body: bytes, received_at: datetime) -> tuple[Event, ...]:
    """Everything in a webhook's body, in its order; `received_at` is aware.

    Empty when there is neither an event nor data: nothing of the gateway's.
    """
    try:
        envelope = read_object(body)
    except NotReadable as refusal:
        return (Unreadable("gateway", "body", str(refusal)),)
    if not any(envelope.get(key) is not None for key in ("event", *WRAPPINGS, "entry", "value")):
        return ()
    call = Call("gateway", received_at)
    event, at, piece = _unwrap(envelope)
    if event is not None and event != RECEIVED and event not in OF_OURS:
        return (Unknown("gateway", at, _kind(event)),)
    events = at_most(MOST_PIECES, "gateway", _read(call, at, piece, event))
    return events or (Unknown("gateway", at, _kind(event)),)


def _unwrap(envelope: Piece) -> tuple[str | None, str, Piece]:
    """The event's name, where its data stands, and the data: under any number of `body` and `data`."""
    event, steps, piece = None, list[str](), envelope
    while True:
        named = piece.get("event")
        event = named if event is None and isinstance(named, str) else event
        for wrapping in () if any(key in piece for key in CONTENT) else WRAPPINGS:
            inner = piece.get(wrapping)
            if isinstance(inner, dict):
                steps.append(wrapping)
                piece = inner
                break
        else:
            return event, ".".join(steps) or "body", piece


def _read(call: Call, at: str, piece: Piece, event: str | None) -> Iterator[Event]:
    if at == "body" and not _is_metas(piece):
        if event not in OF_OURS:
            yield Unreadable(call.channel, "data", "It is not an object.")
        return
    for found in _read_piece(call, at, piece, event):
        # Messages told of under another name are the shop's own: they must not be answered.
        mine = event in OF_OURS and isinstance(found, Received)
        yield Unknown(call.channel, found.position, _kind(event)) if mine else found


def _is_metas(piece: Piece) -> bool:
    return piece.get("entry") is not None or piece.get("value") is not None


def _read_piece(call: Call, at: str, piece: Piece, event: str | None) -> Iterator[Event]:
    if piece.get("entry") is not None:
        yield from read_entries(call, "entry" if at == "body" else f"{at}.entry", piece["entry"])
    elif piece.get("value") is not None:
        yield from read_change(call, at, piece)
    else:
        yield from read_value(call, at, _in_metas_words(piece, event))


def _in_metas_words(data: Piece, event: str | None) -> Piece:
    """What a change of Meta's would hold. Without an event, a recipient makes it a status."""
    if event in OF_OURS:
        return {**around(data), **statuses_in(data)}
    if event is None and is_status(data) and is_sent_to_somebody(data):
        return statuses_in(data)
    listed = statuses_in(data) if "statuses" in data else {}
    # A call that only brings statuses names their recipient beside them, and that wrote nothing.
    messages = {} if listed and data.get("messages") is None else messages_in(data)
    return {**around(data), **messages, **listed}


def _kind(event: str | None) -> str:
    return "empty" if event is None else f"event:{label(event)}"[:LONGEST_KIND]
