"""A message through the gateway: the request, and what each answer means."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from luminous.channels.gateway.send import GatewayChannel
from luminous.errors import SendFailed, SettingsMissing
from luminous.messages import Button, Content, Outgoing
from luminous.phone import UserId
from tests.channels.meta.graph import Answer, graph_api, says, writes

KEY = "gateway-key-17"
ACCEPTED = says(200, {"success": True, "data": {"messages": [{"id": "g.NEW"}]}})
HELLO = Outgoing(
    id=42,
    channel="gateway",
    business_number_id="",
    to="+256782240146",
    recipient=None,
    content=Content("Hello\nNora 👋"),
)


def channel(client: httpx2.AsyncClient, url: str) -> GatewayChannel:
    return GatewayChannel(client, url=url, key=KEY)


async def failed(client: httpx2.AsyncClient, answer: Answer) -> SendFailed:
    async with graph_api(answer) as gateway:
        with pytest.raises(SendFailed) as failure:
            await channel(client, gateway.url).send(HELLO)
    assert len(gateway.requests) == 1
    assert KEY not in failure.value.reason
    return failure.value


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_message_goes_as_a_phone_and_words(client: httpx2.AsyncClient, slash: str) -> None:
    both = replace(HELLO, recipient=UserId("UG.13491208655302741918"), quoted_id="g.1")
    async with graph_api(ACCEPTED) as gateway:
        assert await channel(client, gateway.url + slash).send(both) == "g.NEW"
    (request,) = gateway.requests
    assert request.line == "POST /v26.0/api/send HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json == {"phone": "+256782240146", "message": "Hello\nNora 👋"}


async def test_a_menu_goes_as_words(client: httpx2.AsyncClient) -> None:
    menu = Content("What next?", buttons=(Button("plan", "My plan"),))
    async with graph_api(ACCEPTED) as gateway:
        await channel(client, gateway.url).send(replace(HELLO, content=menu))
    assert gateway.requests[0].json["message"] == "What next?\n\n• My plan: write *PLAN*"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            replace(HELLO, to=None, recipient=UserId("UG.13491208655302741918")),
            "This person hides their number, and the gateway reaches phone numbers only.",
        ),
        (replace(HELLO, to="256782240146"), "The address is not + and a number."),
        (replace(HELLO, to="UG.256782240146"), "The address is not + and a number."),
        (replace(HELLO, content=Content(" ")), "The text is empty."),
        (
            replace(HELLO, content=Content("x" * 4096, buttons=(Button("plan", "My plan"),))),
            "The text has 4121 characters, and at most 4096 may go.",
        ),
    ],
)
async def test_what_cannot_go_is_not_even_tried(
    client: httpx2.AsyncClient, message: Outgoing, reason: str
) -> None:
    async with graph_api() as gateway:
        with pytest.raises(SendFailed) as failure:
            await channel(client, gateway.url).send(message)
    assert (failure.value.outcome, failure.value.reason) == ("refused", reason)
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, "held"),
        (400, "refused"),
        (401, "held"),
        (402, "held"),
        (403, "held"),
        (404, "held"),
        (408, "unclear"),
        (422, "refused"),
        (429, "not_sent"),
        (500, "unclear"),
        (502, "unclear"),
        (503, "unclear"),
    ],
)
async def test_the_status_says_what_became_of_it(
    client: httpx2.AsyncClient, status: int, outcome: str
) -> None:
    failure = await failed(client, says(status, {"error": "Sorry"}))
    assert (failure.outcome, failure.reason) == (outcome, f"HTTP {status}: Sorry")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"message": "No such number"}, "HTTP 422: No such number"),
        ({"error": {"message": "No such number", "code": 17}}, "HTTP 422: No such number"),
        ({"error": f"{KEY} may not write to +256782240146"}, "HTTP 422: … may not write to +25678…146"),
        ({"error": 17}, "HTTP 422: without an explanation"),
        (b"<html>", "HTTP 422: without an explanation"),
        ({"error": "x" * 1000}, "HTTP 422: " + "x" * 290),
    ],
)
async def test_the_reason_is_the_gateways_own_without_the_key_or_a_number(
    client: httpx2.AsyncClient, body: object, reason: str
) -> None:
    assert (await failed(client, says(422, body))).reason == reason


@pytest.mark.parametrize(
    "body", [b"", b"[]", {}, {"data": {}}, {"data": {"messages": []}}, {"data": {"messages": [{"id": ""}]}}]
)
async def test_an_answer_without_an_id_leaves_it_unclear(client: httpx2.AsyncClient, body: object) -> None:
    assert (await failed(client, says(200, body))).outcome == "unclear"


async def test_an_answer_that_breaks_off_leaves_it_unclear(client: httpx2.AsyncClient) -> None:
    failure = await failed(client, writes(b"", then_closes=True))
    assert (failure.outcome, failure.answered) == ("unclear", False)
    assert failure.reason.startswith("The gateway did not answer")


@pytest.mark.parametrize(("asked", "wait"), [("30", 30), ("999999999", 86_400), ("soon", None), ("0", None)])
async def test_the_wait_that_the_gateway_asks_for_is_told(
    client: httpx2.AsyncClient, asked: str, wait: int | None
) -> None:
    failure = await failed(client, says(429, {}, retry_after=asked))
    assert failure.retry_after == (None if wait is None else timedelta(seconds=wait))


@pytest.mark.parametrize(
    ("url", "key", "names"),
    [
        ("gateway.example", KEY, "GATEWAY_URL"),
        ("", KEY, "GATEWAY_URL"),
        ("https://gateway.example", "", "GATEWAY_KEY"),
        ("https://gateway.example", "two words", "GATEWAY_KEY"),
    ],
)
async def test_settings_that_cannot_make_a_call_are_named_at_the_start(
    client: httpx2.AsyncClient, url: str, key: str, names: str
) -> None:
    with pytest.raises(SettingsMissing, match=names):
        GatewayChannel(client, url=url, key=key)
