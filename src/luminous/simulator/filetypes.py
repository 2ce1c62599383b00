"""Which files WhatsApp takes, as what, and how large (WhatsApp Cloud API, supported media types). Pure."""

from dataclasses import dataclass

from luminous.sniff import SNIFFED, sniff

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
    sniffed = sniff(content)
    if sniffed is None and claimed in SNIFFED:
        return None
    mime_type = sniffed or claimed
    return Type(mime_type, KINDS[mime_type]) if mime_type in KINDS else None
