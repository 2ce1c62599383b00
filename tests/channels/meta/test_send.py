import asyncio
from dataclasses import replace

import httpx2
import pytest

from luminous.channels import calling
from luminous.channels.meta.send import MetaChannel
from luminous.errors import SendFailed, SettingsMissing
from luminous.http import tls
from luminous.messages import Button, Content, Outgoing, Row
from luminous.phone import UserId

from .graph import Answer, drips, graph_api, hangs, says, writes
from .sending import ACCEPTED, HELLO, TOKEN, channel, failed, sent


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
    monkeypatch.setattr(calling, "LONGEST_CALL_SECONDS", 0.2)
    async with asyncio.timeout(5):  # both answers take longer
        assert (await failed(client, answer)).outcome == "unclear"


async def test_an_address_where_nobody_listens_was_not_sent_to(client: httpx2.AsyncClient) -> None:
    async with graph_api() as graph:
        url = graph.url
    with pytest.raises(SendFailed) as failure:
        await channel(client, url).send(HELLO)
    assert failure.value.outcome == "not_sent"


async def test_a_client_without_a_free_connection_has_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "TIMEOUT", httpx2.Timeout(5, pool=0.1))
    limits = httpx2.Limits(max_connections=1)
    async with (
        httpx2.AsyncClient(trust_env=False, verify=tls(), limits=limits) as client,
        graph_api(hangs) as graph,
    ):
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


@pytest.mark.parametrize("is_typing", [False, True])
async def test_a_message_is_shown_as_read_and_typing(client: httpx2.AsyncClient, is_typing: bool) -> None:
    async with graph_api(says(200, {"success": True})) as graph:
        await channel(client, graph.url).mark_read("106540352242922", "wamid.IN", is_typing=is_typing)

    (request,) = graph.requests
    assert request.line == "POST /v26.0/106540352242922/messages HTTP/1.1"
    assert request.json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN",
        **({"typing_indicator": {"type": "text"}} if is_typing else {}),
    }


async def test_what_cannot_be_shown_as_read_says_why(client: httpx2.AsyncClient) -> None:
    async with graph_api(says(400, {"error": {"code": 131009}})) as graph:
        with pytest.raises(SendFailed, match="131009"):
            await channel(client, graph.url).mark_read("1", "wamid.IN", is_typing=False)
