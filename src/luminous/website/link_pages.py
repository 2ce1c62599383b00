"""The page behind a magic link. Opening it, however often and by whatever machine, changes nothing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from luminous import accounts
from luminous.accounts import Link
from luminous.db import Connection
from luminous.website.door import Page, website_of
from luminous.website.entering import Choice, Entered, enter, is_in_the_way, named
from luminous.website.view import page
from luminous.website.visitors import go, go_in, limit, visitor_of

router = APIRouter(route_class=Page, include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]


@router.api_route("/l", methods=["GET", "HEAD"])
@router.api_route("/l/{handle}", methods=["GET", "HEAD"])
async def open_link(request: Request, handle: str = "") -> HTMLResponse:
    """The same page for every link, living, dead or made up: what is behind the `#` never arrives here."""
    return page(request, "link.html", visitor=None, handle=accounts.plain_code(handle))


@router.post("/l/peek")
async def peek(request: Request, token: Text) -> HTMLResponse:
    """The piece that names the account, for the script of the page. It changes nothing."""
    await limit(request, "look at a link")
    async with website_of(request).begin() as conn:
        link = await accounts.look(conn, token)
        if link is None:
            return page(request, "link_dead.html", visitor=None)
        return await _ask(request, conn, link, "link_found.html", token=token)


@router.post("/l/code")
async def look_at_code(request: Request, code: Text, handle: Text = "") -> HTMLResponse:
    """The page that names the account, for whoever typed the code of the message."""
    await limit(request, "try a code")
    website = website_of(request)
    async with website.begin() as conn:
        link = await accounts.look_by_code(conn, website.site, handle, code)
        if link is None or link.purpose == "connect":
            return page(
                request,
                "link.html",
                visitor=None,
                handle=accounts.plain_code(handle),
                is_wrong=True,
                status=422,
            )
        return await _ask(request, conn, link, "link_page.html", handle=handle, code=code)


@router.post("/l")
async def press(
    request: Request,
    token: Text = "",
    handle: Text = "",
    code: Text = "",
    choice: Annotated[Choice, Form()] = "",
) -> Response:
    """The press: the link is used up, and whoever pressed is in."""
    await limit(request, "try a code")
    website = website_of(request)
    async with website.begin() as conn:
        visitor = await visitor_of(request, conn)
        link = await _find(conn, request, token, handle, code)
        entered = Entered("dead") if link is None else await enter(request, conn, link, visitor, choice)
        if link is not None and entered.outcome in ("ask", "elsewhere"):
            return await _ask(request, conn, link, "link_page.html", token=token, handle=handle, code=code)
    if entered.outcome == "dead":
        return page(request, "link_gone.html", visitor=None, status=410)
    website.ring()
    return go_in(request, entered.cookie, entered.address) if entered.cookie else go(entered.address)


async def _find(conn: Connection, request: Request, token: str, handle: str, code: str) -> Link | None:
    if token:
        return await accounts.look(conn, token)
    link = await accounts.look_by_code(conn, website_of(request).site, handle, code)
    return None if link is None or link.purpose == "connect" else link


async def _ask(
    request: Request,
    conn: Connection,
    link: Link,
    template: Literal["link_found.html", "link_page.html"],
    *,
    token: str = "",
    handle: str = "",
    code: str = "",
) -> HTMLResponse:
    """Name the account, and ask for the press; or say whose session stands in the way."""
    visitor = await visitor_of(request, conn)
    is_elsewhere = link.profile_id is not None and (visitor is None or visitor.profile_id != link.profile_id)
    return page(
        request,
        template,
        visitor=visitor,
        link=link,
        account=await named(conn, link),
        token=token,
        handle=handle,
        code=code,
        is_elsewhere=is_elsewhere,
        is_in_the_way=await is_in_the_way(conn, link, visitor),
    )
