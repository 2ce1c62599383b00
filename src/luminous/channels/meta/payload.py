"""A webhook's body as events. Pure: no clock, no database, and no body makes it raise.

Every entry, change, message and status is read by itself, so that one that cannot be understood
costs none of its neighbours. `position` says where a piece stands, and the same body always gives
the same positions: a piece that failed is found again by it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from pydantic import ValidationError

from luminous.channels.json_body import NotReadable, read_object
from luminous.channels.meta.changes import Update, announced, updated
from luminous.channels.meta.error_codes import outcome_of
from luminous.channels.meta.kinds import KINDS, said
from luminous.channels.meta.notices import Preference, TemplateNotice
from luminous.channels.meta.sender import Contacts, sender_of
from luminous.channels.meta.wire import Contact, Message, Metadata, Status
from luminous.messages import (
    ChannelName,
    Event,
    PreferenceChange,
    Received,
    Sender,
    StatusChange,
    TemplateChange,
    Unknown,
    Unreadable,
)
from luminous.messages import Status as StatusName
from luminous.text import Json, clean_json, clean_text

OBJECT = "whatsapp_business_account"
CALLBACK_PREFIX = "luminous:"  # of `biz_opaque_callback_data`, which comes back on every status

MOST_PIECES = 5_000  # of a body; Meta puts at most a thousand updates in one
LONGEST_TEXT = 65_536
LONGEST_CHOICE = 256
LONGEST_KIND = 60
LONGEST_REASON = 300
_OLDEST = datetime(2009, 1, 1, tzinfo=UTC).timestamp()  # before WhatsApp: not a time of a message
_MILLISECONDS = 1e12  # seconds reach this in the year 33658; some senders give milliseconds
_NEVER = 1e15

_STATUSES: dict[str, StatusName] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice message that was listened to
    "failed": "failed",
}
_OUR_ROW = re.compile(re.escape(CALLBACK_PREFIX) + r"([1-9][0-9]{0,17})", re.ASCII)
NOBODY = Sender(None, None, None, None, None)
_SECONDS = re.compile(r"[0-9]{1,16}", re.ASCII)

Piece = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Call:
    """What all pieces of one body share."""

    channel: ChannelName
    received_at: datetime
    told_at: datetime | None = None  # Meta's time of the entry, where it gives one

    def time(self, stamp: str | float | None) -> datetime:
        """The provider's time, never later than ours; ours where it gives none that can be."""
        if isinstance(stamp, str):
            stamp = int(stamp) if _SECONDS.fullmatch(stamp) else None
        if stamp is None or not 0 <= stamp < _NEVER:  # also refuses NaN, and integers beyond a float
            return self.received_at
        seconds = stamp / 1000 if stamp >= _MILLISECONDS else stamp
        if not _OLDEST <= seconds <= self.received_at.timestamp():
            return self.received_at
        return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the messages of one change share."""

    business_number_id: str
    contacts: Contacts
    is_only_message: bool


def parse(body: bytes, received_at: datetime, channel: ChannelName = "meta") -> tuple[Event, ...]:
    """Everything in a webhook's body, in its order: at least one event. `received_at` is aware."""
    try:
        envelope = read_object(body)
    except NotReadable as refusal:
        return (Unreadable(channel, "body", str(refusal)),)
    if envelope.get("object") != OBJECT:
        return (Unreadable(channel, "body", "The body is not a WhatsApp notification."),)
    entries = envelope.get("entry")
    if not isinstance(entries, list):
        return (Unreadable(channel, "body", "The body has no list of entries."),)
    events = at_most(MOST_PIECES, channel, read_entries(Call(channel, received_at), "entry", entries))
    return events or (Unknown(channel, "body", "empty"),)


def at_most(number: int, channel: ChannelName, events: Iterator[Event]) -> tuple[Event, ...]:
    """The events of a body; of one that has more than so many, that it cannot be read."""
    found = tuple(islice(events, number + 1))
    if len(found) > number:
        return (Unreadable(channel, "body", f"The body has more than {number} pieces."),)
    return found


def read_entries(call: Call, at: str, entries: Json) -> Iterator[Event]:
    """The events of a list of entries, `[{changes: […]}]`."""
    yield from _each(call, at, entries, _read_entry)


def _each(
    call: Call, position: str, pieces: Json, read: Callable[[Call, str, Piece], Iterator[Event]]
) -> Iterator[Event]:
    if not isinstance(pieces, list):
        yield Unreadable(call.channel, position, "It is not a list.")
        return
    for index, piece in enumerate(pieces):
        at = f"{position}[{index}]"
        if not isinstance(piece, dict):
            yield Unreadable(call.channel, at, "It is not an object.")
            continue
        try:
            yield from read(call, at, piece)
        except ValidationError as error:
            yield Unreadable(call.channel, at, _why(error))


def _read_entry(call: Call, at: str, entry: Piece) -> Iterator[Event]:
    time = entry.get("time")
    if isinstance(time, int | float | str):
        call = replace(call, told_at=call.time(time))
    yield from _each(call, f"{at}.changes", entry.get("changes"), read_change)


def read_change(call: Call, at: str, change: Piece) -> Iterator[Event]:
    """The events of one change, `{field, value}`; a field that nobody acts on gives one Unknown."""
    field, value = change.get("field"), change.get("value")
    if isinstance(field, str) and field in _OTHER_FIELDS and isinstance(value, dict):
        yield from _OTHER_FIELDS[field](call, at, value)
        return
    if isinstance(field, str) and field != "messages":
        yield Unknown(call.channel, at, f"field:{label(field)}"[:LONGEST_KIND])
        return
    if not isinstance(value, dict):
        yield Unreadable(call.channel, at, "The change has no value.")
        return
    is_empty = True
    for event in read_value(call, at, value):
        is_empty = False
        yield event
    if is_empty:
        yield Unknown(call.channel, at, "field:messages")


def read_value(call: Call, at: str, value: Piece) -> Iterator[Event]:
    """The events of what a change holds, `{metadata, contacts, messages, statuses}`; maybe none."""
    messages, statuses = value.get("messages"), value.get("statuses")
    if messages is not None:
        surroundings = Surroundings(
            business_number_id=_business_number_id(value.get("metadata")),
            contacts=Contacts(_contacts(value.get("contacts"))),
            is_only_message=isinstance(messages, list) and len(messages) == 1,
        )
        yield from _each(call, f"{at}.messages", messages, partial(_read_message, surroundings))
    if statuses is not None:
        yield from _each(call, f"{at}.statuses", statuses, _read_status)
    if value.get("errors"):
        yield Unknown(call.channel, f"{at}.errors", "errors")


def _business_number_id(metadata: Json) -> str:
    try:
        return clean_text(Metadata.model_validate(metadata).phone_number_id or "", 64)
    except ValidationError:
        return ""


def _contacts(contacts: Json) -> Iterator[Contact]:
    for contact in contacts if isinstance(contacts, list) else ():
        if isinstance(contact, dict):
            yield Contact.model_validate(contact)


def _read_message(around: Surroundings, call: Call, at: str, piece: Piece) -> Iterator[Event]:
    message = Message.model_validate(piece)
    kind = message.type or "unknown"
    content = said(kind, piece)
    own = piece.get(kind) if kind in KINDS else None
    choice = content.pressed()
    yield Received(
        channel=call.channel,
        external_id=message.id,
        position=at,
        business_number_id=around.business_number_id,
        sender=sender_of(message, around.contacts, is_only_message=around.is_only_message),
        kind=label(kind),
        text=clean_text(content.words(), LONGEST_TEXT),
        choice=clean_text(choice, LONGEST_CHOICE) if choice else None,
        quoted_id=content.about() or (message.context.id if message.context else None),
        group_id=message.group_id,
        details=clean_json(piece if own is None else own),
        sent_at=call.time(message.timestamp),
        change=announced(message, own),
    )


def _read_updates(call: Call, at: str, value: Piece) -> Iterator[Event]:
    number = _business_number_id(value.get("metadata"))
    yield from _each(call, f"{at}.user_id_update", value.get("user_id_update"), partial(_read_update, number))


def _read_update(business_number_id: str, call: Call, at: str, piece: Piece) -> Iterator[Event]:
    """An announcement in a field of its own becomes the `system` message that it is."""
    update = Update.model_validate(piece)
    yield Received(
        channel=call.channel,
        external_id=update.key(),
        position=at,
        business_number_id=business_number_id,
        sender=NOBODY,
        kind="system",
        text="",
        choice=None,
        quoted_id=None,
        group_id=None,
        details=clean_json(piece),
        sent_at=call.time(update.timestamp),
        change=updated(update),
    )


def _read_preferences(call: Call, at: str, value: Piece) -> Iterator[Event]:
    yield from _each(call, f"{at}.user_preferences", value.get("user_preferences"), _read_preference)


def _read_preference(call: Call, at: str, piece: Piece) -> Iterator[Event]:
    preference = Preference.model_validate(piece)
    switch = preference.switch()
    if switch is None:
        yield Unknown(call.channel, at, f"preference:{label(preference.value)}"[:LONGEST_KIND])
        return
    yield PreferenceChange(call.channel, at, switch, call.time(preference.timestamp))


def _read_template(call: Call, at: str, value: Piece) -> Iterator[Event]:
    news = TemplateNotice.model_validate(value).news()
    if news is None:
        yield Unknown(call.channel, at, "field:message_template")
        return
    yield TemplateChange(call.channel, at, news, call.told_at or call.received_at)


def _read_status(call: Call, at: str, piece: Piece) -> Iterator[Event]:
    status = Status.model_validate(piece)
    name = _STATUSES.get(status.status)
    if name is None:
        yield Unknown(call.channel, at, f"status:{label(status.status)}"[:LONGEST_KIND])
        return
    problem = status.errors[0] if name == "failed" and status.errors else None
    ours = _OUR_ROW.fullmatch(status.biz_opaque_callback_data or "")
    yield StatusChange(
        channel=call.channel,
        external_id=status.id,
        position=at,
        status=name,
        occurred_at=call.time(status.timestamp),
        outbox_id=int(ours[1]) if ours else None,
        error_code=problem.code if problem else None,
        error_reason=clean_text(problem.sentence(), LONGEST_REASON) or None if problem else None,
        billable=status.pricing.billable if status.pricing else None,
        failure=outcome_of(problem.code) if problem and problem.code is not None else None,
    )


def label(text: str) -> str:
    """A type or field name as a label: one short line."""
    return " ".join(clean_text(text, LONGEST_KIND).split()) or "unknown"


def _why(error: ValidationError) -> str:
    """The sentence names the first key that is wrong, never what stands there."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    key = ".".join(str(step) for step in first["loc"]) or "content"
    return f"It has no `{key}`." if first["type"] == "missing" else f"Its `{key}` is not what it should be."


_OTHER_FIELDS: dict[str, Callable[[Call, str, Piece], Iterator[Event]]] = {
    "user_id_update": _read_updates,
    "user_preferences": _read_preferences,
    "message_template_status_update": _read_template,
    "message_template_quality_update": _read_template,
}
