"""Everything of the website, added to the application."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException

from luminous.stopping import when_stopped
from luminous.website import (
    account,
    details,
    front,
    link_pages,
    live,
    orders,
    paid,
    privacy,
    quotations,
    sign_in,
)
from luminous.website.door import NOT_FOUND, trouble_page, with_headers
from luminous.website.settings import Website
from luminous.website.static_files import static_files

FOR_PROGRAMS = ("/api/", "/webhooks/", "/simulator", "/static/", "/metrics", "/healthz", "/readyz")


def mount(app: FastAPI, website: Website) -> AbstractAsyncContextManager[None]:
    """Add the website's routes; what is returned ends its streams when the server stops."""
    app.state.website = website
    for pages in (front, link_pages, sign_in, account, quotations, orders, paid, details, privacy, live):
        app.router.routes += pages.router.routes  # as they are: to include them would make each one anew
    app.router.routes.append(static_files())
    app.add_exception_handler(HTTPException, _as_page)
    return _alive(website)


@asynccontextmanager
async def _alive(website: Website) -> AsyncGenerator[None]:
    with when_stopped(website.closing.set):
        yield
    website.closing.set()


async def _as_page(request: Request, error: Exception) -> Response:
    """An address that nobody knows is a page for people, and JSON for programs."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code not in (404, 405) or request.url.path.startswith(FOR_PROGRAMS):
        return await http_exception_handler(request, error)
    return with_headers(await trouble_page(request, NOT_FOUND), request.app.state.website)
