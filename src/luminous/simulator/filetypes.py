"""Which files WhatsApp takes, as what, and how large (WhatsApp Cloud API, supported media types). Pure.

What a file is, is read from its first bytes where they say it: a name or a header may claim anything.
"""

from dataclasses import dataclass

MB = 1024 * 1024
LARGEST = {"image": 5 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 100 * MB, "sticker": 500 * 1024}
OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/ogg": "audio",
    "video/3gpp": "video",
    "video/mp4": "video",
    "text/plain": "document",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    f"{OFFICE}.wordprocessingml.document": "document",
    f"{OFFICE}.spreadsheetml.sheet": "document",
    f"{OFFICE}.presentationml.presentation": "document",
}
# Where in a file stands what.
_MARKS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp3gp", "video/3gpp"),
    (4, b"ftyp", "video/mp4"),
)
SNIFFED = frozenset(mime_type for _, _, mime_type in _MARKS)


@dataclass(frozen=True, slots=True)
class Type:
    """What a file is taken as. kind: image, audio, video, document or sticker."""

    mime_type: str
    kind: str

    @property
    def largest(self) -> int:
        """Bytes."""
        return LARGEST[self.kind]


def type_of(content: bytes, claimed: str) -> Type | None:
    """What a file is; None for one that WhatsApp does not take, or that is not what it claims to be."""
    claimed = claimed.partition(";")[0].strip().lower()
    sniffed = next((kind for at, mark, kind in _MARKS if content.startswith(mark, at)), None)
    if sniffed is None and claimed in SNIFFED:
        return None
    mime_type = sniffed or claimed
    return Type(mime_type, KINDS[mime_type]) if mime_type in KINDS else None
