"""A file from Meta comes in two steps, from Meta's own addresses alone, and no larger than it may be."""

import hashlib
import json
from collections.abc import AsyncGenerator, Sequence

import httpx2
import pytest

from luminous.channels.meta import fetch
from luminous.channels.meta.fetch import MetaMedia
from luminous.errors import FetchFailed, FetchOutcome, SettingsMissing

from .graph import Answer, Graph, drips, graph_api, hangs, says, writes
from .sending import TOKEN

FILE = b"\xff\xd8\xff a photo"
SHA256 = hashlib.sha256(FILE)
META = frozenset({"https://lookaside.fbsbx.com", "https://*.fbcdn.net"})


def described(graph: Graph, **more: object) -> bytes:
    url = graph.url.replace("/v26.0", "/lookaside/1234?oe=1&hash=2")
    return json.dumps({"url": url, "sha256": SHA256.hexdigest(), "file_size": len(FILE), **more}).encode()


def media(client: httpx2.AsyncClient, graph: Graph, *origins: str) -> MetaMedia:
    allowed = frozenset(origins or [graph.url.removesuffix("/v26.0")])
    return MetaMedia(client, api_url=graph.url, access_token=TOKEN, origins=allowed)


Step = Answer | dict[str, object]  # a description says more than usual

OK: dict[str, object] = {}


def answers(graph: Graph, steps: Sequence[Step]) -> list[Answer]:
    return [says(200, described(graph, **step)) if isinstance(step, dict) else step for step in steps]


async def failed(
    client: httpx2.AsyncClient, *steps: Step, provider_id: str = "1234"
) -> tuple[FetchFailed, Graph]:
    async with graph_api() as graph:
        graph.answers = answers(graph, steps)
        with pytest.raises(FetchFailed) as failure:
            await media(client, graph).fetch(provider_id, at_most=1000)
    assert TOKEN not in failure.value.reason
    return failure.value, graph


async def test_a_file_is_described_then_downloaded_both_with_the_token(client: httpx2.AsyncClient) -> None:
    async with graph_api() as graph:
        graph.answers = [says(200, described(graph)), says(200, FILE)]
        fetched = await media(client, graph).fetch("1234", at_most=1000)

    assert (fetched.content, fetched.sha256) == (FILE, SHA256.digest())
    assert [request.line for request in graph.requests] == [
        "GET /v26.0/1234 HTTP/1.1",
        "GET /lookaside/1234?oe=1&hash=2 HTTP/1.1",
    ]
    assert {request.headers["authorization"] for request in graph.requests} == {f"Bearer {TOKEN}"}


NO_SUCH = {"error": {"code": 100, "error_subcode": 33, "message": "Object does not exist"}}


@pytest.mark.parametrize(
    ("steps", "outcome", "reason"),
    [
        ([says(400, NO_SUCH)], "expired", "has the file no longer"),
        ([says(401, {"error": {"code": 190, "message": f"bad {TOKEN}"}})], "held", "190"),
        ([says(404, b"not found")], "held", "404"),  # an address that is not Meta's: ours is wrong
        ([says(429, {"error": {"code": 4}})], "later", "4"),
        ([says(500, b"")], "later", "500"),
        ([says(200, b"{}")], "later", "no address"),
        ([says(200, b"x" * 70_000)], "refused", "larger"),
        ([writes(b"", then_closes=True)], "later", "did not give"),
        ([OK, says(404, b"")], "later", "HTTP 404"),  # the address has ended
        ([OK, says(302, b"", location="http://169.254.169.254/")], "refused", "leads elsewhere"),
        ([OK, says(200, b"x" * 1001)], "refused", "larger than"),
        ([OK, says(200, FILE, content_encoding="gzip")], "refused", "packed"),
        (
            [OK, writes(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx", then_closes=True)],
            "later",
            "did not",
        ),
        ([{"file_size": 1001}], "refused", "larger than"),
    ],
)
async def test_what_cannot_be_had_says_why_and_whether_it_may_be_tried_again(
    client: httpx2.AsyncClient, steps: list[Step], outcome: FetchOutcome, reason: str
) -> None:
    failure, graph = await failed(client, *steps)
    assert (failure.outcome, graph.answers) == (outcome, [])
    assert reason in failure.reason


@pytest.mark.parametrize("slow", [hangs, drips])
async def test_a_file_that_does_not_come_is_given_up_in_time(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, slow: Answer
) -> None:
    monkeypatch.setattr(fetch, "SECONDS", 0.1)
    failure, _ = await failed(client, OK, slow)
    assert failure.outcome == "later"


ELSEWHERE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:{port}/lookaside/1",
    "http://localhost/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.0.0.1.nip.io/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "//lookaside.fbsbx.com/x",
    "/etc/passwd",
    "",
    "https://",
    "http://lookaside.fbsbx.com/x",  # without TLS
    "https://lookaside.fbsbx.com:8443/x",
    "https://lookaside.fbsbx.com.evil.example/x",
    "https://evil.example/lookaside.fbsbx.com",
    "https://lookaside.fbsbx.com@evil.example/x",
    "https://evil@lookaside.fbsbx.com/x",
    "https://evil.example#@lookaside.fbsbx.com/",
    "https://evil.example\\@lookaside.fbsbx.com/",
    "https://xlookaside.fbsbx.com/",
    "https://fbcdn.net/x",
    "https://evilfbcdn.net/x",
    "https://x.fbcdn.net.evil.example/",
    "https://x.fbcdn.net:444/",
    "https://lookaside.fbsbx.com%2eevil.example/",
    "https://lookaside.fbsbx.com\r\nHost: evil/",
]


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_the_token_goes_to_no_address_that_is_not_metas(
    client: httpx2.AsyncClient, address: str
) -> None:
    async with graph_api() as graph:
        port = graph.url.split(":")[2].partition("/")[0]
        graph.answers = [says(200, {"url": address.replace("{port}", port)}), says(200, FILE)]
        with pytest.raises(FetchFailed) as failure:
            await media(client, graph, *META).fetch("1234", at_most=1000)

    assert (failure.value.outcome, len(graph.requests)) == ("refused", 1)


@pytest.mark.parametrize(
    "address",
    ["https://lookaside.fbsbx.com/whatsapp/1", "https://scontent.fbcdn.net/v/1", "https://a.b.fbcdn.net/1"],
)
async def test_metas_own_addresses_are_asked(address: str) -> None:
    asked: list[httpx2.URL] = []

    async def said(content: bytes) -> AsyncGenerator[bytes]:
        yield content

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url)
        content = json.dumps({"url": address}).encode() if len(asked) == 1 else FILE
        return httpx2.Response(200, content=said(content))

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        meta = MetaMedia(client, api_url="https://graph.example/v26.0", access_token=TOKEN, origins=META)
        assert (await meta.fetch("1234", at_most=1000)).content == FILE
    assert str(asked[1]) == address


@pytest.mark.parametrize("provider_id", ["", "../me", "1/2", "1?x", "1" * 129, "١"])
async def test_an_id_that_is_none_is_not_even_asked_for(client: httpx2.AsyncClient, provider_id: str) -> None:
    failure, graph = await failed(client, provider_id=provider_id)
    assert (failure.outcome, graph.requests) == ("refused", [])


@pytest.mark.parametrize(("url", "token"), [("nowhere", TOKEN), ("http://127.0.0.1", "two words")])
async def test_settings_that_cannot_fetch_are_refused(
    client: httpx2.AsyncClient, url: str, token: str
) -> None:
    with pytest.raises(SettingsMissing):
        MetaMedia(client, api_url=url, access_token=token, origins=META)
