"""What every call passes first: an id, a size, a token, a rate. What fails here reaches no route."""

import re
import secrets
from collections.abc import Callable
from time import monotonic, perf_counter
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luminous.api import tokens
from luminous.api.problems import Problem, as_problem
from luminous.api.tokens import Bearer
from luminous.db import Begin
from luminous.log import log

MAX_BYTES = 65_536
OPEN_TO_ALL = ("/openapi.json", "/docs", "/docs.css")
CLIENTS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Rate:
    """So many calls a minute for each token, saved up for one minute. Each process counts for itself."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_minute = per_minute
        self.clock = clock
        self.left: dict[UUID, tuple[float, float]] = {}  # how many, at which time

    def take(self, token_id: UUID) -> float:
        """Count one call. Returns 0 when it may be made, else after how many seconds one may."""
        now = self.clock()
        left, at = self.left.get(token_id, (self.per_minute, now))
        left = min(self.per_minute, left + (now - at) * self.per_minute / 60)
        if left < 1:
            return (1 - left) * 60 / self.per_minute
        self.left[token_id] = (left - 1, now)
        return 0


class Gate:
    """ASGI around the API. Routes find `request_id`, `bearer` and the whole body in the scope."""

    def __init__(self, app: ASGIApp, begin: Begin, rate: Rate) -> None:
        self.app = app
        self.begin = begin
        self.rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, answered = perf_counter(), 0
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if CLIENTS_ID.fullmatch(asked) else secrets.token_hex(8)
        scope["request_id"] = request_id

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            body = await whole_body(scope, receive)
            if own_path(scope) not in OPEN_TO_ALL:
                scope["bearer"] = await self.let_in(scope)
            scope["body"] = body
            await self.app(scope, _again(body, receive), answer)
        except Exception as error:  # the door's own: what happened is said as a problem
            if answered:
                raise
            await as_problem(error, request_id)(scope, receive, answer)
        bearer: Bearer | None = scope.get("bearer")
        log.info(
            "api",
            request_id=request_id,
            method=scope["method"],
            route=getattr(scope.get("route"), "path", None),
            status=answered,
            token_id=bearer and str(bearer.id),
            ms=round((perf_counter() - start) * 1000, 1),
        )

    async def let_in(self, scope: Scope) -> Bearer:
        """Who calls. Raises Problem 401 and 429."""
        kind, _, secret = Headers(scope=scope).get("authorization", "").partition(" ")
        bearer = None
        if kind.lower() == "bearer" and secret.strip():
            async with self.begin() as conn:
                bearer = await tokens.bearer_of(conn, secret.strip())
        if bearer is None:
            raise Problem(
                401,
                "Send a live token: `Authorization: Bearer lum_…`. `luminous tokens create` makes one.",
                {"www-authenticate": 'Bearer realm="luminous"'},
            )
        seconds = self.rate.take(bearer.id)
        if seconds:
            raise Problem(
                429,
                f"More than {self.rate.per_minute} calls a minute. Wait, then ask again.",
                {"retry-after": str(int(seconds) + 1)},
            )
        return bearer


def own_path(scope: Scope) -> str:
    """The path below the place where the API is mounted."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


async def whole_body(scope: Scope, receive: Receive) -> bytes:
    """The request's body. Raises Problem 413 as soon as it is too large, whatever Content-Length said."""
    declared = Headers(scope=scope).get("content-length", "")
    body, more = bytearray(), not (declared.isdecimal() and int(declared[:20]) > MAX_BYTES)
    too_large = not more
    while more and not too_large:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
        too_large = len(body) > MAX_BYTES
    if too_large:
        raise Problem(413, f"A request has at most {MAX_BYTES:,} bytes.", {"connection": "close"})
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body as it came, then whatever else comes."""
    told = False

    async def once() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


SAFE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
