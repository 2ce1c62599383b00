"""What every page goes through: whose site the request comes from, headers, and trouble as a page."""

from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import SplitResult, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from luminous.errors import is_retryable
from luminous.log import log
from luminous.website.settings import Website
from luminous.website.view import page

LARGEST_FORM = 65_536
SAFE = ("GET", "HEAD")

# `same-origin` and not `no-referrer`: with that a browser says `Origin: null` on our own forms.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HTTPS_ALONE = "max-age=63072000; includeSubDomains"


class Trouble(Exception):
    """Something that the person has to be told on a page of its own."""

    def __init__(self, status: int, title: str, sentence: str) -> None:
        super().__init__(title)
        self.status, self.title, self.sentence = status, title, sentence


class SignInFirst(Exception):
    """The page is for somebody who is signed in."""


NOT_FOUND = Trouble(
    404,
    "This page is not here",
    "The address may be mistyped, or what was here is gone or belongs to another account.",
)
ELSEWHERE = Trouble(
    403,
    "That did not come from this site",
    "For your safety we only do what was asked on our own pages. Open the page again and press once more.",
)
AWAY = Trouble(
    503,
    "We cannot reach our records right now",
    "Nothing is lost, and nothing was changed. Please try again in a minute.",
)
TOO_LARGE = Trouble(413, "That is too much at once", "Please send a shorter text.")
NOT_READABLE = Trouble(
    400, "Something in the form is missing", "Look over what you wrote, and send it again."
)
TOO_OFTEN = Trouble(429, "That was tried very often", "Please wait a few minutes, then try again.")


def website_of(request: Request) -> Website:
    """The website that this request is for."""
    return cast("Website", request.app.state.website)


class Page(APIRoute):
    """A route whose answer has the headers, and whose trouble is a page."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # pyright: ignore[reportIncompatibleMethodOverride] - the same in fewer words
        handle = super().get_route_handler()

        async def handle_as_page(request: Request) -> Response:
            website = website_of(request)
            try:
                check_origin(request, website)
                check_size(request)
                response = await handle(request)
            except SignInFirst:
                response = RedirectResponse("/account/sign-in", 303)
            except Trouble as trouble:
                response = await trouble_page(request, trouble)
            except RequestValidationError:
                response = await trouble_page(request, NOT_READABLE)
            except HTTPException as error:
                response = await trouble_page(
                    request, NOT_FOUND if error.status_code == 404 else NOT_READABLE
                )
            except Exception as error:
                if not is_retryable(error):
                    raise
                response = await trouble_page(request, AWAY)
            return with_headers(response, website)

        return handle_as_page


def check_origin(request: Request, website: Website) -> None:
    """Refuse what another site makes a browser send. Raises Trouble.

    Sec-Fetch-Site says it; a browser from before it says Origin. Neither: it is no form of ours.
    """
    if request.method in SAFE:
        return
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        is_ours = fetched_from == "same-origin"
    else:
        is_ours = place_of_ours(website, request.headers.get("origin", "")) is not None
    if not is_ours:
        log.warning("refused another site's request", path=request.url.path)
        raise ELSEWHERE


def check_size(request: Request) -> None:
    """Refuse a form that is too large, or does not say how large it is. Raises Trouble."""
    if request.method in SAFE:
        return
    length = request.headers.get("content-length", "0" if "transfer-encoding" not in request.headers else "")
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise TOO_LARGE


async def trouble_page(request: Request, trouble: Trouble) -> Response:
    """The page that says what happened and what to do."""
    return page(
        request,
        "trouble.html",
        status=trouble.status,
        title=trouble.title,
        sentence=trouble.sentence,
        back=form_of(request),
        visitor=None,
    )


def form_of(request: Request) -> str | None:
    """The page of ours whose form was sent; None where none was, or the browser does not say."""
    came_from = place_of_ours(website_of(request), request.headers.get("referer", ""))
    if came_from is None or request.method in SAFE:
        return None
    return f"{came_from.scheme}://{came_from.netloc}{came_from.path}"


def place_of_ours(website: Website, address: str) -> SplitResult | None:
    """The parts of an address of this site; None for another's, and for what is no address."""
    ours = urlsplit(website.site.url)
    try:
        given = urlsplit(address)
    except ValueError:
        return None
    return given if (given.scheme, given.netloc) == (ours.scheme, ours.netloc) else None


def with_headers(response: Response, website: Website) -> Response:
    """The answer with everything that keeps it to its page."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if website.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ALONE)
    return response


def set_cookie(response: Response, website: Website, token: str) -> None:
    """Sign this browser in."""
    response.set_cookie(
        website.cookie,
        token,
        max_age=30 * 86_400,
        path="/",
        secure=website.is_secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, website: Website) -> None:
    """Sign this browser out."""
    response.delete_cookie(website.cookie, path="/", secure=website.is_secure, httponly=True, samesite="lax")
