"""The shapes that Meta sends (WhatsApp Cloud API, webhooks and errors), as far as somebody reads them.

One rule for all: what is absent is empty. The id of a piece and the words in it must have the right
type, or the piece is refused; of everything else, a wrong type counts as absent.
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StrictBool, StringConstraints
from pydantic_core import CoreSchema, core_schema

from luminous.phone import mask

T = TypeVar("T")

_LONG_NUMBER = re.compile(r"\+?[0-9]{8,}", re.ASCII)  # error codes have at most six digits


class NoneIfWrong:
    """What does not fit counts as absent; pydantic's core does it without asking Python."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


Trimming = Annotated[T | None, NoneIfWrong]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,512}\z")]
KeyHash = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,256}\z")]
Identifier = Annotated[str, Field(coerce_numbers_to_str=True)]  # a phone may come as a number
ErrorCode = Annotated[int, Field(ge=0, lt=2**31)]


class Wire(BaseModel):
    """A JSON object of Meta's; keys that are not named here are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Metadata(Wire):
    phone_number_id: Trimming[Identifier] = None


class Profile(Wire):
    name: Trimming[str] = None


class Contact(Wire):
    profile: Trimming[Profile] = None
    wa_id: Trimming[Identifier] = None
    user_id: Trimming[str] = None
    parent_user_id: Trimming[str] = None
    identity_key_hash: Trimming[KeyHash] = None  # where the shop's number has identity checks on


class Context(Wire):
    id: Trimming[ExternalId] = None


class Message(Wire):
    """What every message has; the object named by `type` is read by `kinds`."""

    id: ExternalId
    type: Trimming[str] = None
    from_: Trimming[Identifier] = Field(default=None, alias="from")
    from_user_id: Trimming[str] = None
    from_parent_user_id: Trimming[str] = None
    timestamp: Trimming[str | int | float] = None
    group_id: Trimming[ExternalId] = None
    context: Trimming[Context] = None


class ErrorData(Wire):
    details: Trimming[str] = None


class Problem(Wire):
    """An error, in a status as in the answer to a call."""

    code: Trimming[ErrorCode] = None
    title: Trimming[str] = None
    message: Trimming[str] = None
    error_data: Trimming[ErrorData] = None
    is_transient: Trimming[bool] = None

    def sentence(self) -> str:
        """What it says about itself, title first, on one line and without whole phone numbers."""
        title = self.title or self.message or ""
        details = self.error_data.details if self.error_data else None
        parts = [title.rstrip("."), details or ""] if details != title else [title]
        sentence = " ".join(": ".join(filter(None, parts)).split())
        return _LONG_NUMBER.sub(lambda number: mask(number[0]), sentence)


class Pricing(Wire):
    billable: Trimming[StrictBool] = None


class Status(Wire):
    id: ExternalId
    status: str
    timestamp: Trimming[str | int | float] = None
    errors: Trimming[list[Problem]] = None
    pricing: Trimming[Pricing] = None
    biz_opaque_callback_data: Trimming[str] = None
