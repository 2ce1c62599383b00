"""Presses of the panel about time and templates."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from luminous.db import again
from luminous.simulator import approval, elapsing
from luminous.simulator.network import Network

DONE = 204


def routes(router: APIRouter, network: Network) -> None:
    """Time passes, templates are submitted and judged. The caller's prefix and guard hold."""

    @router.post("/time")
    async def let_time_pass(span: Annotated[str, Form()]) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        if span not in elapsing.SPANS:
            raise HTTPException(422)
        how_long = elapsing.SPANS[span]
        await again(network.database.transaction, lambda conn: elapsing.let_time_pass(conn, how_long))
        elapsing.let_time_pass_on_phones(network.store, how_long)
        network.bell.ring()
        return Response(status_code=DONE)

    @router.post("/templates")
    async def submit() -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        for wording in await again(network.database.transaction, approval.of_the_shop):
            approval.submit(network, wording)
        return Response(status_code=DONE)

    @router.post("/templates/{name}/{language}")
    async def judge(name: str, language: str, verdict: Annotated[approval.Verdict, Form()]) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        if not approval.judge(network, name, language, verdict):
            raise HTTPException(404)
        return Response(status_code=DONE)
