"""A message out: its file uploaded if it has one, then one call of the Graph API, and what is known after it.

The API knows no idempotency key, so that every doubt is told as `unclear` and never sent again from
here. Our row's id travels as `biz_opaque_callback_data` and comes back on every status.
"""

from urllib.parse import quote

import httpx2
from pydantic import Field, ValidationError

from luminous.channels.calling import call, is_address, is_phone, is_token
from luminous.channels.meta.content import body_of, body_of_template, check_content, check_template
from luminous.channels.meta.failures import failure
from luminous.channels.meta.payload import CALLBACK_PREFIX
from luminous.channels.meta.upload import Uploaded, upload_file
from luminous.channels.meta.wire import ExternalId, Wire
from luminous.errors import SendFailed, SettingsMissing
from luminous.messages import CAPABILITIES, Outgoing
from luminous.text import Json


class Accepted(Wire):
    """The part of an answer that says which id the message got."""

    class Message(Wire):
        id: ExternalId

    messages: list[Message] = Field(min_length=1)


class MetaChannel:
    """The Cloud API of one access token. The client is the caller's, who also closes it."""

    capabilities = CAPABILITIES["meta"]

    def __init__(
        self, client: httpx2.AsyncClient, *, api_url: str, access_token: str, default_number_id: str
    ) -> None:
        """`api_url` with its version. Raises SettingsMissing for settings that cannot make a call."""
        if not is_address(api_url):
            raise SettingsMissing("WHATSAPP_API_URL is not an address like https://graph.facebook.com/v26.0.")
        if not is_token(access_token):
            raise SettingsMissing("WHATSAPP_ACCESS_TOKEN is empty or has spaces: copy it again, in one line.")
        self._client = client
        self._api_url = api_url.rstrip("/")
        self._token = access_token
        self._default_number_id = default_number_id

    async def send(self, message: Outgoing) -> str:
        """Send it and return Meta's id for it (wamid). Raises SendFailed.

        Takes at most ten seconds, and with a file half a minute more.
        """
        if wrong := check_template(message.template) if message.template else check_content(message.content):
            raise SendFailed(wrong, "refused")
        address = _address(message)
        number_url = self._number_url(message.business_number_id)
        file = await self._uploaded(number_url, message)
        request = {**address, **_request(message, file)}
        answer = await call(self._client, "WhatsApp", f"{number_url}/messages", self._token, request)
        if not answer.is_accepted:
            raise failure(answer.status, answer.headers, answer.body, self._token)
        try:
            return Accepted.model_validate_json(answer.body).messages[0].id
        except ValidationError as error:
            raise SendFailed("WhatsApp's answer names no message.", "unclear") from error

    async def mark_read(self, business_number_id: str, external_id: str, *, is_typing: bool) -> None:
        """Blue ticks on the message and those before it; is_typing: and “typing”, for 25 seconds at most.

        Raises SendFailed. Possible for 30 days (WhatsApp Cloud API, typing indicators).
        """
        request: dict[str, Json] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": external_id,
        }
        if is_typing:
            request["typing_indicator"] = {"type": "text"}
        url = f"{self._number_url(business_number_id)}/messages"
        answer = await call(self._client, "WhatsApp", url, self._token, request)
        if not answer.is_accepted:
            raise failure(answer.status, answer.headers, answer.body, self._token)

    def _number_url(self, business_number_id: str) -> str:
        return f"{self._api_url}/{quote(business_number_id or self._default_number_id, safe='')}"

    async def _uploaded(self, number_url: str, message: Outgoing) -> Uploaded | None:
        attachment = message.content.attachment
        if attachment is None or message.template:
            return None
        if message.file is None:
            raise SendFailed("The message came without its file.", "refused")
        return await upload_file(self._client, number_url, self._token, attachment, message.file)


def _request(message: Outgoing, file: Uploaded | None) -> dict[str, Json]:
    request: dict[str, Json] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": f"{CALLBACK_PREFIX}{message.id}",
        **(body_of_template(message.template) if message.template else body_of(message.content, file)),
    }
    if message.quoted_id:
        request["context"] = {"message_id": message.quoted_id}
    return request


def _address(message: Outgoing) -> dict[str, Json]:
    """Only one of the two: a user id in `to` is accepted by Meta and then dropped."""
    if message.to:
        if not is_phone(message.to):  # without the plus, Meta adds the shop's own country code
            raise SendFailed("The address is not + and a number.", "refused")
        return {"to": message.to}
    if message.recipient:
        return {"recipient": message.recipient}
    raise SendFailed("The message has no address.", "refused")
