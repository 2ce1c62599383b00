"""A file of ours at Meta: uploaded before the message that carries it; what fails here sent nothing.

Kinds and sizes: WhatsApp Cloud API, supported media types. Meta keeps an upload for 30 days; it is used once.
"""

from dataclasses import dataclass
from typing import Literal

import httpx2
from pydantic import ValidationError

from luminous.channels.calling import upload
from luminous.channels.meta.failures import failure
from luminous.channels.meta.wire import ExternalId, Wire
from luminous.errors import SendFailed
from luminous.messages import Attachment
from luminous.text import clean_text

Kind = Literal["image", "audio", "video", "document"]

MB = 1024 * 1024
LONGEST_NAME = 240
LARGEST: dict[Kind, int] = {"image": 5 * MB, "audio": 16 * MB, "video": 16 * MB, "document": 100 * MB}
_KINDS: dict[str, Kind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that Meta has, under its own id, and as what it is sent."""

    id: str
    kind: Kind
    filename: str


class _Answer(Wire):
    id: ExternalId


def kind_of(mime_type: str, size: int = 0) -> Kind:
    """As what a file is sent; a picture or film that is too large for its own kind, as a document."""
    kind = _KINDS.get(mime_type.partition(";")[0].strip().lower(), "document")
    return "document" if size > LARGEST[kind] and kind != "audio" else kind


async def upload_file(
    client: httpx2.AsyncClient, number_url: str, token: str, attachment: Attachment, file: bytes
) -> Uploaded:
    """Upload it and return what to send. `number_url`: of the business number. Raises SendFailed."""
    kind = kind_of(attachment.mime_type, len(file))
    if not 0 < len(file) <= LARGEST[kind]:
        raise SendFailed(
            f"The file has {len(file)} bytes, and of this kind 1 to {LARGEST[kind]} may go.", "refused"
        )
    fields = {"messaging_product": "whatsapp", "type": attachment.mime_type}
    filename = clean_text(attachment.filename, LONGEST_NAME)
    try:
        answer = await upload(
            client,
            "WhatsApp",
            f"{number_url}/media",
            token,
            fields,
            (filename, file, attachment.mime_type),
        )
        if not answer.is_accepted:
            raise failure(answer.status, answer.headers, answer.body, token)
        return Uploaded(_Answer.model_validate_json(answer.body).id, kind, filename)
    except ValidationError as error:
        raise SendFailed("WhatsApp's answer to an upload names no file.", "not_sent") from error
    except SendFailed as failed:
        raise _nothing_sent(failed) from failed


def _nothing_sent(failed: SendFailed) -> SendFailed:
    """Whatever became of the upload, the message itself was not sent."""
    return SendFailed(
        failed.reason,
        "not_sent" if failed.outcome == "unclear" else failed.outcome,
        code=failed.code,
        retry_after=failed.retry_after,
        answered=failed.answered,
    )
