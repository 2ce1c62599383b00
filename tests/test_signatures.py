"""Forged calls to the webhooks: whatever is wrong with them, the same answer, no row, and no word of why."""

import ast
import asyncio
import hashlib
import hmac
import inspect
import json
import logging
import random
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY
from starlette.types import Message

from luminous.channels import secret
from luminous.channels.gateway.webhook import PATH
from luminous.channels.meta import signature
from luminous.channels.meta.signature import sign
from tests.channels.gateway.conftest import SECRET as GATEWAY_SECRET
from tests.channels.gateway.conftest import visiting
from tests.loopback import serving
from tests.shop import SECRET, ShopUnderTest, text, webhook

RAW = json.dumps(webhook(text("Hello \u00e4/", "wamid.1"))).encode()
GOOD = sign(RAW, SECRET)
DIGEST = GOOD.removeprefix("sha256=")
Answer = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]
ROWS = """
    select (select count(*) from webhook_bodies) + (select count(*) from inbox)
         + (select count(*) from customers) + (select count(*) from dead_letters)"""


def other_ways() -> Iterator[str]:
    """Signatures that somebody could take for right."""
    for algorithm in ("sha1", "md5", "sha512", "sha224", "sha3_256", "blake2s"):
        digest = hmac.new(SECRET.encode(), RAW, algorithm).hexdigest()
        yield from (f"{algorithm}={digest}", f"sha256={digest}", f"sha256={digest[:64]}", digest)
    yield "sha256=" + hashlib.sha256(RAW).hexdigest()
    yield "sha256=" + hashlib.sha256(SECRET.encode() + RAW).hexdigest()
    for body in (
        b"",
        b"{}",
        RAW + b"\n",
        json.dumps(json.loads(RAW), indent=1).encode(),
        RAW.replace(b"/", rb"\/"),
    ):
        yield sign(body, SECRET)
    for wrong in ("", " ", "App-secret", SECRET + "\n", "new-secret", "verify-me"):
        yield sign(RAW, wrong)
    for shape in (
        "sha256:{}",
        "sha256 {}",
        "SHA256={}",
        " sha256 = {}",
        "sha256={},",
        "sha256={0},sha256={0}",
        "{}",
        "v1={}",
    ):
        yield shape.format(DIGEST)
    yield from (
        "",
        "=",
        "sha256=",
        "sha256",
        "none",
        "null",
        "*",
        "sha256=" + "0" * 64,
        "sha256=" + "\u0661" * 64,
    )
    yield from (GOOD[:length] for length in range(len(GOOD)))
    yield from (GOOD + more for more in ("0", "=", "\x00", DIGEST))
    yield "sha256=" + DIGEST.upper()


def mutated(number: int) -> Iterator[str]:
    """So many signatures that are not right, the same ones each time."""
    dice = random.Random(20261122)  # noqa: S311 - no secret
    yield from other_ways()
    for _ in range(number):
        wrong = list(GOOD)
        for _ in range(dice.choice((1, 1, 1, 2, 8, 64))):
            match dice.randrange(4):
                case 0:
                    wrong[dice.randrange(len(wrong))] = dice.choice("0123456789abcdef")
                case 1:
                    wrong[dice.randrange(len(wrong))] = chr(dice.randrange(256))
                case 2:
                    del wrong[dice.randrange(len(wrong))]
                case _:
                    wrong.insert(dice.randrange(len(wrong)), dice.choice("0123456789abcdef= ,"))
            wrong = wrong or ["x"]
        if "".join(wrong).strip() != GOOD:
            yield "".join(wrong)


async def post(shop: ShopUnderTest, *signatures: str) -> Answer:
    """The application's answer to the body with these signature headers, without a client in between."""
    headers = [(b"x-hub-signature-256", each.encode("latin-1", "replace")) for each in signatures]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/webhooks/whatsapp",
        "raw_path": b"/webhooks/whatsapp",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"shop"), *headers],
        "server": ("shop", 80),
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": RAW, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await shop.app(scope, receive, send)
    start, *rest = sent
    return start["status"], tuple(start["headers"]), b"".join(each.get("body", b"") for each in rest)


@contextmanager
def all_that_is_logged(caplog: pytest.LogCaptureFixture) -> Generator[list[Any]]:
    """Every line meanwhile: ours of all levels, and in `caplog` everybody else's."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    try:
        with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
            yield lines
    finally:
        structlog.configure(**before)


def refusals() -> float:
    return REGISTRY.get_sample_value("luminous_webhooks_total", {"channel": "meta", "status": "401"}) or 0


async def test_10000_forged_signatures_get_one_and_the_same_answer_and_leave_nothing_but_a_count(
    shop: ShopUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    forged = list(mutated(10_000))
    before = refusals()

    with all_that_is_logged(caplog) as lines:
        answers = {await post(shop, wrong) for wrong in forged}
        answers |= {await post(shop), await post(shop, forged[0], GOOD), await post(shop, "", "")}

    ((status, headers, content),) = answers
    assert (status, content) == (401, b"")
    assert dict(headers) == {b"connection": b"close", b"content-length": b"0"}
    assert refusals() - before == len(forged) + 3 > 10_000
    assert await shop.one(ROWS) == 0
    assert {json.dumps(line) for line in lines} == {
        json.dumps({"channel": "meta", "status": 401, "event": "webhook refused", "log_level": "warning"})
    }
    assert_tells_nothing(caplog.text)

    assert (await post(shop, GOOD))[0] == 200  # the same body, signed


async def test_server_itself_tells_nothing_of_a_forged_signature_either(
    shop: ShopUnderTest, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with all_that_is_logged(caplog) as lines:
        async with serving(shop.app) as port:
            for wrong in [*other_ways()][::7]:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(
                    b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: shop\r\nx-hub-signature-256: "
                    + wrong.encode("latin-1", "replace")
                    + b"\r\ncontent-length: %d\r\n\r\n%s" % (len(RAW), RAW)
                )
                answer = await reader.read()
                writer.close()
                assert answer[9:12] in (b"401", b"400")  # a control character is no header
                assert_tells_nothing(answer.decode())

    assert_tells_nothing(json.dumps(lines) + caplog.text + "".join(capfd.readouterr()))
    assert await shop.one(ROWS) == 0


def assert_tells_nothing(what: str) -> None:
    assert not re.search(r"[0-9a-fA-F]{32}", what)
    for telling in (
        DIGEST[:8],
        SECRET,
        "old-secret",
        "sha256",
        "hmac",
        "signature",
        "wamid",
        "Hello",
        "256782",
    ):
        assert telling not in what.lower(), telling


async def test_gateway_tells_as_little_about_a_wrong_secret(
    shop: ShopUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = [f"Bearer {GATEWAY_SECRET[:n]}" for n in range(len(GATEWAY_SECRET))]
    wrong += [
        "",
        "Basic",
        f"Basic {GATEWAY_SECRET}",
        f"Bearer {GATEWAY_SECRET}x",
        f"Bearer {GATEWAY_SECRET.upper()}",
    ]
    with all_that_is_logged(caplog) as lines:
        async with visiting(shop.database) as http:
            answers = [
                await http.post(PATH, json={"data": {}}, headers={"Authorization": each}) for each in wrong
            ]
            answers += [await http.post(f"{PATH}?secret={each[7:]}", json={"data": {}}) for each in wrong]
            answers.append(await http.post(PATH, json={"data": {}}))

    assert {(each.status_code, each.content, str(sorted(each.headers.items()))) for each in answers} == {
        (401, b"", str([("connection", "close"), ("content-length", "0")]))
    }
    assert len(lines) == len(answers)
    assert "secret" not in json.dumps(lines)


@pytest.mark.parametrize("function", [signature.is_signed, secret.is_same_secret])
def test_secrets_are_compared_by_nothing_but_compare_digest(function: FunctionType) -> None:
    tree = ast.parse(inspect.getsource(function))

    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert all(isinstance(op, ast.Is | ast.IsNot) for node in compared for op in node.ops)
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert calls.count("hmac.compare_digest") == 1
    # Whichever secret fits, all are tried: nothing leaves the loop early.
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    assert not [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Return | ast.Break)]
