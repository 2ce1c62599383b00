"""MTN's callback: sent once, never again, and by anybody who knows the address, for it carries no signature.

So it says one thing only: look at this charge now. Its body is not even read.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter, Response

from luminous.providers.momo.account import CALLBACK_PATH


def routes(wake: Callable[[UUID], Awaitable[None]]) -> APIRouter:
    """`POST` and `PUT /webhooks/momo/{reference}`: MTN uses both. The answer tells nothing of a reference."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(CALLBACK_PATH + "/{reference}", methods=["POST", "PUT"])
    async def receive(reference: UUID) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        await wake(reference)
        return Response(status_code=200)

    return router
