"""Our own files, small on the wire and kept by browsers for a year: their address changes when they do."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from luminous.website.view import STATIC, VENDOR

KEPT = "public, max-age=31536000, immutable"


class Kept(StaticFiles):
    """Files that are never asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = KEPT
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def static_files() -> Mount:
    """Everything under /static."""
    vendor = Mount("/vendor", GZipMiddleware(Kept(directory=VENDOR), minimum_size=500))
    ours = Mount("/", GZipMiddleware(Kept(directory=STATIC), minimum_size=500))
    return Mount("/static", routes=[vendor, ours])
