"""Programs that are told to end under load: what is under way is finished, and nobody who retries notices."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from luminous.channels.meta.signature import sign
from luminous.db import connect
from luminous.proof.stage.programs import free_port
from tests.channels.meta.graph import graph_api, says
from tests.shop import SECRET, ShopUnderTest, text, webhook

NUMBERS = count(1)
DRAINED_SECONDS = 30  # the promise


@dataclass
class Program:
    """A `luminous serve` or `luminous worker` in a process of its own."""

    database_url: str
    home: Path
    settings: dict[str, str]
    process: asyncio.subprocess.Process = field(init=False)

    async def start(self, *words: str) -> None:
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR", "LANG")}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "luminous",
            *words,
            cwd=self.home,
            env={**kept, "DATABASE_URL": self.database_url, **self.settings},
            stderr=asyncio.subprocess.DEVNULL,
        )

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        async with asyncio.timeout(DRAINED_SECONDS):
            return await self.process.wait()


@asynccontextmanager
async def program(database_url: str, home: Path, *words: str, **settings: str) -> AsyncGenerator[Program]:
    made = Program(database_url, home, settings)
    await made.start(*words)
    try:
        yield made
    finally:
        if made.process.returncode is None:
            made.process.kill()
            await made.process.wait()


@asynccontextmanager
async def serving(database_url: str, home: Path) -> AsyncGenerator[tuple[Program, int]]:
    """A server that is ready, and its port."""
    port = free_port()
    secrets = {"WHATSAPP_APP_SECRET": SECRET, "WHATSAPP_VERIFY_TOKEN": "verify-me"}
    async with program(database_url, home, "serve", PORT=str(port), **secrets) as server:
        await until_ready(port)
        yield server, port


async def until_ready(port: int) -> None:
    async with asyncio.timeout(60):
        while await ask(port, b"GET /readyz HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n") != 200:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def ask(port: int, raw: bytes) -> int | None:
    """The status of an answer; None when there was none."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(raw)
            return await status_from(reader)
        finally:
            writer.transport.abort()
    return None


async def status_from(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1])


def message() -> tuple[str, bytes]:
    """A message that was never seen, and the call that brings it."""
    number = next(NUMBERS)
    wamid, sender = f"wamid.{number}", (f"2567{number:08}", f"UG.{number}")
    raw = json.dumps(webhook(text("Hello", wamid, sender))).encode()
    head = (
        b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: shop\r\nx-hub-signature-256: "
        + sign(raw, SECRET).encode()
    )
    return wamid, head + b"\r\ncontent-length: %d\r\n\r\n" % len(raw) + raw


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.01)


async def test_requests_under_way_when_the_server_is_told_to_end_are_answered(
    database_url: str, tmp_path: Path
) -> None:
    (_, waiting), (_, arriving) = message(), message()
    async with serving(database_url, tmp_path) as (server, port):
        async with connect(database_url) as psql, psql.transaction():
            await psql.execute("lock table inbox in exclusive mode")  # so that an answer takes its time
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(arriving[:-10])
            answer = asyncio.create_task(ask(port, waiting))
            async with asyncio.timeout(60):  # the later of the two has got as far as the lock
                while not await (await psql.execute(WAITS, [psql.info.backend_pid])).fetchone():  # noqa: ASYNC110 - PostgreSQL's event
                    await asyncio.sleep(0.01)
            server.end()
            while await ask(port, b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n") is not None:
                pass  # until it takes no new caller
            assert not answer.done()
        writer.write(arriving[-10:])

        assert [await answer, await status_from(reader)] == [200, 200]
        writer.close()
        await server.ended()
    async with connect(database_url) as psql:
        rows = await (await psql.execute("select count(*) from inbox")).fetchall()
    assert rows == [(2,)]


WAITS = "select true from pg_stat_activity where %s = any(pg_blocking_pids(pid))"


async def test_caller_who_never_ends_does_not_keep_the_server_from_ending(
    database_url: str, tmp_path: Path
) -> None:
    async with serving(database_url, tmp_path) as (server, port):
        callers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for (_, writer), said in zip(callers, (b"", b"POST /webhooks", message()[1][:-10]), strict=True):
            writer.write(said)
        await asyncio.sleep(0.2)
        server.end()
        await server.ended()
        for _, writer in callers:
            writer.transport.abort()


@dataclass
class Retrying:
    """A client that knows two servers, and posts a message until one of them says 200."""

    ports: list[int]
    acknowledged: set[str] = field(default_factory=set[str])
    refusals: list[int] = field(default_factory=list[int])
    stopped: bool = False

    async def go_on(self) -> None:
        while not self.stopped:
            wamid, raw = message()
            while True:
                self.ports.reverse()
                status = await ask(self.ports[0], raw)
                if status == 200:
                    break
                if status is not None:
                    self.refusals.append(status)
            self.acknowledged.add(wamid)
            await asyncio.sleep(0.02)


async def test_rolling_restart_of_two_servers_under_load_is_no_error_to_who_retries(
    shop: ShopUnderTest, database_url: str, tmp_path: Path
) -> None:
    async with serving(database_url, tmp_path) as one, serving(database_url, tmp_path) as two:
        client = Retrying([one[1], two[1]])
        posting = [asyncio.create_task(client.go_on()) for _ in range(4)]
        for server, port in (one, two):
            before = len(client.acknowledged)
            await until(lambda before=before: len(client.acknowledged) > before + 20)
            server.end()
            await server.ended()
            await server.start("serve")
            await until_ready(port)
        client.stopped = True
        async with asyncio.timeout(60):
            await asyncio.gather(*posting)

    assert client.refusals == []
    rows = await shop.rows("select external_id from inbox")
    assert sorted(client.acknowledged) == sorted(wamid for (wamid,) in rows)


async def test_worker_that_is_told_to_end_while_it_sends_records_what_became_of_it(
    shop: ShopUnderTest, database_url: str, tmp_path: Path
) -> None:
    may_answer = asyncio.Event()

    async def answers_late(writer: asyncio.StreamWriter) -> None:
        await may_answer.wait()
        await says(200, {"messages": [{"id": "wamid.out.1"}]})(writer)

    await shop.hear(text("Hello", "wamid.1"))
    async with graph_api(answers_late) as graph:
        graph.passes_receipts = True
        ways = {
            "WHATSAPP_ACCESS_TOKEN": "token",
            "WHATSAPP_PHONE_NUMBER_ID": "1",
            "WHATSAPP_API_URL": graph.url,
        }
        async with program(database_url, tmp_path, "worker", **ways) as worker:
            async with asyncio.timeout(60):
                await graph.has_been_asked.wait()
            worker.end()
            await asyncio.sleep(0.2)
            assert worker.process.returncode is None
            may_answer.set()
            assert await worker.ended() == 0

    assert await shop.rows("select status, external_id from outbox") == [("accepted", "wamid.out.1")]
    assert len(graph.requests) == 1
