"""Callers that keep us waiting, never end, or speak no HTTP, on a real port.

Nobody of them is answered 5xx unasked, all are cut, and a normal message is taken meanwhile.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count

import pytest

from luminous.channels.meta.signature import sign
from luminous.channels.receiving import MAX_BYTES, MOST_LARGE_BYTES
from luminous.incoming import MOST_UNREAD_BYTES, Incoming
from tests.loopback import post_all, serving
from tests.shop import SECRET, ShopUnderTest, text, webhook

NUMBERS = count(1)
SHAPED = b"x-hub-signature-256: sha256=" + b"0" * 64  # of the right shape, so that the body is read
POST = b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: shop\r\n" + SHAPED + b"\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"


class Hasty(Incoming):
    """A server with little time."""

    request_seconds = 1.5


@asynccontextmanager
async def calling(
    port: int, *what: bytes
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for each in what:
            writer.write(each)
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer_to(port: int, raw: bytes, *, ends: bool = False) -> bytes:
    """Everything that comes back until the connection is closed; empty when it was cut."""
    async with calling(port, raw) as (reader, writer), asyncio.timeout(60):
        if ends:
            writer.write_eof()
        return await all_of(reader)


async def all_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def post_one(port: int) -> int:
    number = next(NUMBERS)
    message = text("Hello", f"wamid.{number}", (f"2567{number:08}", f"UG.{number}"))
    (code,) = await post_all(port, [json.dumps(webhook(message)).encode()], SECRET, connections=1)
    return code


async def large_bytes(port: int) -> int:
    """The memory that bodies take, as /metrics says it."""
    said = await answer_to(port, b"GET /metrics HTTP/1.0\r\n\r\n")
    (line,) = [line for line in said.splitlines() if line.startswith(b"luminous_webhook_large_bodies_bytes ")]
    return int(float(line.split()[1]))


WAITING: dict[str, bytes] = {
    "says nothing": b"",
    "half a head": b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: sh",
    "a head without a body": POST + b"content-length: 1000\r\n\r\n",
    "half a body": POST + b"content-length: 1000\r\n\r\n" + b" " * 500,
    "half a chunk": CHUNKED + b"a\r\n12345",
    "chunks without an end": CHUNKED + b"1\r\n \r\n" * 100,
    "a body to an unknown page": b"POST /nowhere HTTP/1.1\r\ncontent-length: 1000\r\n\r\n ",
    "empty lines": b"\r\n\r\n\r\n",
}


async def test_200_slow_callers_of_each_kind_are_cut_and_a_normal_message_is_taken_meanwhile(
    shop: ShopUnderTest,
) -> None:
    async with serving(shop.app, Hasty) as port:
        for kinds in (list(WAITING)[:4], list(WAITING)[4:]):
            slow = [asyncio.create_task(answer_to(port, WAITING[kind]), name=kind) for kind in kinds * 50]
            assert [await post_one(port) for _ in range(5)] == [200] * 5
            answers = await asyncio.gather(*slow)
            assert not [answer for answer in answers if b" 5" in answer[:12]]
    assert await shop.one("select count(*) from inbox") == 10


async def test_drip_of_one_byte_at_a_time_does_not_lengthen_the_time(shop: ShopUnderTest) -> None:
    drips = [(b"GET /healthz HTTP/1.1\r\n", b"x: y\r\n"), (CHUNKED, b"1\r\n \r\n"), (b"", b"\r\n")]

    async def drip(port: int, first: bytes, drop: bytes) -> None:
        async with calling(port, first) as (reader, writer):
            end = asyncio.create_task(all_of(reader))
            while not end.done():
                writer.write(drop)
                await asyncio.sleep(0.05)

    async with serving(shop.app, Hasty) as port, asyncio.timeout(60):
        await asyncio.gather(*(drip(port, first, drop) for first, drop in drips))


async def test_request_that_arrives_in_time_may_take_its_time_to_be_answered(shop: ShopUnderTest) -> None:
    @shop.app.get("/slow")
    async def slow() -> str:  # pyright: ignore[reportUnusedFunction] - a route
        await asyncio.sleep(Hasty.request_seconds + 0.3)
        return "done"

    async with serving(shop.app, Hasty) as port:
        raw = b"GET /slow HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n"
        assert (await answer_to(port, raw)).endswith(b'"done"')
        assert b"done" in await answer_to(port, raw + b"\r\nGET /half")  # what comes behind can wait


async def test_bodies_that_never_end_are_cut_at_three_and_a_half_megabytes(shop: ShopUnderTest) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with serving(shop.app) as port:
        for head in (
            CHUNKED,
            CHUNKED.replace(b"0" * 64, b"0" * 63),
            CHUNKED.replace(b"/whatsapp", b"/nowhere"),
        ):
            sent = 0
            async with calling(port, head) as (_, writer), asyncio.timeout(60):
                try:
                    while sent < 100 * MAX_BYTES:
                        writer.write(chunk)
                        await writer.drain()
                        sent += len(chunk)
                except ConnectionError:
                    pass
            assert sent < 5 * MAX_BYTES  # what the system's buffers take included
        assert await post_one(port) == 200
        assert await large_bytes(port) == 0


@pytest.mark.parametrize("length", [b"3500001", b"100000000", b"9" * 30])
async def test_body_that_is_said_to_be_too_large_is_not_awaited(shop: ShopUnderTest, length: bytes) -> None:
    async with serving(shop.app) as port:
        answer = await answer_to(port, POST + b"content-length: " + length + b"\r\n\r\n")

        assert answer[:12] in (b"HTTP/1.1 413", b"HTTP/1.1 400")  # the parser itself refuses 30 digits
        assert b"connection: close" in answer


async def test_lying_content_length_gives_no_message_and_no_5xx(shop: ShopUnderTest) -> None:
    raw = json.dumps(webhook(text("Hello", "wamid.1"))).encode()
    head = b"POST /webhooks/whatsapp HTTP/1.1\r\nx-hub-signature-256: " + sign(raw, SECRET).encode() + b"\r\n"
    async with serving(shop.app, Hasty) as port:
        shorter = await answer_to(port, head + b"content-length: %d\r\n\r\n" % (len(raw) - 1) + raw)
        longer = await answer_to(port, head + b"content-length: %d\r\n\r\n" % (len(raw) + 1) + raw)
        nothing = await answer_to(port, head + b"content-length: 0\r\n\r\n")

    assert [answer[9:12] for answer in (shorter, longer, nothing)] in (
        [b"400", b"", b"401"],  # the byte too many begins no other request
        [b"401", b"", b"401"],
    )
    assert await shop.one("select count(*) from inbox") == 0


async def test_large_bodies_share_a_bounded_memory_and_a_small_message_always_finds_room(
    shop: ShopUnderTest,
) -> None:
    part = POST + b"content-length: 3000000\r\n\r\n" + b" " * 1_000_000
    async with serving(shop.app) as port, asyncio.timeout(60):
        callers = [asyncio.create_task(answer_to(port, part)) for _ in range(100)]
        held = [0]
        while not any(caller.done() for caller in callers):
            held.append(await large_bytes(port))
        held.append(await large_bytes(port))  # it may have been full before it was looked at twice
        assert MOST_LARGE_BYTES / 2 < max(held) <= MOST_LARGE_BYTES
        assert await post_one(port) == 200

        refused = [await caller for caller in callers if caller.done()]
        assert all(b"HTTP/1.1 503" in answer and b"retry-after: 5" in answer for answer in refused if answer)
        for caller in callers:
            caller.cancel()
        while await large_bytes(port):
            pass  # asking takes its time


LENGTH = MOST_UNREAD_BYTES + 100_000  # uvicorn reads up to 256 KB at once
ENDLESS: dict[str, bytes] = {
    "a path": b"GET /" + b"a" * 4 * LENGTH,
    "a header": b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 4 * LENGTH,
    "a header's name": b"GET /healthz HTTP/1.1\r\n" + b"a" * 4 * LENGTH,
    "headers": b"GET /healthz HTTP/1.1\r\n" + b"x: y\r\n" * LENGTH,
    "a chunk's extension": CHUNKED + b"1;" + b"a" * 4 * LENGTH,
    "trailers": CHUNKED + b"0\r\n" + b"x: y\r\n" * LENGTH,
    "a trailer": CHUNKED + b"0\r\nx: " + b"a" * 4 * LENGTH,
}


@pytest.mark.parametrize("what", ENDLESS)
async def test_endless_head_is_cut_by_its_length(shop: ShopUnderTest, what: str) -> None:
    async with serving(shop.app) as port, asyncio.timeout(60):
        assert b" 5" not in (await answer_to(port, ENDLESS[what]))[:12]
        assert await post_one(port) == 200


async def test_caller_who_leaves_in_the_middle_of_a_body_is_no_error(
    shop: ShopUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(shop.app) as port:
        with caplog.at_level(logging.INFO, "uvicorn.error"):
            for raw in WAITING.values():
                async with calling(port, raw):
                    await asyncio.sleep(0.01)
            assert await post_one(port) == 200
    assert "Exception" not in caplog.text


METHODS = ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "CONNECT", "PROPFIND", "PURGE", "SOURCE"]


@pytest.mark.parametrize("path", ["/webhooks/whatsapp", "/healthz", "/readyz", "/metrics"])
async def test_other_methods_are_405_and_their_content_is_not_echoed(shop: ShopUnderTest, path: str) -> None:
    async with serving(shop.app) as port:
        for method in METHODS:
            target = "shop:443" if method == "CONNECT" else path
            raw = f"{method} {target} HTTP/1.1\r\nhost: shop\r\nx-secret: canary\r\nconnection: close\r\n\r\n"
            answer = await answer_to(port, raw.encode())
            assert answer[9:12] in ((b"404", b"400") if method == "CONNECT" else (b"405",)), method
            assert b"canary" not in answer
        for method in ("GOT", "get", "POSTPOST", "\x00", "LUMINOUS"):  # no method at all
            answer = await answer_to(port, f"{method} {path} HTTP/1.1\r\nhost: shop\r\n\r\n".encode())
            assert answer[9:12] == b"400", method


HELLO = json.dumps(webhook(text("Hello", "wamid.smuggled"))).encode()
SMUGGLED = b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: shop\r\ncontent-length: %d\r\n\r\n%s" % (
    len(HELLO),
    HELLO,
)
CORPUS: list[bytes] = [
    # two opinions on where the body ends
    POST + b"content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    POST + b"content-length: 6\r\ncontent-length: 5\r\n\r\n123456" + SMUGGLED,
    POST + b"content-length: +6\r\n\r\n123456",
    POST + b"content-length: 6, 6\r\n\r\n123456",
    POST + b"content-length: 0x6\r\n\r\n123456",
    POST + b"content-length: -1\r\n\r\n",
    POST + "content-length: ²\r\n\r\n".encode("latin-1"),
    POST + b"content-length : 6\r\n\r\n123456",
    POST + b"content-length: 6\r\n content-length: 7\r\n\r\n123456",
    POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    POST + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    POST + b"transfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    POST + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
    POST + b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n",
    # chunks that are none
    CHUNKED + b"-1\r\n",
    CHUNKED + b"g\r\n",
    CHUNKED + b"ffffffffffffffffffff\r\n",
    CHUNKED + b"1\r\n12\r\n0\r\n\r\n",
    CHUNKED + b"1\n1\n0\n\n",
    # heads that are none
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /healthz\r\n\r\n",
    b"GET  /healthz  HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\nhost: shop\n\n",
    b"GET /healthz HTTP/1.1\rhost: shop\r\r",
    b"GET /\x00 HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET /%ff%00%zz HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET /webhooks/whatsapp?hub.challenge=%ed%a0%80&\xff=%00 HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET http://elsewhere.example/healthz HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET //elsewhere.example/%2e%2e/webhooks/whatsapp HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET * HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET ? HTTP/1.1\r\nhost: shop\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: shop\r\nno colon\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: shop\r\n: no name\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: \x00\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    POST + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}",
    POST + b"expect: everything\r\ncontent-length: 2\r\n\r\n{}",
    POST + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b",
    POST + b"x-forwarded-for: \xff, 127.0.0.1\r\nx-forwarded-proto: \x00\r\ncontent-length: 2\r\n\r\n{}",
    POST + b"x-forwarded-for: 127.0.0.1, [::1, ::\r\ncontent-length: 2\r\n\r\n{}",
    b"POST /webhooks/whatsapp HTTP/1.0\r\n" + SHAPED + b"\r\n\r\n{}",
    b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n" * 200,
    SMUGGLED * 3,
]  # fmt: skip


async def test_no_bytes_on_the_socket_give_a_5xx_or_a_message(
    shop: ShopUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(shop.app, Hasty) as port:
        with caplog.at_level(logging.INFO, "uvicorn.error"):
            answers = await asyncio.gather(*(answer_to(port, raw, ends=True) for raw in CORPUS))
            assert await post_one(port) == 200

    for raw, answer in zip(CORPUS, answers, strict=True):
        codes = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
        assert not [code for code in codes if code.startswith(b"5")], raw[:200]
    assert "Exception" not in caplog.text
    assert await shop.one("select count(*) from inbox") == 1
