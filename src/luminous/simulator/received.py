"""What the shop keeps of the files that it received, shown as its staff see it."""

from uuid import UUID

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from luminous import media
from luminous.download import headers_for
from luminous.errors import StorageAway
from luminous.simulator.network import Network


def routes(network: Network) -> APIRouter:
    """A stored file by its id in the shop's own table."""
    router = APIRouter(prefix="/simulator", include_in_schema=False)

    @router.get("/received/{media_id}")
    async def received(media_id: UUID) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        async with network.database.transaction() as conn:
            kept = await media.get(conn, media_id)
        if kept is None or kept.status != "stored" or kept.mime_type is None or network.storage is None:
            raise HTTPException(404)
        try:
            content = await network.storage.get(kept.name)
        except StorageAway as away:
            raise HTTPException(503, str(away)) from away
        if content is None:
            raise HTTPException(404)
        return Response(content, headers=headers_for(kept.mime_type, kept.shown_name))

    return router
