"""What everybody sees: the front page of the shop, its privacy notice, and what crawlers are told."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from luminous.subscriptions import plans_on_show
from luminous.website.door import Page, website_of
from luminous.website.view import page
from luminous.website.visitors import visitor_of

router = APIRouter(route_class=Page, include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def front(request: Request) -> HTMLResponse:
    """What the shop does, what it costs, and how to begin."""
    async with website_of(request).begin() as conn:
        visitor = await visitor_of(request, conn)
        plans = await plans_on_show(conn)
    return page(request, "front.html", visitor=visitor, plans=plans)


@router.api_route("/privacy", methods=["GET", "HEAD"])
async def notice(request: Request) -> HTMLResponse:
    """What we keep of whom, for how long, and what everybody may ask."""
    async with website_of(request).begin() as conn:
        visitor = await visitor_of(request, conn)
    return page(request, "notice.html", visitor=visitor)


@router.get("/robots.txt")
async def robots(request: Request) -> PlainTextResponse:
    """Accounts and links are not for search engines."""
    return PlainTextResponse(
        "User-agent: *\nDisallow: /account\nDisallow: /l\nDisallow: /webhooks\nDisallow: /api\n"
    )
