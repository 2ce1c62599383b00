"""Files that travel: kept here, fetched by the shop in two steps as from Meta, shown on the phone.

`GET /{media_id}` answers with a short-lived address; that address answers with the bytes. Both want the
bearer token (WhatsApp Cloud API, media).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from luminous.simulator import refusals
from luminous.simulator.network import Network
from luminous.simulator.store import Store
from luminous.simulator.switches import strikes
from luminous.text import Json

KEPT_SECONDS = 7 * 24 * 3600  # for the shop to fetch what a phone sent


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of one file. sha256 is base64, as in the webhook; created_at Unix seconds."""

    id: str
    mime_type: str
    sha256: str
    content: bytes
    created_at: float


def keep(store: Store, content: bytes, mime_type: str, at: float) -> File:
    """Store a file under a new id."""
    sha256 = base64.b64encode(hashlib.sha256(content).digest()).decode()
    file = File(str(secrets.randbelow(9 * 10**15) + 10**15), mime_type, sha256, content, at)
    store.run(
        """
        insert into media (id, mime_type, sha256, content, created_at)
        values (:id, :mime_type, :sha256, :content, :at)
        """,
        id=file.id,
        mime_type=mime_type,
        sha256=sha256,
        content=content,
        at=at,
    )
    return file


def by_id(store: Store, media_id: str) -> File | None:
    """The file, or None."""
    return store.row(File, "select * from media where id = :id", id=media_id)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file without its bytes."""

    id: str
    mime_type: str
    size: int


def all_kept(store: Store) -> dict[str, Kept]:
    """Every file by its id."""
    kept = store.rows(Kept, "select id, mime_type, length(content) as size from media")
    return {each.id: each for each in kept}


def routes(router: APIRouter, network: Network) -> None:
    """The two steps in which the shop fetches a file."""

    @router.get("/graph/{version}/{media_id}")
    async def describe(request: Request, media_id: str) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        if not _is_ours(network, request):
            return _refuse(refusals.wrong_token())
        file = by_id(network.store, media_id)
        if (
            file is None
            or network.now() - file.created_at > KEPT_SECONDS
            or strikes(network.store, "file_gone")
        ):
            return _refuse(refusals.unknown_object(media_id))
        described: Json = {
            "messaging_product": "whatsapp",
            "url": f"{str(request.base_url).rstrip('/')}/simulator/lookaside/{media_id}",
            "mime_type": file.mime_type,
            "sha256": hashlib.sha256(file.content).hexdigest(),
            "file_size": len(file.content),
            "id": file.id,
        }
        return JSONResponse(described)

    @router.get("/lookaside/{media_id}")
    async def download(request: Request, media_id: str) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        file = by_id(network.store, media_id) if _is_ours(network, request) else None
        if file is None:
            return Response(status_code=404)
        content = file.content[::-1] if strikes(network.store, "file_changed") else file.content
        return Response(content, media_type=file.mime_type)


def _is_ours(network: Network, request: Request) -> bool:
    given = request.headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {network.settings.access_token}".encode())


def _refuse(refused: refusals.Refusal) -> Response:
    return JSONResponse(refused.body(), refused.http_status)
