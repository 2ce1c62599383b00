"""A file that a customer sent, fetched from Meta in two steps: its short-lived address, then its bytes.

The address comes from outside, and the token goes with it: it must be one of Meta's own, and no redirect
is followed. An id ends after seven days, an address after five minutes (WhatsApp Cloud API, media).
"""

import asyncio
import re

import httpx2
from pydantic import ValidationError

from luminous.channels.calling import is_address, is_token
from luminous.channels.meta.failures import failure
from luminous.channels.meta.wire import Trimming, Wire
from luminous.errors import FetchFailed, FetchOutcome, SendOutcome, SettingsMissing
from luminous.fetching import Fetched

SECONDS = 90.0  # below the lease on a file
TIMEOUT = httpx2.Timeout(20.0, connect=3.0, pool=5.0)
_LARGEST_ANSWER = 65_536  # bytes of a description; it has some hundreds
_ID = re.compile(r"[0-9A-Za-z_-]{1,128}", re.ASCII)
_HEX_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_GONE = "WhatsApp has the file no longer: it keeps one for seven days. Ask for it again."
_UNKNOWN_OBJECT = (33, 100)  # it was there, for the message was signed
_OUTCOMES: dict[SendOutcome, FetchOutcome] = {
    "not_sent": "later",
    "unclear": "later",
    "held": "held",
    "refused": "refused",
}


class _Described(Wire):
    url: str
    sha256: Trimming[str] = None
    file_size: Trimming[int] = None


class MetaMedia:
    """The files of one access token. The client is the caller's, who also closes it.

    origins: where bytes may come from, as `https://host`; `https://*.host` is any host below that one.
    """

    def __init__(
        self, client: httpx2.AsyncClient, *, api_url: str, access_token: str, origins: frozenset[str]
    ) -> None:
        """`api_url` with its version. Raises SettingsMissing for settings that cannot make a call."""
        if not is_address(api_url) or not is_token(access_token):
            raise SettingsMissing("WHATSAPP_API_URL or WHATSAPP_ACCESS_TOKEN cannot make a call.")
        self._client = client
        self._api_url = api_url.rstrip("/")
        self._token = access_token
        self._origins = origins

    async def fetch(self, provider_id: str, *, at_most: int) -> Fetched:
        """The file. Raises FetchFailed."""
        if not _ID.fullmatch(provider_id):
            raise FetchFailed("The message names no file.", "refused")
        try:
            async with asyncio.timeout(SECONDS):
                described = await self._describe(provider_id)
                _check_size(described.file_size or 0, at_most)
                content = await self._download(described.url, at_most)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            raise FetchFailed(f"WhatsApp did not give the file ({type(error).__name__}).", "later") from error
        is_hex = described.sha256 and _HEX_SHA256.fullmatch(described.sha256)
        return Fetched(content, bytes.fromhex(described.sha256) if is_hex and described.sha256 else None)

    async def _describe(self, provider_id: str) -> _Described:
        status, headers, body = await self._get(f"{self._api_url}/{provider_id}", _LARGEST_ANSWER)
        if status != 200:
            failed = failure(status, headers, body, self._token)
            if failed.code in _UNKNOWN_OBJECT:
                raise FetchFailed(_GONE, "expired")
            raise FetchFailed(failed.reason, _OUTCOMES.get(failed.outcome, "later"))
        try:
            return _Described.model_validate_json(body)
        except ValidationError as error:
            raise FetchFailed("WhatsApp's answer names no address of the file.", "later") from error

    async def _download(self, url: str, at_most: int) -> bytes:
        if not self._is_allowed(url):
            raise FetchFailed("The file's address is none of WhatsApp's.", "refused")
        status, headers, content = await self._get(url, at_most)
        if 300 <= status < 400:
            raise FetchFailed("The file's address leads elsewhere.", "refused")
        if status != 200:  # also 404: the address has ended, and the next attempt gets another
            raise FetchFailed(f"WhatsApp did not give the file (HTTP {status}).", "later")
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise FetchFailed("The file came packed.", "refused")
        return content

    async def _get(self, url: str, at_most: int) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body, as the bytes came. Raises FetchFailed for a body that is too long."""
        async with self._client.stream(
            "GET",
            url,
            headers={"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"},
            timeout=TIMEOUT,
            follow_redirects=False,
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                _check_size(len(body), at_most)
            return response.status_code, dict(response.headers), bytes(body)

    def _is_allowed(self, address: str) -> bool:
        try:
            url = httpx2.URL(address)
        except httpx2.InvalidURL:
            return False
        if url.userinfo or not url.host:
            return False
        origin = f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")
        above = f"{url.scheme}://*.{url.host.partition('.')[2]}"
        return origin in self._origins or (not url.port and self._is_below(above))

    def _is_below(self, above: str) -> bool:
        """Whether this or any wider `scheme://*.host` is allowed."""
        scheme, _, host = above.partition("://*.")
        parts = host.split(".")
        return any(f"{scheme}://*.{'.'.join(parts[n:])}" in self._origins for n in range(len(parts) - 1))


def _check_size(size: int, at_most: int) -> None:
    if size > at_most:
        raise FetchFailed(f"The file is larger than {at_most // 1024} KB, the most for its kind.", "refused")
