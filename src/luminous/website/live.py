"""The one stream of a page: it says that something changed, and the page asks for itself again."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from luminous.accounts import Visitor
from luminous.db import Connection, sql
from luminous.website.door import website_of
from luminous.website.visitors import visitor_of

LOOK_SECONDS = 1.0
LASTS_LOOKS = 600  # then the browser comes again by itself

router = APIRouter(include_in_schema=False)


@router.get("/account/events", response_class=EventSourceResponse)
async def events(request: Request) -> AsyncIterable[ServerSentEvent]:
    """`changed` whenever something of this person's did; `ended` when nobody is signed in any more."""
    website = website_of(request)
    seen: str | None = None
    for _ in range(LASTS_LOOKS):
        # Shielded: a page that is left in the middle must not tear a query off its connection.
        looking = asyncio.create_task(look(request))
        website.looking.add(looking)
        looking.add_done_callback(website.looking.discard)
        now = await asyncio.shield(looking)
        if now is None:
            yield ServerSentEvent(event="ended", raw_data="signed out")
            return
        if seen is not None and now != seen:
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


async def mark(conn: Connection, visitor: Visitor) -> str:
    """Another text after anything changed that a page of theirs shows."""
    return await MARK.one(conn, customer_id=visitor.customer_id, profile_id=visitor.profile_id)


MARK = sql("""
    select concat_ws('/',
             (select max(id) from inbox where customer_id = %(customer_id)s),
             (select max(id) from outbox where customer_id = %(customer_id)s),
             (select extract(epoch from updated_at) from customers where id = %(customer_id)s),
             (select string_agg(status, '' order by id) from subscriptions
               where customer_id = %(customer_id)s),
             (select max(updated_at) from quotations where customer_id = %(customer_id)s),
             (select max(updated_at) from orders where customer_id = %(customer_id)s),
             (select max(noted_at) from order_milestones join orders on orders.id = order_id
               where customer_id = %(customer_id)s),
             (select max(updated_at) from payments_now where customer_id = %(customer_id)s),
             (select max(id) from customer_conflicts
               where holder_id = %(customer_id)s and resolved_at is null),
             (select max(id) from account_conflicts
               where profile_id = %(profile_id)s and resolved_at is null),
             (select extract(epoch from updated_at) from profiles where id = %(profile_id)s))
""").into(str)
