"""Who is behind a request, and the sessions that begin and end with it."""

from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from luminous import accounts
from luminous.accounts import Visitor
from luminous.accounts.sessions import BeganWith
from luminous.db import Connection
from luminous.website.browser import address_of, browser_of
from luminous.website.door import TOO_OFTEN, SignInFirst, set_cookie, website_of
from luminous.website.limits import LIMITS, What
from luminous.website.mark import mark


async def visitor_of(request: Request, conn: Connection) -> Visitor | None:
    """Who is signed in in this browser; None when nobody is."""
    token = request.cookies.get(website_of(request).cookie, "")
    return await accounts.find(conn, token) if token else None


async def signed_in(request: Request, conn: Connection) -> Visitor:
    """Who is signed in. Raises SignInFirst. What their page shows has its mark from before it is read."""
    visitor = await visitor_of(request, conn)
    if visitor is None:
        raise SignInFirst
    if request.method == "GET":
        request.state.mark = await mark(conn, visitor)
    return visitor


async def customer_of(request: Request, conn: Connection) -> tuple[Visitor, UUID]:
    """Who is signed in, with the customer that they are. Raises SignInFirst without either."""
    visitor = await signed_in(request, conn)
    if visitor.customer_id is None:
        raise SignInFirst
    return visitor, visitor.customer_id


async def let_in(
    request: Request, conn: Connection, profile_id: UUID, began_with: BeganWith, before: Visitor | None
) -> str:
    """Begin a session in this browser in place of the one before, and return its cookie's value."""
    if before is not None:
        await accounts.end(conn, before.profile_id, before.session_id)
    return await accounts.begin(conn, profile_id, browser_of(request), began_with)


async def limit(request: Request, what: What, by: str | None = None) -> None:
    """Count one try, by the browser's address or whatever `by` names. Raises Trouble when it is too many."""
    website = website_of(request)
    most, per = LIMITS[what]
    async with website.begin() as conn:
        is_allowed = await accounts.allows(
            conn, website.site, what, by or address_of(request), most=most, per=per
        )
    if not is_allowed:
        raise TOO_OFTEN


def go(address: str) -> RedirectResponse:
    """On to a page of ours."""
    return RedirectResponse(address, 303)


def go_in(request: Request, token: str, address: str) -> Response:
    """On to a page of ours, signed in."""
    response = go(address)
    set_cookie(response, website_of(request), token)
    return response
