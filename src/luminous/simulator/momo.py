"""A fake MTN MoMo: what the shop calls to be paid, with the real API's answers, errors and habits.

`/simulator/momo/collection/token/`, `…/v1_0/requesttopay`, `…/v1_0/requesttopay/{reference}`. Source of the
behaviour: MTN MoMo API, product Collections, and its list of common errors.
"""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from luminous.simulator import wallets
from luminous.simulator.network import Network
from luminous.simulator.switches import strikes
from luminous.simulator.wallets import Asked, Charge, Said
from luminous.stopping import until_hung_up
from luminous.text import Json

ENVIRONMENT, CURRENCY = "mtnuganda", "UGX"
TOKEN_SECONDS = 3600
LONGEST_CALL = 64 * 1024  # bytes
NOTE = r"^[A-Za-z0-9 .,-]{0,160}$"  # an apostrophe is a 400
DONE = 204


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Body(Wire):
    """What MTN wants to be sent."""

    class Payer(Wire):
        party_id_type: Literal["MSISDN"]
        party_id: str = Field(pattern=r"^[1-9][0-9]{7,14}$")

    amount: str = Field(pattern=r"^[1-9][0-9]{0,11}$")
    currency: str
    external_id: str
    payer: Payer
    payer_message: str = Field(pattern=NOTE)
    payee_note: str = Field(pattern=NOTE)


@dataclass(slots=True)
class Gate:
    """Who may call, and until when, in Unix seconds."""

    network: Network
    tokens: dict[str, float] = field(default_factory=dict[str, float])

    def token(self, request: Request) -> Response:
        """A new token for who brings the user, its key and the subscription key."""
        keys = self.network.settings.momo
        basic = base64.b64encode(f"{keys.api_user}:{keys.api_key}".encode()).decode()
        if not (self._has_key(request) and _is(request, "authorization", f"Basic {basic}")):
            return JSONResponse({"error": "login_failed"}, 401)
        made = secrets.token_urlsafe(32)
        self.tokens[made] = self.network.now() + TOKEN_SECONDS
        return JSONResponse({"access_token": made, "token_type": "access_token", "expires_in": TOKEN_SECONDS})

    def refusal(self, request: Request) -> Response | None:
        """The answer to who may not call, or None."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._has_key(request) or self.tokens.get(bearer, 0) < self.network.now():
            return JSONResponse({"statusCode": 401, "message": "Access denied, invalid credentials."}, 401)
        is_here = _is(request, "x-target-environment", ENVIRONMENT)
        return None if is_here else _problem(500, "NOT_ALLOWED_TARGET_ENVIRONMENT")

    def _has_key(self, request: Request) -> bool:
        key = self.network.settings.momo.subscription_key
        return bool(key) and _is(request, "ocp-apim-subscription-key", key)


def routes(network: Network) -> APIRouter:
    """The routes of the fake MoMo API."""
    router = APIRouter(prefix="/simulator/momo/collection", include_in_schema=False)
    gate = Gate(network)

    @router.post("/token/")
    async def token(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        return gate.token(request)

    @router.post("/v1_0/requesttopay", max_body_size=LONGEST_CALL)
    async def request_to_pay(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        answer = gate.refusal(request) or _take(network, request, await request.body())
        if answer.status_code == 202 and strikes(network.store, "lost_request"):
            await until_hung_up(request, network.closing)
        return answer

    @router.get("/v1_0/requesttopay/{reference}")
    async def look(request: Request, reference: str) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        if answer := gate.refusal(request):
            return answer
        found = wallets.charge(network.store, reference)
        return JSONResponse(result_of(found)) if found else _problem(404, "RESOURCE_NOT_FOUND")

    return router


def wallet_routes(router: APIRouter, network: Network) -> None:
    """What the holder of a phone does with the prompt on it."""

    @router.post("/phones/{phone_id}/charges/{reference}/{said}")
    async def say(phone_id: int, reference: UUID, said: Said) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        found = wallets.charge(network.store, str(reference))
        if found is None or found.phone_id != phone_id:
            raise HTTPException(404)
        if not wallets.answer(network, str(reference), said):
            raise HTTPException(409, "This payment is over already.")
        return Response(status_code=DONE)


def _take(network: Network, request: Request, raw: bytes) -> Response:
    try:
        reference = UUID(request.headers.get("x-reference-id", ""))
        body = Body.model_validate_json(raw)
    except ValueError:
        return Response(status_code=400)
    if reference.version != 4:
        return Response(status_code=400)
    if body.currency != CURRENCY:
        return _problem(500, "INVALID_CURRENCY")
    asked = Asked(
        reference=str(reference),
        payer=body.payer.party_id,
        amount=body.amount,
        currency=body.currency,
        external_id=body.external_id,
        note=body.payer_message,
        callback_url=request.headers.get("x-callback-url", ""),
    )
    is_new = wallets.ask(network, asked)
    return Response(status_code=202) if is_new else _problem(409, "RESOURCE_ALREADY_EXIST")


def result_of(charge: Charge) -> dict[str, Json]:
    """How a charge stands, as MTN says it: to a look and in the callback alike."""
    said: dict[str, Json] = {
        "amount": charge.paid_amount or charge.amount,
        "currency": charge.currency,
        "externalId": charge.external_id,
        "payer": {"partyIdType": "MSISDN", "partyId": charge.payer},
        "payerMessage": charge.note,
        "payeeNote": charge.note,
        "status": charge.status,
    }
    if charge.transaction_id:
        said["financialTransactionId"] = charge.transaction_id
    if charge.reason:
        said["reason"] = charge.reason
    return said


def _problem(status: int, code: str) -> Response:
    return JSONResponse({"code": code, "message": code.replace("_", " ").capitalize() + "."}, status)


def _is(request: Request, header: str, expected: str) -> bool:
    return secrets.compare_digest(request.headers.get(header, "").encode(), expected.encode())
