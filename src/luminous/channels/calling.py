"""One call to a provider that sends messages, and what its HTTP answer alone says about the message.

No provider knows an idempotency key, so that every doubt is told as `unclear` and never called again
from here.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2

from luminous.errors import SendFailed, SendOutcome
from luminous.text import Json, clean_json

LONGEST_CALL_SECONDS = 10.0  # below every lease on an owed message
# Pool, connection and TLS together stay below the whole, so that when the whole has run out the
# request was on its way.
TIMEOUT = httpx2.Timeout(LONGEST_CALL_SECONDS, connect=3.0, pool=2.0)
LONGEST_UPLOAD_SECONDS = 30.0
UPLOAD_TIMEOUT = httpx2.Timeout(LONGEST_UPLOAD_SECONDS, connect=3.0, pool=2.0)
LONGEST_WAIT = timedelta(days=1)
_LARGEST_ANSWER = 1024 * 1024  # bytes; answers have some hundreds, a list of templates some ten thousand

# Nothing of the request had left when these are raised.
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)

_TOKEN = re.compile(r"[\x21-\x7e]+")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)

_BY_STATUS: dict[int, SendOutcome] = {
    401: "held",
    402: "held",  # the account is not paid
    403: "held",
    404: "held",  # an address that is not the provider's
    405: "held",
    407: "held",
    408: "unclear",
    425: "not_sent",
    429: "not_sent",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_accepted(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300


async def call(client: httpx2.AsyncClient, provider: str, url: str, token: str, request: Json) -> Answer:
    """POST a JSON request with a bearer token and return the answer, whatever its status.

    `provider` names it in a sentence. Takes at most ten seconds; raises SendFailed without an answer.
    """
    asked = client.build_request(
        "POST",
        url,
        content=clean_json(request).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=TIMEOUT,
    )
    return await _answer(client, provider, asked, LONGEST_CALL_SECONDS)


async def fetch(client: httpx2.AsyncClient, provider: str, url: str, token: str) -> Answer:
    """GET what stands there, in the same manner."""
    asked = client.build_request("GET", url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT)
    return await _answer(client, provider, asked, LONGEST_CALL_SECONDS)


async def upload(
    client: httpx2.AsyncClient,
    provider: str,
    url: str,
    token: str,
    fields: dict[str, str],
    file: tuple[str, bytes, str],
) -> Answer:
    """POST a form with one `file` (name, bytes, type); else as `call`. Takes at most half a minute."""
    asked = client.build_request(
        "POST",
        url,
        data=fields,
        files={"file": file},
        headers={"Authorization": f"Bearer {token}"},
        timeout=UPLOAD_TIMEOUT,
    )
    return await _answer(client, provider, asked, LONGEST_UPLOAD_SECONDS)


async def _answer(client: httpx2.AsyncClient, provider: str, asked: httpx2.Request, seconds: float) -> Answer:
    try:
        async with asyncio.timeout(seconds):
            # The token goes to nobody else: no redirect is followed.
            response = await client.send(asked, stream=True, follow_redirects=False)
            try:
                body = await _beginning(response)
                return Answer(response.status_code, dict(response.headers), body)
            finally:
                await response.aclose()
    except _NEVER_SENT as error:
        raise SendFailed(f"{provider} cannot be reached ({_name(error)}).", "not_sent") from error
    except (httpx2.HTTPError, TimeoutError) as error:
        raise SendFailed(f"{provider} did not answer ({_name(error)}).", "unclear") from error


async def _beginning(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            break
    return bytes(body)


def outcome_of_status(status: int) -> SendOutcome:
    """What an HTTP status says when nothing better does.

    5xx may have been sent, and so may 2xx that cannot be read; 3xx is somebody else's address.
    """
    if status >= 500 or status < 300:
        return "unclear"
    if status < 400:
        return "held"
    return _BY_STATUS.get(status, "refused")


def standard_wait(headers: dict[str, str]) -> timedelta | None:
    """`Retry-After`, seconds or a date (RFC 9110); at most a day. None when no wait is asked for."""
    wait = _retry_after(headers.get("retry-after", ""))
    return min(wait, LONGEST_WAIT) if wait and wait > timedelta() else None


def _retry_after(value: str) -> timedelta | None:
    if re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)


def is_address(url: str) -> bool:
    """Whether calls can go to this address."""
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return address.scheme in ("http", "https") and bool(address.host) and 0 < (address.port or 443) < 65_536


def is_token(text: str) -> bool:
    """Whether a header can carry this token."""
    return _TOKEN.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether a message can be addressed to this: + and a number with its country code."""
    return _PHONE.fullmatch(text) is not None


def _name(error: Exception) -> str:
    return type(error).__name__
