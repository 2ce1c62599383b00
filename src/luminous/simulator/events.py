"""The page's live pieces, as server-sent events: each is sent again only when it changed."""

import asyncio
from collections.abc import AsyncIterable

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from luminous.simulator import phones
from luminous.simulator.network import Network
from luminous.simulator.pages import AWAY, quick_pieces, shop_piece

LOOK_SECONDS = 1.0  # at most that long until a change in the shop's database is seen
FASTEST_SECONDS = 0.05  # between two looks, however often the bell rings
AWAY_SECONDS = 5.0  # between two looks at a database that did not answer


def routes(network: Network) -> APIRouter:
    """The stream of one phone's page."""
    router = APIRouter(prefix="/simulator", include_in_schema=False)

    @router.get("/events", response_class=EventSourceResponse)
    async def events(phone: int) -> AsyncIterable[ServerSentEvent]:  # pyright: ignore[reportUnusedFunction] - a route
        with network.looking_at(phone):
            shown: dict[str, str] = {}
            shop, look_at = "", 0.0
            while not network.closing.is_set():
                heard = network.bell.rings
                now = phones.phone_by_id(network.store, phone)
                if now is None:
                    yield ServerSentEvent(event="gone", raw_data="removed")
                    return
                for name, html in quick_pieces(network, now).items():
                    if shown.get(name) != html:
                        yield ServerSentEvent(event=name, raw_data=html)
                        shown[name] = html
                if network.now() >= look_at:
                    shop = await shop_piece(network, now)
                    look_at = network.now() + (AWAY_SECONDS if AWAY in shop else 0)
                if shown.get("shop") != shop:
                    yield ServerSentEvent(event="shop", raw_data=shop)
                    shown["shop"] = shop
                await asyncio.sleep(FASTEST_SECONDS)
                await network.bell.wait(heard, LOOK_SECONDS)

    return router
