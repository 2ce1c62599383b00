"""The stage itself: real programs on a real database, and a WhatsApp that fails as it is told."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest

from luminous.db import connect, sql
from luminous.proof.stage import (
    FakeGraph,
    NoAnswer,
    Person,
    Poster,
    Program,
    Scratch,
    Sent,
    StageSettings,
    program,
    scratch,
    status,
    text,
    webhook,
)
from luminous.proof.stage.graph import ANSWERED, DROPPED, FAILED_BUT_SENT, TOO_MANY, Fault
from luminous.proof.stage.programs import NotReady

AMINA = Person("Amina", "256782240146", "UG.1001")
INBOX = sql("select count(*)::int from inbox").into(int)
STATUS = sql("select status from outbox").into(str)


@pytest.fixture(scope="module")
async def database() -> AsyncGenerator[Scratch]:
    async with scratch() as database:
        yield database


async def test_message_posted_is_answered_through_the_played_graph_and_its_status_comes_back(
    database: Scratch, tmp_path: Path
) -> None:
    arrived = asyncio.Event()

    async def note(_: Sent) -> None:
        arrived.set()

    graph = FakeGraph(on_sent=note)
    async with graph.serving() as url:
        shop = StageSettings(database.url, url)
        async with (
            program("serve", shop, tmp_path) as server,
            program("worker", shop, tmp_path),
            Poster(server.port, shop.app_secret) as poster,
            asyncio.timeout(60),
        ):
            assert await poster.post(webhook([text(AMINA, "wamid.stage.1", "Hello")])) == 200
            await arrived.wait()
            (sent,) = graph.sent
            assert await poster.post(status(sent.wamid, "delivered", outbox_data=sent.callback_data)) == 200

    assert (sent.to, "Amina" in sent.words) == ("+256782240146", True)
    async with connect(database.url) as conn:
        assert await STATUS.all(conn) == ["delivered"]


async def test_killed_database_comes_back_with_what_it_committed(database: Scratch) -> None:
    async with connect(database.url) as conn:
        before = await INBOX.one(conn)
    killed = database.postmaster_pid

    database.kill()
    await database.start()

    assert database.postmaster_pid != killed
    async with connect(database.url) as conn:
        assert await INBOX.one(conn) == before


async def test_killed_server_answers_nobody_and_keeps_its_port_when_it_starts_again(
    database: Scratch, tmp_path: Path
) -> None:
    shop = StageSettings(database.url, "http://127.0.0.1:1/v1")
    async with program("serve", shop, tmp_path) as server, Poster(server.port, shop.app_secret) as poster:
        killed = server.pid
        await server.kill()
        with pytest.raises(NoAnswer):
            await poster.post(webhook([]))
        await server.start()
        await server.until_ready()

        assert await poster.post(webhook([])) == 200
        assert server.pid != killed
    assert not server.is_running


async def test_program_that_cannot_start_says_where_its_output_is(tmp_path: Path) -> None:
    nowhere = StageSettings("", "http://127.0.0.1:1/v1")
    server = Program("serve", nowhere, tmp_path)
    await server.start()

    with pytest.raises(NotReady, match=str(server.output)):
        await server.until_ready()
    assert "DATABASE_URL" in server.output.read_text()


async def test_played_graph_notes_what_really_went_whatever_it_answered() -> None:
    faults = iter([ANSWERED, TOO_MANY, FAILED_BUT_SENT, DROPPED, Fault("late", after_seconds=0.01)])
    graph = FakeGraph(choose=lambda: next(faults))
    async with graph.serving() as url:
        port = int(url.split(":")[2].split("/")[0])
        contents = ({"to": "+256782240146", "text": {"body": str(number)}} for number in range(5))
        answers = [await call(port, content) for content in contents]

    assert [answer[9:12] for answer in answers] == [b"200", b"429", b"500", b"", b"200"]
    assert [(sent.words, sent.fault) for sent in graph.sent] == [
        ("0", "answered"),
        ("2", "500 but sent"),
        ("3", "sent, then dropped"),
        ("4", "late"),
    ]
    assert graph.sent[0].wamid.encode() in answers[0]


async def call(port: int, content: Mapping[str, object]) -> bytes:
    """Call the played graph on a connection of its own; empty when it is closed without an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"type": "text", "biz_opaque_callback_data": "luminous:1", **content}).encode()
    writer.write(b"POST /v26.0/1/messages HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    try:
        return await reader.read(4096)
    except ConnectionError:
        return b""
    finally:
        writer.close()
