"""What may be kept of a file that a stranger sent, and in which form. Pure, and slow for large pictures.

What a file is, its bytes say. Pictures are drawn anew, so that nothing of them is kept but what one
sees: no place, no camera, no second file behind the first.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from luminous.errors import UnfitFile
from luminous.media.pictures import redrawn
from luminous.sniff import sniff

Kind = Literal["image", "voice", "audio", "video", "document", "sticker"]

MB = 1024 * 1024
# Bytes that WhatsApp lets through (WhatsApp Cloud API, supported media types).
LARGEST: Mapping[Kind, int] = {
    "image": 5 * MB,
    "voice": 16 * MB,
    "audio": 16 * MB,
    "video": 16 * MB,
    "document": 100 * MB,
    "sticker": 500 * 1024,
}
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
SOUNDS = frozenset({"audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg"})
FILMS = frozenset({"video/mp4", "video/3gpp"})
_ALLOWED: Mapping[Kind, frozenset[str]] = {
    "image": PICTURES,
    "sticker": PICTURES,
    "voice": SOUNDS | FILMS,  # a sound may come in the frame of a film
    "audio": SOUNDS | FILMS,
    "video": FILMS,
    "document": PICTURES | {"application/pdf"},
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OFFICE_FOLDERS = {
    "word/": f"{_OFFICE}.wordprocessingml.document",
    "xl/": f"{_OFFICE}.spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}.presentationml.presentation",
}
EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
}
_MOST_MEMBERS = 10_000  # of an Office file


@dataclass(frozen=True, slots=True)
class Fit:
    """A file as it is kept."""

    mime_type: str
    content: bytes


def examine(kind: Kind, content: bytes) -> Fit:
    """The file as it may be kept. Raises UnfitFile with the reason why it may not."""
    if not content:
        raise UnfitFile("The file is empty.")
    if len(content) > LARGEST[kind]:
        raise UnfitFile(f"The file is larger than {LARGEST[kind] // 1024} KB, the most for its kind.")
    mime_type = sniff(content)
    if mime_type is None and kind == "document":
        mime_type = _office(content) or _plain_text(content)
    elif mime_type not in _ALLOWED[kind]:
        mime_type = None
    if mime_type is None:
        raise UnfitFile(f"What came as {_NAMES[kind]} is something else.")
    return Fit(mime_type, redrawn(content, mime_type) if mime_type in PICTURES else content)


_NAMES: Mapping[Kind, str] = {
    "image": "a picture",
    "voice": "a voice message",
    "audio": "a sound",
    "video": "a film",
    "document": "a document (PDF, Office without macros, text, picture)",
    "sticker": "a sticker",
}


def _office(content: bytes) -> str | None:
    """The kind of Office file, read from the list of its parts alone; None for any other archive."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    has_macros = any(member.lower().endswith("vbaproject.bin") for member in members)
    if "[Content_Types].xml" not in members or has_macros or len(members) > _MOST_MEMBERS:
        return None
    return next(
        (kind for folder, kind in _OFFICE_FOLDERS.items() if any(m.startswith(folder) for m in members)), None
    )


def _plain_text(content: bytes) -> str | None:
    """Words alone: nothing that a program could take for a page or a script."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    is_markup = text.lstrip().startswith(("<", "#!"))
    is_binary = any(character < " " and character not in "\t\n\f\r" for character in text)
    return None if is_markup or is_binary else "text/plain"
