"""What a person said, by the type of the message: the words, the button pressed, the message meant.

A type that is not in `KINDS` says nothing here and is kept as it came.
"""

from collections.abc import Mapping

from pydantic import Field, RootModel

from luminous.channels.meta.wire import ExternalId, Identifier, Trimming, Wire
from luminous.messages import SHARED_NUMBER
from luminous.phone import parse_wa_id


class Said:
    """The base of every type's own object."""

    def words(self) -> str:
        """What was written, said or pressed; empty when there are no words."""
        return ""

    def pressed(self) -> str | None:
        """The id of the button or list row."""
        return None

    def about(self) -> str | None:
        """The id of the message that this one is about, where `context` does not say it."""
        return None


def said(kind: str, message: Mapping[str, object]) -> Said:
    """What the message says, read from the object that its type names.

    Raises pydantic's ValidationError when that object has the wrong shape.
    """
    own = message.get(kind)
    if own is None or kind not in KINDS:
        return Said()
    return KINDS[kind].model_validate(own)


class Text(Wire, Said):
    body: str | None = None

    def words(self) -> str:
        return self.body or ""


class Media(Wire, Said):
    caption: str | None = None

    def words(self) -> str:
        return self.caption or ""


class Location(Wire, Said):
    name: Trimming[str] = None
    address: Trimming[str] = None

    def words(self) -> str:
        return ", ".join(filter(None, (self.name, self.address)))


class CardName(Wire):
    formatted_name: Trimming[str] = None
    first_name: Trimming[str] = None


class CardPhone(Wire):
    wa_id: Trimming[Identifier] = None


class Card(Wire):
    name: Trimming[CardName] = None  # absent when our own request for a contact was answered
    origin: Trimming[str] = None
    phones: Trimming[list[CardPhone]] = None


class Cards(RootModel[list[Card]], Said):
    def pressed(self) -> str | None:
        """`number:+256…` when the button of our request was pressed: only then it is their own number."""
        if len(self.root) != 1 or self.root[0].origin != "contact_request":
            return None
        phone = next((parse_wa_id(each.wa_id) for each in self.root[0].phones or ()), None)
        return f"{SHARED_NUMBER}{phone}" if phone else None

    def words(self) -> str:
        names = (card.name.formatted_name or card.name.first_name for card in self.root if card.name)
        return ", ".join(filter(None, names))


class Button(Wire, Said):
    """A template's quick reply."""

    text: str | None = None
    payload: str | None = None

    def words(self) -> str:
        return self.text or ""

    def pressed(self) -> str | None:
        return self.payload or None


class Reply(Wire):
    id: str | None = None
    title: str | None = None


class Flow(Wire):
    body: Trimming[str] = None


class Interactive(Wire, Said):
    """Meta also sends it without any inner object, with an error beside it."""

    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: Trimming[Flow] = None

    def words(self) -> str:
        if reply := self.button_reply or self.list_reply:
            return reply.title or ""
        return (self.nfm_reply.body if self.nfm_reply else None) or ""

    def pressed(self) -> str | None:
        reply = self.button_reply or self.list_reply
        return (reply.id if reply else None) or None


class Order(Wire, Said):
    text: str | None = None

    def words(self) -> str:
        return self.text or ""


class Reaction(Wire, Said):
    message_id: Trimming[ExternalId] = None
    emoji: str | None = None  # absent or empty: the reaction was taken back

    def words(self) -> str:
        return self.emoji or ""

    def about(self) -> str | None:
        return self.message_id


class System(Wire, Said):
    body: Trimming[str] = None

    def words(self) -> str:
        return self.body or ""


class Edit(Wire, Said):
    original_message_id: Trimming[ExternalId] = None
    message: dict[str, object] = Field(default_factory=dict[str, object])

    def words(self) -> str:
        kind = self.message.get("type")
        return said(kind, self.message).words() if isinstance(kind, str) else ""

    def about(self) -> str | None:
        return self.original_message_id


class Revoke(Wire, Said):
    original_message_id: Trimming[ExternalId] = None

    def about(self) -> str | None:
        return self.original_message_id


KINDS: Mapping[
    str,
    type[Text | Media | Location | Cards | Button | Interactive | Order | Reaction | System | Edit | Revoke],
] = {
    "text": Text,
    "image": Media,
    "video": Media,
    "sticker": Media,
    "document": Media,
    "audio": Media,
    "voice": Media,
    "location": Location,
    "contacts": Cards,
    "button": Button,
    "interactive": Interactive,
    "order": Order,
    "reaction": Reaction,
    "system": System,
    "edit": Edit,
    "revoke": Revoke,
}
