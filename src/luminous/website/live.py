"""The one stream of a page: it says that something changed, and the page asks for itself again."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from luminous.website.door import website_of
from luminous.website.mark import mark
from luminous.website.visitors import visitor_of

LOOK_SECONDS = 1.0
LASTS_LOOKS = 600  # then the browser comes again by itself

router = APIRouter(include_in_schema=False)


@router.get("/account/events", response_class=EventSourceResponse)
async def events(request: Request, seen: str = "") -> AsyncIterable[ServerSentEvent]:
    """`changed` whenever something of this person's did; `ended` when nobody is signed in any more.

    seen: the mark of what the page shows, so that nothing which changed since is missed.
    """
    website = website_of(request)
    for _ in range(LASTS_LOOKS):
        # Shielded: a page that is left in the middle must not tear a query off its connection.
        looking = asyncio.create_task(look(request))
        website.looking.add(looking)
        looking.add_done_callback(website.looking.discard)
        now = await asyncio.shield(looking)
        if now is None:
            yield ServerSentEvent(event="ended", raw_data="signed out")
            return
        if seen and now != seen:
            yield ServerSentEvent(event="changed", raw_data="look again")
        seen = now
        with suppress(TimeoutError):
            await asyncio.wait_for(website.closing.wait(), LOOK_SECONDS)
        if website.closing.is_set():
            return


async def look(request: Request) -> str | None:
    """The mark of whoever is signed in; None when nobody is any more."""
    async with website_of(request).begin() as conn:
        visitor = await visitor_of(request, conn)
        return None if visitor is None else await mark(conn, visitor)
