"""MTN MoMo as a payment provider: ask a wallet to pay, and look how that stands.

The reference (X-Reference-Id) is the id of the charge at MTN: the same one twice is answered 409, so that
a call in doubt can be made again. Nothing here waits longer than half a minute.
"""

import asyncio
import base64
from contextlib import suppress
from time import monotonic
from uuid import UUID

import httpx2
from pydantic import ValidationError

from luminous.charges import Charge, ChargeFailed, Standing
from luminous.providers.momo.account import Account
from luminous.providers.momo.wire import (
    ALREADY_THERE,
    REASONS,
    REFUSALS,
    Problem,
    Result,
    Token,
    request_of,
    standing_of,
)
from luminous.text import clean_json

LONGEST_CALL_SECONDS = 10.0
LONGEST_WHOLE_SECONDS = 25.0  # token, call, and both again with a new token: below every lease on a payment
RENEWED_BEFORE_SECONDS = 60.0  # a token is not used in the last minute of its hour
TIMEOUT = httpx2.Timeout(LONGEST_CALL_SECONDS, connect=3.0, pool=2.0)


class MomoCollections:
    """The Collections product of one account. The client is the caller's, who also closes it."""

    def __init__(self, client: httpx2.AsyncClient, account: Account) -> None:
        self._client = client
        self._account = account
        self._token = ""
        self._token_until = 0.0  # on the monotonic clock
        self._renewing = asyncio.Lock()

    async def request(self, charge: Charge) -> None:
        """Ask the payer. Returns when MTN has the charge, whether from this call or an earlier one.

        Raises ChargeFailed.
        """
        if charge.currency != self._account.currency:
            raise ChargeFailed(f"MTN MoMo takes {self._account.currency} here.", refused="provider")
        headers = {"X-Reference-Id": str(charge.reference)}
        if self._account.callback_url:
            headers["X-Callback-Url"] = f"{self._account.callback_url}/{charge.reference}"
        body = clean_json(request_of(charge, self._account)).encode()
        response = await self._called("POST", "/v1_0/requesttopay", headers, body)
        code = _problem(response)
        is_there_already = response.status_code == 409 and code in (None, ALREADY_THERE)
        if response.status_code == 202 or is_there_already:
            return
        is_refused = response.status_code == 400 or code in REFUSALS
        because = REASONS.get(code or "", "provider") if is_refused else None
        raise ChargeFailed(_said(response, code), refused=because, code=code)

    async def look(self, reference: UUID) -> Standing:
        """How the charge stands. Raises ChargeFailed when that cannot be learnt now."""
        response = await self._called("GET", f"/v1_0/requesttopay/{reference}", {})
        if response.status_code == 404:
            if _problem(response) in (None, "RESOURCE_NOT_FOUND"):
                return Standing("absent")
        elif response.status_code == 200:
            with suppress(ValidationError):
                return standing_of(Result.model_validate_json(response.content), self._account)
        raise ChargeFailed(_said(response, _problem(response)))

    async def _called(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> httpx2.Response:
        """Call with a token; once more with a new one when MTN knows this one no longer."""
        try:
            async with asyncio.timeout(LONGEST_WHOLE_SECONDS):
                token = await self._current_token()
                response = await self._exchange(method, path, headers | _bearer(token), body)
                if response.status_code != 401:
                    return response
                if self._token == token:  # nobody has renewed it meanwhile
                    self._token_until = 0.0
                token = await self._current_token()
                return await self._exchange(method, path, headers | _bearer(token), body)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise ChargeFailed(f"MTN MoMo did not answer ({type(error).__name__}).") from error

    async def _current_token(self) -> str:
        async with self._renewing:
            if monotonic() >= self._token_until:
                pair = f"{self._account.api_user}:{self._account.api_key}".encode()
                basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
                response = await self._exchange("POST", "/token/", basic, b"")
                try:
                    token = Token.model_validate_json(response.content)
                except ValidationError as error:
                    raise ChargeFailed(
                        f"MTN MoMo gave no token (HTTP {response.status_code}): are MOMO_API_USER, "
                        "MOMO_API_KEY and MOMO_SUBSCRIPTION_KEY right?"
                    ) from error
                self._token = token.access_token
                self._token_until = monotonic() + token.expires_in - RENEWED_BEFORE_SECONDS
            return self._token

    async def _exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx2.Response:
        return await self._client.request(
            method,
            self._account.base + path,
            content=body or None,
            headers={
                "Ocp-Apim-Subscription-Key": self._account.subscription_key,
                "X-Target-Environment": self._account.environment,
                "Content-Type": "application/json",
                **headers,
            },
            timeout=TIMEOUT,
            follow_redirects=False,  # keys and tokens go to nobody else
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _problem(response: httpx2.Response) -> str | None:
    try:
        return Problem.model_validate_json(response.content).code
    except ValidationError:
        return None


def _said(response: httpx2.Response, code: str | None) -> str:
    return f"MTN MoMo answered HTTP {response.status_code}{f' {code}' if code else ''}."
