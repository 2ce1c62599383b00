"""MTN MoMo as its documentation and its users describe it, on a loopback port."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest

from luminous.charges import Charge, ChargeFailed, Standing
from luminous.errors import SettingsMissing
from luminous.http import tls
from luminous.phone import Phone
from luminous.providers.momo import collections
from luminous.providers.momo.account import PRODUCTION_URL, Account
from luminous.providers.momo.collections import MomoCollections
from luminous.providers.momo.wire import note_of, whole
from tests.channels.meta.graph import Answer, Graph, graph_api, hangs, says, writes

REFERENCE = UUID("c72025f5-5cd1-4630-99e4-8ba4722fad56")
CHARGE = Charge(REFERENCE, 45_000, "UGX", Phone("+256772240146"), "Order R-7: Amina's shoes (red)")
TOKEN = says(200, {"access_token": "first", "token_type": "access_token", "expires_in": 3600})
ACCEPTED = says(202, b"")


@dataclass
class Mtn:
    graph: Graph
    momo: MomoCollections


@asynccontextmanager
async def mtn(*answers: Answer, **account: str) -> AsyncGenerator[Mtn]:
    nearby = httpx2.AsyncClient(trust_env=False, verify=tls())
    async with graph_api(*answers) as graph, nearby as client:
        given = {
            "api_user": "the-user",
            "api_key": "the-key",
            "subscription_key": "the-subscription",
            "environment": "mtnuganda",
            "currency": "UGX",
            "api_url": graph.url,
            **account,
        }
        yield Mtn(graph, MomoCollections(client, Account(**given)))


async def test_a_request_to_pay_is_made_as_documented() -> None:
    async with mtn(TOKEN, ACCEPTED, callback_url="https://shop.example/webhooks/momo") as at:
        await at.momo.request(CHARGE)

        token, asked = at.graph.requests
        basic = base64.b64encode(b"the-user:the-key").decode()
        assert token.line == "POST /v26.0/collection/token/ HTTP/1.1"
        assert token.headers["authorization"] == f"Basic {basic}"
        assert token.headers["ocp-apim-subscription-key"] == "the-subscription"
        assert asked.line == "POST /v26.0/collection/v1_0/requesttopay HTTP/1.1"
        assert asked.headers["authorization"] == "Bearer first"
        assert asked.headers["x-reference-id"] == str(REFERENCE)
        assert asked.headers["x-target-environment"] == "mtnuganda"
        assert asked.headers["x-callback-url"] == f"https://shop.example/webhooks/momo/{REFERENCE}"
        assert asked.headers["ocp-apim-subscription-key"] == "the-subscription"
        assert asked.json == {
            "amount": "45000",
            "currency": "UGX",
            "externalId": str(REFERENCE),
            "payer": {"partyIdType": "MSISDN", "partyId": "256772240146"},
            "payerMessage": "Order R-7 Amina s shoes red",
            "payeeNote": "Order R-7 Amina s shoes red",
        }


async def test_the_sandbox_plays_with_euros_and_the_shop_hears_of_shillings() -> None:
    result = {"amount": "45000", "currency": "EUR", "status": "SUCCESSFUL"}
    async with mtn(TOKEN, ACCEPTED, says(200, result), environment="sandbox") as at:
        await at.momo.request(CHARGE)
        assert at.graph.requests[1].json["currency"] == "EUR"
        assert (await at.momo.look(REFERENCE)).currency == "UGX"


async def test_in_production_a_euro_is_a_euro() -> None:
    async with mtn(TOKEN, says(200, {"amount": "45000", "currency": "EUR", "status": "SUCCESSFUL"})) as at:
        assert (await at.momo.look(REFERENCE)).currency == "EUR"


async def test_the_same_reference_again_is_no_failure() -> None:
    async with mtn(TOKEN, says(409, {"code": "RESOURCE_ALREADY_EXIST", "message": "Duplicated"})) as at:
        await at.momo.request(CHARGE)


REFUSED: dict[str, tuple[int, Any, str]] = {
    "a bad request without a word": (400, b"", "provider"),
    "a currency that it does not take": (500, {"code": "INVALID_CURRENCY"}, "provider"),
    "a callback host that is not registered": (500, {"code": "INVALID_CALLBACK_URL_HOST"}, "provider"),
    "an environment that is not ours": (500, {"code": "NOT_ALLOWED_TARGET_ENVIRONMENT"}, "provider"),
    "a payee who may not receive": (500, {"code": "PAYEE_NOT_ALLOWED_TO_RECEIVE"}, "provider"),
    "a number without a wallet": (404, {"code": "PAYER_NOT_FOUND"}, "no_wallet"),
    "a limit": (500, {"code": "PAYER_LIMIT_REACHED"}, "limit"),
    "a payer who may not": (500, {"code": "NOT_ALLOWED"}, "not_allowed"),
}


@pytest.mark.parametrize(("status", "body", "reason"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_says_that_nobody_was_asked(status: int, body: Any, reason: str) -> None:
    async with mtn(TOKEN, says(status, body)) as at:
        with pytest.raises(ChargeFailed) as failed:
            await at.momo.request(CHARGE)
        assert failed.value.refused == reason


IN_DOUBT: dict[str, tuple[Answer, ...]] = {
    "broken": (TOKEN, says(500, {"code": "INTERNAL_PROCESSING_ERROR"})),
    "away": (TOKEN, says(503, {"code": "SERVICE_UNAVAILABLE"})),
    "a web page": (TOKEN, says(403, b"<html>Request Rejected</html>")),
    "a cut line": (TOKEN, writes(b"HTTP/1.1 202 Acc", then_closes=True)),
    "silence": (TOKEN, hangs),
    "no token": (says(401, {"statusCode": 401, "message": "Access denied"}),),
    "keys that no token helps": (TOKEN, says(401, b""), TOKEN, says(401, b"")),
    "another conflict": (TOKEN, says(409, {"code": "SOMETHING_ELSE"})),
}


@pytest.mark.parametrize("answers", IN_DOUBT.values(), ids=IN_DOUBT)
async def test_whatever_else_comes_leaves_the_charge_in_doubt(
    answers: tuple[Answer, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collections, "LONGEST_WHOLE_SECONDS", 0.3)
    async with mtn(*answers) as at:
        with pytest.raises(ChargeFailed) as failed:
            await at.momo.request(CHARGE)
        assert failed.value.refused is None
        assert "the-key" not in str(failed.value)


async def test_a_charge_in_another_currency_is_not_even_sent() -> None:
    async with mtn() as at:
        with pytest.raises(ChargeFailed) as failed:
            await at.momo.request(Charge(REFERENCE, 10, "KES", Phone("+256772240146"), "x"))
        assert failed.value.refused == "provider"
        assert at.graph.requests == []


PAID = {
    "amount": "45000",
    "currency": "UGX",
    "financialTransactionId": "23503452",
    "externalId": str(REFERENCE),
    "payer": {"partyIdType": "MSISDN", "partyId": "256772240146"},
    "status": "SUCCESSFUL",
}
STANDINGS: dict[str, tuple[int, Any, Standing]] = {
    "pending": (
        200,
        PAID | {"status": "PENDING", "financialTransactionId": None},
        Standing("pending", 45_000, "UGX", "256772240146"),
    ),
    "paid": (200, PAID, Standing("succeeded", 45_000, "UGX", "256772240146", "23503452")),
    "paid, in numbers": (
        200,
        PAID | {"amount": 45000, "financialTransactionId": 23503452, "payer": {"partyId": 256772240146}},
        Standing("succeeded", 45_000, "UGX", "256772240146", "23503452"),
    ),
    "paid, half a shilling": (
        200,
        PAID | {"amount": "45000.5"},
        Standing("succeeded", None, "UGX", "256772240146", "23503452"),
    ),
    "a status of tomorrow": (200, {"status": "ON_HOLD"}, Standing("pending")),
    "never accepted": (404, {"code": "RESOURCE_NOT_FOUND"}, Standing("absent")),
    "never accepted, without a word": (404, b"", Standing("absent")),
    "timed out": (200, {"status": "TIMEOUT"}, Standing("failed", reason="expired")),
    "the reason as an object": (
        200,
        {"status": "FAILED", "reason": {"code": "NOT_ENOUGH_FUNDS", "message": "…"}},
        Standing("failed", reason="not_enough", reason_code="NOT_ENOUGH_FUNDS"),
    ),
}
REASONS = {
    "APPROVAL_REJECTED": "refused",
    "EXPIRED": "expired",
    "ONGOING": "provider",
    "PAYER_DELAYED": "expired",
    "PAYER_NOT_FOUND": "no_wallet",
    "PAYEE_NOT_ALLOWED_TO_RECEIVE": "provider",
    "NOT_ALLOWED": "not_allowed",
    "NOT_ALLOWED_TARGET_ENVIRONMENT": "provider",
    "INVALID_CALLBACK_URL_HOST": "provider",
    "INVALID_CURRENCY": "provider",
    "SERVICE_UNAVAILABLE": "provider",
    "NOT_ENOUGH_FUNDS": "not_enough",
    "PAYER_LIMIT_REACHED": "limit",
    "INTERNAL_PROCESSING_ERROR": "provider",
    "COULD_NOT_PERFORM_TRANSACTION": "expired",
    "A_WORD_OF_TOMORROW": "provider",
}


@pytest.mark.parametrize(("status", "body", "standing"), STANDINGS.values(), ids=STANDINGS)
async def test_a_look_tells_how_it_stands(status: int, body: Any, standing: Standing) -> None:
    async with mtn(TOKEN, says(status, body)) as at:
        assert await at.momo.look(REFERENCE) == standing
        assert at.graph.requests[1].line == f"GET /v26.0/collection/v1_0/requesttopay/{REFERENCE} HTTP/1.1"


async def test_every_documented_reason_is_one_that_a_customer_can_be_told() -> None:
    answers = [says(200, {"status": "FAILED", "reason": reason}) for reason in REASONS]
    async with mtn(TOKEN, *answers) as at:
        looked = [await at.momo.look(REFERENCE) for _ in REASONS]
    assert {each.reason_code: each.reason for each in looked} == REASONS


@pytest.mark.parametrize("answer", [says(500, b""), says(200, b"{}"), says(404, {"code": "OTHER"}), hangs])
async def test_a_look_that_tells_nothing_is_said_to_have_failed(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collections, "LONGEST_WHOLE_SECONDS", 0.3)
    async with mtn(TOKEN, answer) as at:
        with pytest.raises(ChargeFailed):
            await at.momo.look(REFERENCE)


async def test_a_token_is_kept_for_its_hour_and_renewed_before_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again = says(200, {"access_token": "second", "expires_in": 3600})
    async with mtn(TOKEN, ACCEPTED, ACCEPTED, again, ACCEPTED) as at:
        await at.momo.request(CHARGE)
        await at.momo.request(CHARGE)
        soon = collections.monotonic() + 3600 - collections.RENEWED_BEFORE_SECONDS
        monkeypatch.setattr(collections, "monotonic", lambda: soon)
        await at.momo.request(CHARGE)
        asked = [each for each in at.graph.requests if "requesttopay" in each.line]
        used = [each.headers["authorization"] for each in asked]
        assert used == ["Bearer first", "Bearer first", "Bearer second"]


async def test_a_token_that_mtn_forgot_is_renewed_at_once() -> None:
    again = says(200, {"access_token": "second", "expires_in": 3600})
    async with mtn(TOKEN, says(401, b""), again, ACCEPTED) as at:
        await at.momo.request(CHARGE)
        assert at.graph.requests[-1].headers["authorization"] == "Bearer second"


def test_a_note_is_what_mtn_takes() -> None:
    assert note_of("Café “Élan” — 50% off! It's ✓") == "Cafe Elan 50 off It s"
    assert len(note_of("word " * 100)) <= 160


def test_money_is_whole_or_nothing() -> None:
    assert [whole(each) for each in ("45000", "45000.00", "4.5E+4", "0")] == [45_000, 45_000, 45_000, 0]
    assert [whole(each) for each in ("1.5", "NaN", "Infinity", "1E+40", "", "five", None)] == [None] * 7


def test_an_account_knows_where_mtn_keeps_it_and_says_what_is_missing() -> None:
    account = Account("u", "k", "s", "mtnuganda", "UGX")
    assert account.base == PRODUCTION_URL + "/collection"
    assert Account("u", "k", "s", "sandbox", "UGX").base.startswith("https://sandbox.momodeveloper.mtn.com/")
    with pytest.raises(SettingsMissing, match="MOMO_API_KEY"):
        Account("u", "", "s", "sandbox", "UGX")
