"""Files in the chat: how a phone sends one, and what a bubble shows of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from luminous.download import plain_name
from luminous.errors import LuminousError
from luminous.simulator import filetypes, media
from luminous.simulator.chats import Message
from luminous.simulator.contents import object_at, parsed, text_at
from luminous.simulator.media import Kept
from luminous.simulator.store import Store
from luminous.text import Json

NAMES = {"image": "picture", "audio": "sound", "video": "film", "document": "file", "sticker": "sticker"}


class CannotSend(LuminousError):
    """A file that WhatsApp on a phone would not send; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The file of a message. address: where it opens; about: its kind and size in short words."""

    kind: str
    address: str
    filename: str
    about: str


def written(
    store: Store, content: bytes, claimed: str, filename: str, caption: str, at: float
) -> tuple[str, Json]:
    """Keep a file that a phone sends, and return the message's type and object. Raises CannotSend.

    A phone believes what a file says it is, and so does its WhatsApp: the shop has to look for itself.
    """
    mime_type = claimed.partition(";")[0].strip().lower() or "application/octet-stream"
    kind = filetypes.KINDS.get(mime_type, "document")
    largest = filetypes.LARGEST[kind]
    if not content:
        raise CannotSend("That file is empty: choose another one.")
    if len(content) > largest:
        raise CannotSend(f"That {NAMES[kind]} is larger than {_size(largest)}, the most that WhatsApp takes.")
    kept = media.keep(store, content, mime_type, at)
    sent: dict[str, Json] = {"mime_type": mime_type, "sha256": kept.sha256, "id": kept.id}
    if kind == "document":
        sent["filename"] = plain_name(filename)
    if kind == "audio":
        sent["voice"] = mime_type == "audio/ogg"
    elif caption and kind != "sticker":
        sent["caption"] = caption
    return kind, sent


def attached_to(message: Message, kept: Mapping[str, Kept]) -> Attached | None:
    """The file of a message, its own or that of its header; None when it has none that is here."""
    content = parsed(message.content)
    kind = message.kind
    if kind == "interactive":
        header = object_at(content, "header")
        kind = text_at(header, "type")
        content = object_at(header, kind)
    file = kept.get(text_at(content, "id")) if kind in NAMES else None
    if file is None:
        return None
    filename = text_at(content, "filename") or NAMES[kind].capitalize()
    address = f"/simulator/media/{file.id}?name={quote(filename, safe='')}"
    return Attached(kind, address, filename, f"{_type(file.mime_type)} · {_size(file.size)}")


def _type(mime_type: str) -> str:
    return mime_type.rpartition("/")[2].rpartition(".")[2].upper()[:12]


def _size(size: int) -> str:
    if size < filetypes.MB:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / filetypes.MB:.1f} MB".replace(".0 ", " ")
