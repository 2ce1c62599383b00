import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from luminous.channels.meta import send
from luminous.channels.meta.send import MetaChannel
from luminous.errors import SendFailed, SendOutcome, SettingsMissing
from luminous.messages import Button, Content, Outgoing, Row
from luminous.phone import UserId

from .graph import Answer, Graph, drips, graph_api, hangs, says, writes

TOKEN = "EAAGm0PX4ZCpsBAKZA-secret"
ACCEPTED = says(
    200,
    {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+256782240146", "wa_id": "256782240146"}],
        "messages": [{"id": "wamid.NEW", "message_status": "accepted"}],
    },
)
HELLO = Outgoing(
    id=42,
    channel="meta",
    business_number_id="106540352242922",
    to="+256782240146",
    recipient=None,
    content=Content("Hello\nNora 👋"),
)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


def channel(client: httpx2.AsyncClient, url: str) -> MetaChannel:
    return MetaChannel(client, api_url=url, access_token=TOKEN, default_number_id="999")


async def sent(client: httpx2.AsyncClient, message: Outgoing) -> Graph:
    async with graph_api(ACCEPTED) as graph:
        assert await channel(client, graph.url).send(message) == "wamid.NEW"
    return graph


async def failed(client: httpx2.AsyncClient, answer: Answer, message: Outgoing = HELLO) -> SendFailed:
    async with graph_api(answer) as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(message)
    assert len(graph.requests) == 1
    assert TOKEN not in failure.value.reason
    return failure.value


async def test_a_text_goes_to_the_number_with_its_plus_and_our_row(client: httpx2.AsyncClient) -> None:
    (request,) = (await sent(client, HELLO)).requests
    assert request.line == "POST /v26.0/106540352242922/messages HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": "luminous:42",
        "to": "+256782240146",
        "type": "text",
        "text": {"body": "Hello\nNora 👋", "preview_url": False},
    }


async def test_a_person_without_a_number_is_reached_by_the_user_id(client: httpx2.AsyncClient) -> None:
    (request,) = (await sent(client, replace(HELLO, to=None, recipient=UserId("UG.1234")))).requests
    assert request.json["recipient"] == "UG.1234"
    assert request.json["recipient_type"] == "individual"
    assert "to" not in request.json


async def test_the_number_wins_over_the_user_id(client: httpx2.AsyncClient) -> None:
    (request,) = (await sent(client, replace(HELLO, recipient=UserId("UG.1234")))).requests
    assert request.json["to"] == "+256782240146"
    assert "recipient" not in request.json


async def test_buttons_and_the_quoted_message_go_with_it(client: httpx2.AsyncClient) -> None:
    content = Content(
        "What next?", buttons=(Button("menu:price", "Ask for a price"), Button("menu:plan", "My plan"))
    )
    (request,) = (await sent(client, replace(HELLO, content=content, quoted_id="wamid.OLD"))).requests
    assert request.json["context"] == {"message_id": "wamid.OLD"}
    assert request.json["type"] == "interactive"
    assert request.json["interactive"] == {
        "type": "button",
        "body": {"text": "What next?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "menu:price", "title": "Ask for a price"}},
                {"type": "reply", "reply": {"id": "menu:plan", "title": "My plan"}},
            ]
        },
    }


async def test_a_list_goes_in_one_section(client: httpx2.AsyncClient) -> None:
    content = Content("What next?", rows=(Row("a", "Price", "of anything"), Row("b", "Plan")), label="Menu")
    (request,) = (await sent(client, replace(HELLO, content=content))).requests
    assert request.json["interactive"] == {
        "type": "list",
        "body": {"text": "What next?"},
        "action": {
            "button": "Menu",
            "sections": [
                {
                    "rows": [
                        {"id": "a", "title": "Price", "description": "of anything"},
                        {"id": "b", "title": "Plan"},
                    ]
                }
            ],
        },
    }


async def test_the_shops_own_number_is_the_default_and_never_a_path(client: httpx2.AsyncClient) -> None:
    (request,) = (await sent(client, replace(HELLO, business_number_id=""))).requests
    assert request.line == "POST /v26.0/999/messages HTTP/1.1"
    (request,) = (await sent(client, replace(HELLO, business_number_id="../1?x=#"))).requests
    assert request.line == "POST /v26.0/..%2F1%3Fx%3D%23/messages HTTP/1.1"


async def test_what_the_wire_cannot_carry_is_replaced(client: httpx2.AsyncClient) -> None:
    (request,) = (await sent(client, replace(HELLO, content=Content("a\ud83d\x00b")))).requests
    assert request.json["text"]["body"] == "a\ufffdb"


async def test_one_connection_carries_many_messages(client: httpx2.AsyncClient) -> None:
    async with graph_api(*[ACCEPTED] * 3) as graph:
        for _ in range(3):
            await channel(client, graph.url + "/").send(HELLO)
    assert (len(graph.requests), graph.connections) == (3, 1)


@pytest.mark.parametrize(
    "message",
    [
        replace(HELLO, to=None),
        replace(HELLO, to="256782240146"),
        replace(HELLO, to="UG.256782240146"),
        replace(HELLO, content=Content("")),
        replace(HELLO, content=Content("x", buttons=(Button("a", "x" * 21),))),
    ],
)
async def test_what_whatsapp_would_drop_or_refuse_is_not_even_tried(
    client: httpx2.AsyncClient, message: Outgoing
) -> None:
    async with graph_api() as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(message)
    assert failure.value.outcome == "refused"
    assert graph.requests == []


def graph_error(code: int | None, **more: object) -> dict[str, object]:
    return {"error": {"message": "(#1) Something", "code": code, "fbtrace_id": "A", **more}}


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (401, 0, "held"),
        (401, 190, "held"),
        (403, 10, "held"),
        (400, 200, "held"),
        (400, 299, "held"),
        (400, 131005, "held"),
        (400, 131031, "held"),
        (400, 368, "held"),
        (400, 131042, "held"),
        (400, 131048, "held"),
        (429, 131048, "held"),
        (400, 133010, "held"),
        (400, 4, "not_sent"),
        (429, 130429, "not_sent"),
        (500, 130429, "not_sent"),
        (400, 80007, "not_sent"),
        (400, 131056, "not_sent"),
        (400, 1, "unclear"),
        (503, 2, "unclear"),
        (500, 131000, "unclear"),
        (400, 131016, "unclear"),
        (400, 133004, "unclear"),
        (400, 133016, "unclear"),
        (400, 131057, "unclear"),
        (400, 33, "refused"),
        (400, 100, "refused"),
        (500, 100, "refused"),
        (400, 131009, "refused"),
        (400, 131026, "refused"),
        (400, 131030, "refused"),
        (400, 131047, "refused"),
        (400, 131050, "refused"),
        (400, 131062, "refused"),
        (404, 132001, "refused"),
        (400, 300, "refused"),
        (400, 999999, "refused"),
        (500, 999999, "unclear"),
        (429, 999999, "not_sent"),
        (429, None, "not_sent"),
        (401, None, "held"),
        (404, None, "held"),
        (408, None, "unclear"),
        (413, None, "refused"),
        (502, None, "unclear"),
    ],
)
async def test_metas_code_decides_whether_a_message_may_go_again(
    client: httpx2.AsyncClient, status: int, code: int | None, outcome: SendOutcome
) -> None:
    failure = await failed(client, says(status, graph_error(code)))
    assert (failure.outcome, failure.code) == (outcome, code)


async def test_an_unknown_error_that_meta_calls_transient_goes_again(client: httpx2.AsyncClient) -> None:
    transient = says(400, graph_error(999999, is_transient=True))
    assert (await failed(client, transient)).outcome == "not_sent"
    transient = says(500, graph_error(999999, is_transient=True))
    assert (await failed(client, transient)).outcome == "unclear"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"", "unclear"),
        (200, b"<html>", "unclear"),
        (200, b"[" * 50_000, "unclear"),
        (200, b" " * 200_000, "unclear"),
        (200, b"{}", "unclear"),
        (200, b'{"messages": []}', "unclear"),
        (200, b'{"messages": [{}]}', "unclear"),
        (200, {"messages": [{"id": ""}]}, "unclear"),
        (200, {"messages": [{"id": 5}]}, "unclear"),
        (400, b"<html>Bad gateway</html>", "refused"),
        (429, b"", "not_sent"),
        (429, b"\xff\xfe", "not_sent"),
        (500, b"", "unclear"),
        (503, {"error": "a string"}, "unclear"),
        (400, b'{"error": {"code": {}, "message": []}}', "refused"),
    ],
)
async def test_an_answer_that_is_not_metas_is_never_a_success(
    client: httpx2.AsyncClient, status: int, body: object, outcome: SendOutcome
) -> None:
    failure = await failed(client, says(status, body))
    assert (failure.outcome, failure.code) == (outcome, None)
    assert failure.reason


async def test_a_redirect_is_not_followed(client: httpx2.AsyncClient) -> None:
    for status in (301, 302, 307, 308):
        assert (await failed(client, says(status, b"", location="/v26.0/elsewhere"))).outcome == "held"


async def test_a_client_that_follows_redirects_does_not_follow_this_one() -> None:
    async with httpx2.AsyncClient(trust_env=False, follow_redirects=True) as client:
        assert (await failed(client, says(307, b"", location="/v26.0/elsewhere"))).outcome == "held"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "17"}, 17),
        ({"retry_after": "0"}, None),
        ({"retry_after": "999999999"}, 86_400),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"retry_after": "Fri, 01 Jan 2100 00:00:00 GMT"}, 86_400),
        ({"retry_after": "Fri, 01 Jan 99999 00:00:00 GMT"}, None),
        ({"x_business_use_case_usage": '{"1":[{"estimated_time_to_regain_access":2}]}'}, 120),
        (
            {
                "x_business_use_case_usage": '{"1":[{"estimated_time_to_regain_access":2}]}',
                "retry_after": "300",
            },
            300,
        ),
        (
            {"x_business_use_case_usage": '{"1":[{"estimated_time_to_regain_access":' + "9" * 50 + "}]}"},
            86_400,
        ),
        (
            {"x_business_use_case_usage": '{"1":[5],"2":6,"3":[{"estimated_time_to_regain_access":"x"}]}'},
            None,
        ),
        ({"x_business_use_case_usage": "[" * 5000}, None),
        ({"x_business_use_case_usage": "{"}, None),
        ({}, None),
    ],
)
async def test_the_wait_that_meta_asks_for_is_told(
    client: httpx2.AsyncClient, headers: dict[str, str], seconds: int | None
) -> None:
    failure = await failed(client, says(429, graph_error(130429), **headers))
    assert (failure.retry_after.total_seconds() if failure.retry_after else None) == seconds


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            graph_error(131009, message="(#131009) Bad", error_data={"details": "Row id is too long"}),
            "131009 (#131009) Bad: Row id is too long",
        ),
        (graph_error(190, message=f"Malformed access token {TOKEN}"), "190 Malformed access token …"),
        (
            graph_error(190, message="Malformed access token EAAGm0PX4ZCpsBAKZA"),
            "190 Malformed access token …",
        ),
        (graph_error(131026, message="To +256782240146: no"), "131026 To +25678…146: no"),
        (graph_error(100, message="x" * 1000), "100 " + "x" * 296),
        ({}, "HTTP 400 without an explanation"),
    ],
)
async def test_the_reason_is_metas_own_without_token_or_number(
    client: httpx2.AsyncClient, error: object, reason: str
) -> None:
    assert (await failed(client, says(400, error))).reason == reason


@pytest.mark.parametrize(
    "answer",
    [
        writes(b"", then_closes=True),
        writes(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", then_closes=True),
        writes(b"HTTP/1.1 429 Slow down\r\ncontent-length: 100\r\n\r\n{", then_closes=True),
        writes(b"HELLO\r\n\r\n", then_closes=True),
        writes(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope", then_closes=True
        ),
    ],
)
async def test_a_broken_answer_leaves_it_unclear(client: httpx2.AsyncClient, answer: Answer) -> None:
    assert (await failed(client, answer)).outcome == "unclear"


@pytest.mark.parametrize("answer", [hangs, drips])
async def test_a_call_ends_in_time_even_when_the_answer_does_not(
    client: httpx2.AsyncClient, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "LONGEST_CALL_SECONDS", 0.2)
    started = time.monotonic()
    assert (await failed(client, answer)).outcome == "unclear"
    assert time.monotonic() - started < 2


async def test_an_address_where_nobody_listens_was_not_sent_to(client: httpx2.AsyncClient) -> None:
    async with graph_api() as graph:
        url = graph.url
    with pytest.raises(SendFailed) as failure:
        await channel(client, url).send(HELLO)
    assert failure.value.outcome == "not_sent"


async def test_a_client_without_a_free_connection_has_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "_TIMEOUT", httpx2.Timeout(5, pool=0.1))
    limits = httpx2.Limits(max_connections=1)
    async with httpx2.AsyncClient(trust_env=False, limits=limits) as client, graph_api(hangs) as graph:
        busy = asyncio.create_task(channel(client, graph.url).send(HELLO))
        await graph.has_been_asked.wait()
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(HELLO)
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy
    assert failure.value.outcome == "not_sent"


@pytest.mark.parametrize(
    "url",
    ["ftp://graph.facebook.com", "graph.facebook.com/v26.0", "", "https://", "http://[::1", "http://h:99999"],
)
async def test_an_address_that_cannot_be_called_is_named_at_the_start(
    client: httpx2.AsyncClient, url: str
) -> None:
    with pytest.raises(SettingsMissing, match="WHATSAPP_API_URL"):
        channel(client, url)


@pytest.mark.parametrize("token", ["", " ", "two words", "line\nbreak", "tökén"])
async def test_a_token_that_no_header_can_carry_is_named_at_the_start(
    client: httpx2.AsyncClient, token: str
) -> None:
    with pytest.raises(SettingsMissing, match="WHATSAPP_ACCESS_TOKEN"):
        MetaChannel(client, api_url="http://127.0.0.1", access_token=token, default_number_id="1")
