"""Announcements that a person changed number or user id, in every shape that has been documented or seen.

Old and new identifiers stand in different places from shape to shape (WhatsApp Cloud API, `system`
messages and `user_id_update`; the old user id may stand in the words alone, or in `from_user_id`).
"""

import re

from luminous.channels.meta.wire import ExternalId, Identifier, Message, Trimming, Wire
from luminous.messages import IdentityChange
from luminous.phone import UserId, parse_user_id, parse_wa_id
from luminous.text import Json

ANNOUNCEMENTS = ("user_changed_number", "user_changed_user_id", "customer_changed_number")

_FROM_TO = re.compile(r"changed from (\S+) to (\S+)\Z")


class System(Wire):
    """The object of a `system` message."""

    type: Trimming[str] = None
    body: Trimming[str] = None
    wa_id: Trimming[Identifier] = None
    new_wa_id: Trimming[Identifier] = None  # before `wa_id`
    user_id: Trimming[str] = None
    previous_user_id: Trimming[str] = None


class Ids(Wire):
    previous: Trimming[str] = None
    current: Trimming[str] = None


class Update(Wire):
    """One element of the field `user_id_update`."""

    wa_id: Trimming[Identifier] = None
    user_id: Ids
    timestamp: Trimming[str | int | float] = None

    def key(self) -> ExternalId:
        """What makes the same update the same: it carries no id of its own."""
        return f"user_id_update:{self.user_id.previous}:{self.user_id.current}:{self.timestamp}"


def announced(message: Message, own: Json) -> IdentityChange | None:
    """What a `system` message announces; None when it tells of no new identifier.

    own: the message's `system` object.
    """
    if message.type != "system" or not isinstance(own, dict):
        return None
    system = System.model_validate(own)
    if system.type not in ANNOUNCEMENTS:
        return None
    user_id = parse_user_id(system.user_id)
    writer = parse_user_id(message.from_user_id)
    return _change(
        IdentityChange(
            from_phone=parse_wa_id(message.from_),
            from_user_id=parse_user_id(system.previous_user_id)
            or (writer if writer != user_id else None)
            or _from_words(system.body, user_id),
            to_phone=parse_wa_id(system.wa_id or system.new_wa_id),
            to_user_id=user_id,
        )
    )


def updated(update: Update) -> IdentityChange | None:
    """What an element of `user_id_update` announces. Its phone is the one that the person has."""
    phone = parse_wa_id(update.wa_id)
    return _change(
        IdentityChange(
            phone, parse_user_id(update.user_id.previous), phone, parse_user_id(update.user_id.current)
        )
    )


def _from_words(words: str | None, user_id: UserId | None) -> UserId | None:
    """The old user id from "User … changed from … to …", where the new one there is the one announced."""
    said = _FROM_TO.search(words or "")
    return parse_user_id(said[1]) if said and user_id and parse_user_id(said[2]) == user_id else None


def _change(change: IdentityChange) -> IdentityChange | None:
    is_from_somebody = change.from_phone or change.from_user_id
    is_to_something = change.to_phone or change.to_user_id
    return change if is_from_somebody and is_to_something else None
