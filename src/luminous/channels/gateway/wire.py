"""The gateway's many spellings, brought into Meta's: what a change holds, `{contacts, messages, statuses}`.

Nothing is judged here. What has Meta's spelling already stays as it is.
"""

from datetime import UTC, datetime

from luminous.text import Json

Piece = dict[str, Json]

_ID = ("id", "message_id", "messageId")
_FROM = ("from", "phone", "phoneNumber", "phone_number")
_USER_ID = ("from_user_id", "user_id")
_TO = ("recipient_id", "recipientId")
_WORDS = ("body", "caption")
_CAPTIONED = ("image", "video", "document")
_MEDIA = (*_CAPTIONED, "audio", "voice", "sticker")


def messages_in(data: Piece) -> Piece:
    """The received messages of `data`: its list, or the flat message that it is itself.

    A single message takes the sender that stands beside it where it names none.
    """
    listed = data.get("messages")
    if listed is None:
        return {"messages": [_message(data)]} if _is_message(data) else {}
    if not isinstance(listed, list):
        return {"messages": listed}
    beside = _sender(data) if len(listed) == 1 else {}
    return {"messages": [{**beside, **_message(each)} if isinstance(each, dict) else each for each in listed]}


def statuses_in(data: Piece) -> Piece:
    """The statuses of `data`: its list, or the flat status that it is itself."""
    listed = data.get("statuses")
    if listed is None:
        return {"statuses": [_status(data)]} if is_status(data) else {}
    if not isinstance(listed, list):
        return {"statuses": listed}
    return {"statuses": [_status(each) if isinstance(each, dict) else each for each in listed]}


def around(data: Piece) -> Piece:
    """What Meta sends beside messages, where it is there."""
    return {key: data[key] for key in ("metadata", "contacts", "errors") if key in data}


def is_status(data: Piece) -> bool:
    """Whether it says of itself what became of a message."""
    return isinstance(data.get("status"), str)


def is_sent_to_somebody(data: Piece) -> bool:
    """Whether it names a recipient, as only a status does."""
    return _first(data, _TO) is not None


def _is_message(data: Piece) -> bool:
    return any(_first(data, keys) is not None for keys in (_ID, _FROM, _USER_ID, ("type", "text", *_WORDS)))


def _message(piece: Piece) -> Piece:
    kind = _kind(piece)
    message = {**piece, **_named("id", piece, _ID), **_sender(piece)}
    message |= {key: value for key, value in {"type": kind}.items() if value is not None}
    if "timestamp" in piece:
        message["timestamp"] = _seconds(piece["timestamp"])
    if isinstance(kind, str) and (own := _own_object(kind, piece)) is not None:
        message[kind] = own
    return message


def _kind(piece: Piece) -> Json:
    """Its type; without one, what the keys say."""
    if piece.get("type") is not None:
        return piece["type"]
    if found := next((kind for kind in _MEDIA if piece.get(kind) is not None), None):
        return found
    return "text" if piece.get("text") is not None or _first(piece, _WORDS) is not None else None


def _own_object(kind: str, piece: Piece) -> Json:
    """The object that the type names, with the words of a flat message in their place."""
    own, words = piece.get(kind), _first(piece, _WORDS)
    if kind == "text" and (own is None or isinstance(own, str)):
        return {"body": words if own is None else own}
    if kind in _MEDIA and isinstance(own, str):
        own = Piece(link=own)
    if kind in _CAPTIONED and isinstance(words, str) and (own is None or isinstance(own, dict)):
        return {"caption": words, **(own or {})}
    return own


def _sender(piece: Piece) -> Piece:
    return {**_named("from", piece, _FROM), **_named("from_user_id", piece, _USER_ID)}


def _status(piece: Piece) -> Piece:
    status = {**piece, **_named("id", piece, _ID), **_named("recipient_id", piece, _TO)}
    return {**status, "timestamp": _seconds(piece["timestamp"])} if "timestamp" in piece else status


def _named(name: str, piece: Piece, keys: tuple[str, ...]) -> Piece:
    value = _first(piece, keys)
    return {} if value is None else {name: value}


def _first(piece: Piece, keys: tuple[str, ...]) -> Json:
    return next((piece[key] for key in keys if piece.get(key) not in (None, "")), None)


def _seconds(stamp: Json) -> Json:
    """A time as Meta writes it; the gateway also writes `2025-10-14T18:56:18Z`."""
    if not isinstance(stamp, str) or "-" not in stamp:
        return stamp
    try:
        time = datetime.fromisoformat(stamp)
        return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return stamp
