"""What stands in a message: its words, buttons and rows, found in content of any shape."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from luminous.simulator.chats import Message
from luminous.text import Json


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or a row of a list."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a list."""

    title: str
    rows: Sequence[Choice] = field(default_factory=tuple[Choice, ...])


def plain_text(message: Message) -> str:
    """What a message says, without marks; for a picture its caption."""
    content = parsed(message.content)
    match message.kind:
        case "text":
            return text_at(content, "body")
        case "interactive" if message.is_from_shop:
            return text_at(content, "body", "text")
        case "interactive":
            return text_at(content, text_at(content, "type"), "title")
        case "template":
            return text_at(content, "text")
        case "contacts":
            return "👤 My phone number"
        case "image" | "audio" | "video" | "document" | "sticker" if text_at(content, "id"):
            return text_at(content, "caption")  # the file itself is shown
        case kind:
            about = (text_at(content, key) for key in ("caption", "filename", "link"))
            return next(filter(None, about), f"[{kind}]")


def choices(message: Message) -> list[Choice]:
    """The buttons of a message, or all rows of its list."""
    action = object_at(parsed(message.content), "action")
    replies = [object_at(button, "reply") for button in objects_at(action, "buttons")]
    return [Choice(text_at(reply, "id"), text_at(reply, "title")) for reply in replies] or [
        row for section in sections(message) for row in section.rows
    ]


def list_label(message: Message) -> str:
    """What opens the message's list."""
    return text_at(parsed(message.content), "action", "button")


def sections(message: Message) -> list[Section]:
    """The sections of a list message; none for any other."""
    action = object_at(parsed(message.content), "action")
    return [
        Section(
            text_at(section, "title"),
            [
                Choice(text_at(row, "id"), text_at(row, "title"), text_at(row, "description"))
                for row in objects_at(section, "rows")
            ],
        )
        for section in objects_at(action, "sections")
    ]


def parsed(content: str) -> dict[str, Json]:
    """A message's content; empty when it is not an object."""
    value: Json = json.loads(content)
    return value if isinstance(value, dict) else {}


def object_at(holder: dict[str, Json], key: str) -> dict[str, Json]:
    """The object there, else an empty one."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def objects_at(holder: dict[str, Json], key: str) -> list[dict[str, Json]]:
    """The objects of the list there."""
    values = holder.get(key)
    return (
        cast("list[dict[str, Json]]", [value for value in values if isinstance(value, dict)])
        if isinstance(values, list)
        else []
    )


def text_at(holder: dict[str, Json], *path: str) -> str:
    """The text at the end of the path, else an empty one."""
    for key in path[:-1]:
        holder = object_at(holder, key)
    value = holder.get(path[-1])
    return value if isinstance(value, str) else ""
