"""Pictures that a phone sends: kept here, fetched by the shop in two steps as from Meta.

`GET /{media_id}` answers with a short-lived address; that address answers with the bytes. Both want the
bearer token (WhatsApp Cloud API, media).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from luminous.errors import LuminousError
from luminous.simulator import refusals
from luminous.simulator.network import Network
from luminous.simulator.store import Store
from luminous.text import Json

LARGEST_IMAGE = 5 * 1024 * 1024  # bytes (WhatsApp Cloud API, supported media)


class NotAPicture(LuminousError):
    """A file that WhatsApp would not send as an image; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of one picture. sha256 is base64, as in the webhook."""

    id: str
    mime_type: str
    sha256: str
    content: bytes


def keep_picture(store: Store, content: bytes) -> Picture:
    """Store a JPEG or PNG of at most 5 MB. Raises NotAPicture."""
    if len(content) > LARGEST_IMAGE:
        raise NotAPicture("That picture is larger than 5 MB, the most that WhatsApp takes.")
    if content.startswith(b"\xff\xd8\xff"):
        mime_type = "image/jpeg"
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        mime_type = "image/png"
    else:
        raise NotAPicture("That is neither a JPEG nor a PNG picture, all that WhatsApp takes as an image.")
    sha256 = base64.b64encode(hashlib.sha256(content).digest()).decode()
    picture = Picture(str(secrets.randbelow(9 * 10**15) + 10**15), mime_type, sha256, content)
    store.run(
        "insert into media (id, mime_type, sha256, content) values (:id, :mime_type, :sha256, :content)",
        id=picture.id,
        mime_type=mime_type,
        sha256=sha256,
        content=content,
    )
    return picture


def picture_by_id(store: Store, media_id: str) -> Picture | None:
    """The picture, or None."""
    return store.row(Picture, "select * from media where id = :id", id=media_id)


def routes(network: Network) -> APIRouter:
    """The two steps in which the shop fetches a picture."""
    router = APIRouter()

    @router.get("/graph/{version}/{media_id}")
    async def describe(request: Request, media_id: str) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        if not _is_ours(network, request):
            return _refuse(refusals.wrong_token())
        picture = picture_by_id(network.store, media_id)
        if picture is None:
            return _refuse(refusals.unknown_object(media_id))
        described: Json = {
            "messaging_product": "whatsapp",
            "url": f"{str(request.base_url).rstrip('/')}/simulator/lookaside/{media_id}",
            "mime_type": picture.mime_type,
            "sha256": hashlib.sha256(picture.content).hexdigest(),
            "file_size": len(picture.content),
            "id": picture.id,
        }
        return JSONResponse(described)

    @router.get("/lookaside/{media_id}")
    async def download(request: Request, media_id: str) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        picture = picture_by_id(network.store, media_id) if _is_ours(network, request) else None
        if picture is None:
            return Response(status_code=404)
        return Response(picture.content, media_type=picture.mime_type)

    return router


def _is_ours(network: Network, request: Request) -> bool:
    given = request.headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {network.settings.access_token}".encode())


def _refuse(refused: refusals.Refusal) -> Response:
    return JSONResponse(refused.body(), refused.http_status)
