"""Who wrote a message: its own keys, and the contact that belongs to it.

A contact belongs to a message when an identifier says so, never because it stands first: one call
may carry many messages of many people.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from luminous.channels.meta.wire import Contact, Message
from luminous.messages import Sender
from luminous.phone import Phone, UserId, parse_user_id, parse_wa_id
from luminous.text import clean_name


@dataclass(frozen=True, slots=True)
class Person:
    """The identifiers of a message's writer or of a contact; what is malformed is absent."""

    phone: Phone | None
    user_id: UserId | None
    parent_user_id: UserId | None
    name: str | None = None  # as it came
    key_hash: str | None = None


NOBODY = Person(None, None, None)


class Contacts:
    """The people that came with the messages of one change."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self.people = [_from_contact(contact) for contact in contacts]
        self.by_user_id = {each.user_id: each for each in reversed(self.people) if each.user_id}
        self.by_phone = {each.phone: each for each in reversed(self.people) if each.phone}

    def matching(self, writer: Person, *, is_only_message: bool) -> Person:
        """The contact of the writer; NOBODY when none surely is.

        The only contact also belongs to the only message if no identifier speaks against it.
        """
        if writer.user_id and (known := self.by_user_id.get(writer.user_id)):
            return known
        if writer.phone and (known := self.by_phone.get(writer.phone)):
            return known if _agree(known.user_id, writer.user_id) else NOBODY
        if is_only_message and len(self.people) == 1:
            (only,) = self.people
            if _agree(only.phone, writer.phone) and _agree(only.user_id, writer.user_id):
                return only
        return NOBODY


def sender_of(message: Message, contacts: Contacts, *, is_only_message: bool) -> Sender:
    """The identifiers that a message came with, completed from its contact."""
    writer = _person(message.from_, message.from_user_id, message.from_parent_user_id)
    # A system message speaks of two identities, so that a contact beside it could be either.
    known = NOBODY if message.type == "system" else contacts.matching(writer, is_only_message=is_only_message)
    phone = writer.phone or known.phone
    return Sender(
        phone=phone,
        user_id=writer.user_id or known.user_id,
        parent_user_id=writer.parent_user_id or known.parent_user_id,
        wa_id=phone.removeprefix("+") if phone else None,
        profile_name=clean_name(known.name),
        identity_key_hash=known.key_hash,
    )


def _from_contact(contact: Contact) -> Person:
    return _person(
        contact.wa_id,
        contact.user_id,
        contact.parent_user_id,
        name=contact.profile.name if contact.profile else None,
        key_hash=contact.identity_key_hash,
    )


def _person(
    wa_id: str | None,
    user_id: str | None,
    parent_user_id: str | None,
    *,
    name: str | None = None,
    key_hash: str | None = None,
) -> Person:
    """A user id has been seen where the phone belongs, so the phone's place is asked for both."""
    return Person(
        phone=parse_wa_id(wa_id),
        user_id=parse_user_id(user_id) or parse_user_id(wa_id),
        parent_user_id=parse_user_id(parent_user_id),
        name=name,
        key_hash=key_hash,
    )


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
