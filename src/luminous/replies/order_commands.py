"""Buttons and words about money and parcels: `order:<id>:rate:5`, `track 12`, `address Plot 5`. Pure."""

import re
from typing import Literal, cast
from uuid import UUID

from luminous.catalogues import keywords
from luminous.inbox import Message
from luminous.payments import Kind, Thing
from luminous.replies.order_acts import (
    Complain,
    NamePayer,
    OrderAct,
    PayFrom,
    PayOtherwise,
    Rate,
    SetAddress,
    Track,
)

_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_PAY = re.compile(rf"pay:(order|plan):{_ID}:(own|other|by_hand|\+[0-9]{{8,15}})", re.ASCII)
_ORDER = re.compile(rf"order:{_ID}:(track|complain|rate:([1-5]))", re.ASCII)
_NUMBERED = re.compile(r"(.{1,40}?)[\s:#]*(\d{1,9})", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{7,18}[0-9]", re.ASCII)
_ADDRESS = re.compile(r"(\S+)[\s:,]+(.*)", re.DOTALL)


def order_command_of(choice: str) -> OrderAct | None:
    """What a pressed button means, or None for one that is about something else."""
    if choice == "address":
        return SetAddress()
    if match := _PAY.fullmatch(choice):
        thing = Thing(cast("Kind", match[1]), UUID(match[2]))
        if match[3] in ("other", "by_hand"):
            return PayOtherwise(thing, cast('Literal["other", "by_hand"]', match[3]))
        return PayFrom(thing, None if match[3] == "own" else match[3])
    if match := _ORDER.fullmatch(choice):
        order_id = UUID(match[1])
        if match[3]:
            return Rate(order_id, int(match[3]))
        return Track(order_id=order_id) if match[2] == "track" else Complain(order_id)
    return None


def order_in_words(message: Message) -> OrderAct | None:
    """`track 12`, `address Plot 5`, or a phone number alone: what these mean; None for anything else."""
    if message.kind != "text":
        return None
    text = message.text.strip()
    if _PHONE.fullmatch(text):
        return NamePayer(text)
    match = _ADDRESS.fullmatch(text)
    if match and match[1].casefold() in keywords()["address"] and match[2].strip():
        return SetAddress(match[2].strip())
    if text.casefold() in keywords()["address"]:
        return SetAddress()
    match = _NUMBERED.fullmatch(text.casefold())
    return Track(number=int(match[2])) if match and match[1] in keywords()["track_number"] else None
