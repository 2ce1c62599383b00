"""A message out through the gateway: a phone number and text, and what is known about it after the call.

No id of ours comes back on its statuses, so that a call whose end we never heard stays unclear.
Described but not seen in use, and not used here: `/api/send/template` and `/api/send/media`.
"""

import httpx2
from pydantic import Field, ValidationError

from luminous.channels.calling import (
    Answer,
    call,
    is_address,
    is_phone,
    is_token,
    outcome_of_status,
    standard_wait,
)
from luminous.channels.gateway.menu import in_words
from luminous.channels.meta.content import check_content
from luminous.channels.meta.wire import ExternalId, Problem, Trimming, Wire
from luminous.errors import SendFailed, SettingsMissing
from luminous.messages import CAPABILITIES, Content, Outgoing
from luminous.text import clean_text

LONGEST_REASON = 300


class Accepted(Wire):
    """The part of an answer that says which id the message got."""

    class Data(Wire):
        class Message(Wire):
            id: ExternalId

        messages: list[Message] = Field(min_length=1)

    data: Data


class Refusal(Wire):
    """The part of any other answer that says why, as far as somebody guesses it."""

    error: Trimming[Problem | str] = None
    message: Trimming[str] = None


class GatewayChannel:
    """One account at the gateway. The client is the caller's, who also closes it."""

    capabilities = CAPABILITIES["gateway"]

    def __init__(self, client: httpx2.AsyncClient, *, url: str, key: str) -> None:
        """`url` without `/api/send`. Raises SettingsMissing for settings that cannot make a call."""
        if not is_address(url):
            raise SettingsMissing("GATEWAY_URL is not an address like https://gateway.example.")
        if not is_token(key):
            raise SettingsMissing("GATEWAY_KEY is empty or has spaces: copy it again, in one line.")
        self._client = client
        self._url = url.rstrip("/") + "/api/send"
        self._key = key

    async def send(self, message: Outgoing) -> str:
        """Send it and return the gateway's id for it. Takes at most ten seconds; raises SendFailed.

        What it quotes is left out: the gateway cannot quote.
        """
        phone, text = _phone(message), in_words(message.content)
        if wrong := check_content(Content(text)):
            raise SendFailed(wrong, "refused")
        answer = await call(
            self._client, "The gateway", self._url, self._key, {"phone": phone, "message": text}
        )
        if not answer.is_accepted:
            raise _failure(answer, self._key)
        try:
            return Accepted.model_validate_json(answer.body).data.messages[0].id
        except ValidationError as error:
            raise _failure(answer, self._key, "The gateway's answer names no message.") from error


def _phone(message: Outgoing) -> str:
    if message.to is None:
        raise SendFailed(
            "This person hides their number, and the gateway reaches phone numbers only.", "refused"
        )
    if not is_phone(message.to):
        raise SendFailed("The address is not + and a number.", "refused")
    return message.to


def _failure(answer: Answer, key: str, what: str = "") -> SendFailed:
    """What an answer means by its HTTP status; the reason never contains the key or a whole number."""
    said = _why(answer.body).replace(key, "…")
    reason = " ".join(filter(None, (what, f"HTTP {answer.status}:", said or "without an explanation")))
    return SendFailed(
        clean_text(reason, LONGEST_REASON),
        outcome_of_status(answer.status),
        retry_after=standard_wait(answer.headers),
        answered=True,
    )


def _why(body: bytes) -> str:
    try:
        refusal = Refusal.model_validate_json(body)
    except ValidationError:
        return ""
    said = refusal.error if isinstance(refusal.error, Problem) else Problem(message=refusal.error)
    return said.sentence() or Problem(message=refusal.message).sentence()
