"""`/links`: a website of your own may show the page behind a sign-in link. Ask there, then redeem."""

from fastapi import APIRouter, Request, Response

from luminous import accounts, customers
from luminous.accounts import Link
from luminous.api.access import IdempotencyKey, needs
from luminous.api.once import once
from luminous.api.order_models import HeardLink, Peeked, Redeemed
from luminous.api.problems import Problem
from luminous.db import Begin, Connection

DEAD = "This link is used up or its ten minutes are over. Ask for a new one on WhatsApp."


def routes(begin: Begin) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/links", tags=["links"])

    @router.post("/peek", **needs("links:peek"))
    async def peek(heard: HeardLink) -> Peeked:  # pyright: ignore[reportUnusedFunction] - a route
        """Whose account it opens, masked. Looking changes nothing: previews and crawlers use nothing up."""
        async with begin() as conn:
            link = await live(conn, heard.token)
            (owner,) = (await customers.glance(conn, [link.customer_id] if link.customer_id else [])).values()
        return Peeked(
            masked_name=masked(owner.display_name),
            masked_phone_number=f"… {owner.phone_number[-4:]}" if owner.phone_number else None,
        )

    @router.post("/redeem", response_model=Redeemed, **needs("links:redeem"))
    async def redeem(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, heard: HeardLink, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Use it up, once, after the person said that it is they: exactly one caller gets an answer."""

        async def work(conn: Connection) -> Redeemed:
            link = await live(conn, heard.token)
            if link.customer_id is None or not await accounts.redeem(conn, link.id):
                raise Problem(404, DEAD)
            profile_id = await accounts.account_of(conn, link.customer_id)
            return Redeemed(customer_id=link.customer_id, profile_id=profile_id)

        return await once(begin, request, work)

    return router


async def live(conn: Connection, token: str) -> Link:
    """The live sign-in link with this token. Raises Problem 404."""
    link = await accounts.look(conn, token)
    if link is None or link.purpose != "sign_in" or link.customer_id is None:
        raise Problem(404, DEAD)
    return link


def masked(name: str) -> str:
    """The first and the last letter."""
    return f"{name[0]}…{name[-1]}" if len(name) > 2 else f"{name[0]}…"
