"""A phone that moves to another number, and what the shop's own parser makes of it."""

import json
from datetime import UTC, datetime

from luminous.channels.meta.payload import parse
from luminous.messages import Received

from .stand_in import Body, Shop


class Move:
    """One phone that moves to another number, with its identifiers before and after."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.old = (shop.number(), shop.user_id())

    async def __call__(self, shape: str, timing: str = "early", number: str = "") -> None:
        form = {"shape": shape, "timing": timing, "new_number": number}
        answer = await self.shop.act("/phones/1/new-number", **form)
        assert "The number is" in answer.text
        self.new = (self.shop.number(), self.shop.user_id())

    async def announce(self, shape: str, change: int = 1) -> None:
        answer = await self.shop.act(f"/changes/{change}/announcements", shape=shape)
        assert answer.status_code == 204

    def events(self) -> list[tuple[str | None, ...]]:
        """What the shop's own parser makes of every announcement that arrived: from and to."""
        return [event_of(body) for body in self.shop.bodies if "messages" in json.dumps(body)]


def event_of(body: Body) -> tuple[str | None, ...]:
    (event,) = parse(json.dumps(body).encode(), datetime.now(UTC))
    assert isinstance(event, Received)
    assert event.change
    return (
        event.change.from_phone,
        event.change.from_user_id,
        event.change.to_phone,
        event.change.to_user_id,
    )


async def hide_number(shop: Shop) -> None:
    form = {"name": "Amina Nakato", "number": "+" + shop.number(), "user_id": shop.user_id()}
    assert "Saved" in (await shop.act("/phones/1", shows="user_id", **form)).text
