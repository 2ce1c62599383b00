"""A message out: one call of the Graph API, and what is known about the message after it.

The API knows no idempotency key, so that every doubt is told as `unclear` and never sent again from
here. Our row's id travels as `biz_opaque_callback_data` and comes back on every status.
"""

import asyncio
import re
from urllib.parse import quote

import httpx2
from pydantic import Field, ValidationError

from luminous.channels.meta.content import body_of, check_content
from luminous.channels.meta.failures import failure
from luminous.channels.meta.payload import CALLBACK_PREFIX
from luminous.channels.meta.wire import ExternalId, Wire
from luminous.errors import SendFailed, SettingsMissing
from luminous.messages import Outgoing
from luminous.text import Json, clean_json

LONGEST_CALL_SECONDS = 10.0  # below every lease on an owed message
# Pool, connection and TLS together stay below the whole, so that when the whole has run out the
# request was on its way.
_TIMEOUT = httpx2.Timeout(LONGEST_CALL_SECONDS, connect=3.0, pool=2.0)
_LARGEST_ANSWER = 65_536  # bytes; Meta's answers have some hundreds

_TOKEN = re.compile(r"[\x21-\x7e]+")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)

# Nothing of the request had left when these are raised.
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class Accepted(Wire):
    """The part of an answer that says which id the message got."""

    class Message(Wire):
        id: ExternalId

    messages: list[Message] = Field(min_length=1)


class MetaChannel:
    """The Cloud API of one access token. The client is the caller's, who also closes it."""

    def __init__(
        self, client: httpx2.AsyncClient, *, api_url: str, access_token: str, default_number_id: str
    ) -> None:
        """`api_url` with its version. Raises SettingsMissing for settings that cannot make a call."""
        if not _is_address(api_url):
            raise SettingsMissing("WHATSAPP_API_URL is not an address like https://graph.facebook.com/v26.0.")
        if not _TOKEN.fullmatch(access_token):
            raise SettingsMissing("WHATSAPP_ACCESS_TOKEN is empty or has spaces: copy it again, in one line.")
        self._client = client
        self._api_url = api_url.rstrip("/")
        self._token = access_token
        self._default_number_id = default_number_id

    async def send(self, message: Outgoing) -> str:
        """Send it and return Meta's id for it (wamid). Takes at most ten seconds; raises SendFailed."""
        if wrong := check_content(message.content):
            raise SendFailed(wrong, "refused")
        number_id = quote(message.business_number_id or self._default_number_id, safe="")
        status, headers, answer = await self._post(f"{self._api_url}/{number_id}/messages", _request(message))
        if not 200 <= status < 300:
            raise failure(status, headers, answer, self._token)
        try:
            return Accepted.model_validate_json(answer).messages[0].id
        except ValidationError as error:
            raise SendFailed("WhatsApp's answer names no message.", "unclear") from error

    async def _post(self, url: str, request: Json) -> tuple[int, dict[str, str], bytes]:
        try:
            async with asyncio.timeout(LONGEST_CALL_SECONDS):
                return await self._exchange(url, request)
        except _NEVER_SENT as error:
            raise SendFailed(f"WhatsApp cannot be reached ({_name(error)}).", "not_sent") from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise SendFailed(f"WhatsApp did not answer ({_name(error)}).", "unclear") from error

    async def _exchange(self, url: str, request: Json) -> tuple[int, dict[str, str], bytes]:
        async with self._client.stream(
            "POST",
            url,
            content=clean_json(request).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            timeout=_TIMEOUT,
            follow_redirects=False,  # the token goes to nobody else
        ) as response:
            answer = bytearray()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > _LARGEST_ANSWER:
                    break
            return response.status_code, dict(response.headers), bytes(answer)


def _is_address(url: str) -> bool:
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return address.scheme in ("http", "https") and bool(address.host) and 0 < (address.port or 443) < 65_536


def _request(message: Outgoing) -> dict[str, Json]:
    request: dict[str, Json] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": f"{CALLBACK_PREFIX}{message.id}",
        **_address(message),
        **body_of(message.content),
    }
    if message.quoted_id:
        request["context"] = {"message_id": message.quoted_id}
    return request


def _address(message: Outgoing) -> dict[str, Json]:
    """Only one of the two: a user id in `to` is accepted by Meta and then dropped."""
    if message.to:
        if not _PHONE.fullmatch(message.to):  # without the plus, Meta adds the shop's own country code
            raise SendFailed("The address is not + and a number.", "refused")
        return {"to": message.to}
    if message.recipient:
        return {"recipient": message.recipient}
    raise SendFailed("The message has no address.", "refused")


def _name(error: Exception) -> str:
    return type(error).__name__
