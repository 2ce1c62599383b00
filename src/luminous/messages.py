"""The words that cross between the channels and the house. No I/O, no rules, no provider's terms.

A channel turns a provider's call into events (`Received`, `StatusChange`, …, `Unreadable`) and an
`Outgoing` into a provider's call. Rooms and walks know only what stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from luminous.errors import SendOutcome
from luminous.phone import Phone, UserId

ChannelName = Literal["meta", "gateway"]
Status = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Sender:
    """The identifiers that a message came with. All of them may be missing."""

    phone: Phone | None  # E.164, made from `wa_id`
    user_id: UserId | None  # the business-scoped user id (BSUID)
    parent_user_id: UserId | None  # the BSUID's parent, where the portfolio is enrolled
    wa_id: str | None  # as it came: digits without a plus
    profile_name: str | None  # cleaned for display; None when none was sent
    identity_key_hash: str | None = None  # another one after WhatsApp was registered anew; None: not sent

    @property
    def is_named(self) -> bool:
        """True when somebody can be found or made by it."""
        return self.phone is not None or self.user_id is not None


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """A person goes by other identifiers from now on. What was not told is None; something old and new is."""

    from_phone: Phone | None
    from_user_id: UserId | None
    to_phone: Phone | None
    to_user_id: UserId | None


@dataclass(frozen=True, slots=True)
class Received:
    """A message that a person (or WhatsApp itself: kind `system`) sent to the shop."""

    channel: ChannelName
    external_id: str  # the provider's id of the message (wamid): its only dedupe key
    position: str  # where it stands in the body, as `entry[0].changes[0].messages[2]`
    business_number_id: str  # the shop's number that received it (Meta's phone_number_id)
    sender: Sender
    kind: str  # the provider's type: text, image, interactive, system, ... or one nobody knows yet
    text: str  # what the person wrote, said or pressed; empty when there are no words
    choice: str | None  # the id of the button or list row that was pressed
    quoted_id: str | None  # the message that this one quotes
    group_id: str | None  # set when it was written in a group chat
    details: str | None  # the type's own object as JSON text that PostgreSQL accepts
    sent_at: datetime  # the provider's clock, aware, UTC
    change: IdentityChange | None = None  # what WhatsApp itself announces about a person (kind `system`)

    @property
    def is_from_a_person(self) -> bool:
        """False for what WhatsApp itself says and for group chats: these never make a customer."""
        return self.kind != "system" and self.group_id is None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What became of a message that we sent."""

    channel: ChannelName
    external_id: str
    position: str
    status: Status
    occurred_at: datetime
    outbox_id: int | None  # our own row id, echoed; None when the provider did not echo it
    error_code: int | None
    error_reason: str | None
    billable: bool | None  # None when the provider did not say
    failure: SendOutcome | None = None  # what the error means for the message, where that is known


@dataclass(frozen=True, slots=True)
class NewsSwitch:
    """Which way a person turned WhatsApp's own switch for news from us, and what shows it."""

    phone: Phone | None
    user_id: UserId | None
    wants_news: bool
    evidence: str  # the same whenever the same is told


@dataclass(frozen=True, slots=True)
class PreferenceChange:
    """A person switched news from us off or on in WhatsApp itself."""

    channel: ChannelName
    position: str
    switch: NewsSwitch
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateNews:
    """How a template of ours stands, by Meta's words in lower case. What is None was not said."""

    name: str
    language: str
    status: str | None  # approved, rejected, paused, ...
    reason: str | None
    quality: str | None  # green, yellow, red, unknown
    meta_id: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """Meta has decided something about a template of ours."""

    channel: ChannelName
    position: str
    news: TemplateNews
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something well-formed that nobody here acts on. Its body is kept and its kind is counted."""

    channel: ChannelName
    position: str
    kind: str  # `field:account_update`, `status:deleted`, ...


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece that could not be understood: it becomes a dead letter, its neighbours do not."""

    channel: ChannelName
    position: str
    reason: str  # a sentence without any of the piece's content


Event = Received | StatusChange | PreferenceChange | TemplateChange | Unknown | Unreadable


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button: `id` comes back as `Received.choice`. Title: at most 20 characters."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: `id` comes back as `Received.choice`. Title 24, description 72 characters."""

    id: str
    title: str
    description: str = ""


SourceName = Literal["media", "quotation", "receipt"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. Its bytes are asked for when it is sent: source and id say where."""

    source: SourceName
    id: str
    filename: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. At most 3 buttons or 10 rows, never both; `label` opens the list.

    With an attachment the text is its caption, at most 1024 characters, and there are no rows.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    rows: tuple[Row, ...] = ()
    label: str = ""
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """What says it outside WhatsApp's 24 hours: an approved template, and what stands at {{1}}, {{2}}, …

    language: where no template of this language is approved, the English one goes.
    """

    name: str
    variables: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that we owe, with the address it has now."""

    id: int  # the outbox row
    channel: ChannelName
    business_number_id: str
    to: str | None  # `+` and digits; wins over `recipient`
    recipient: UserId | None  # a BSUID
    content: Content
    quoted_id: str | None = None
    template: TemplateUse | None = None  # it goes as this, and not as its content
    file: bytes | None = field(default=None, repr=False)  # of its attachment, where the channel carries files


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do beyond text to a phone number."""

    echoes_ids: bool  # our own row id comes back on statuses, so that a send in doubt can be settled
    buttons: bool  # else a menu becomes text
    user_ids: bool  # a person who hides their number can be reached
    templates: bool  # something can be said outside WhatsApp's 24 hours
    files: bool  # else the text goes without its attachment, and says so
    receipts: bool  # messages can be shown as read, and “typing” while the answer takes longer


CAPABILITIES: Mapping[ChannelName, Capabilities] = {
    "meta": Capabilities(
        echoes_ids=True, buttons=True, user_ids=True, templates=True, files=True, receipts=True
    ),
    "gateway": Capabilities(
        echoes_ids=False, buttons=False, user_ids=False, templates=False, files=False, receipts=False
    ),
}
CONTENT = TypeAdapter(Content)
TEMPLATE_USE = TypeAdapter(TemplateUse)
