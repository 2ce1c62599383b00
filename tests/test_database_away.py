"""PostgreSQL is killed, frozen, locked or made read-only under a shop that goes on receiving.

Nothing is acknowledged that is not kept, everything acknowledged is there once, and within five
seconds of the database's return messages are taken again. The server here syncs what it
writes as in production, and is killed.
"""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic

import psycopg_pool.base
import pytest
from prometheus_client import REGISTRY
from psycopg.conninfo import make_conninfo

from luminous import postgres
from luminous.db import Database, connect, pool
from luminous.errors import DatabaseAway
from luminous.migrations import migrate
from tests.memory import quick_directory
from tests.shop import ShopUnderTest, text, webhook
from tests.test_worker import worker_of

NUMBERS = count(1)
END_ONE = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname like 'away%' and application_name = 'luminous' order by random() limit 1"""
FOUND_AGAIN_SECONDS = 3 * 5  # the promise is five; a machine that does much else may take longer


@dataclass
class Server:
    """A PostgreSQL that may be killed."""

    root: Path
    url: str

    @property
    def postmaster(self) -> int:
        return int((self.root / "postgres/data/postmaster.pid").read_text().splitlines()[0])

    def processes(self) -> list[int]:
        """The postmaster first, then its children."""
        pid = self.postmaster
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Tell the postmaster; its children go on until they notice that it is gone."""
        os.kill(self.postmaster, how)

    async def end_to_the_last_child(self) -> None:
        """Kill it, and return when nothing is left that could still commit."""
        pids = self.processes()
        self.end()
        await until(lambda: not any(map(is_postgres, pids)))

    async def start(self) -> float:
        """Start it again, and return the moment since which it answers."""
        await asyncio.to_thread(postgres.start, self.root)
        return monotonic()

    @asynccontextmanager
    async def frozen(self) -> AsyncGenerator[None]:
        """It lives, holds its connections, and says nothing."""
        pids = self.processes()
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def is_postgres(pid: int) -> bool:
    """Whether a process lives and is the server's; one that only waits to be reaped has no command."""
    return b"postgres" in command_of(pid)


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
async def server() -> AsyncGenerator[Server]:
    """A server with a database `template`, which has the schema."""
    with quick_directory("luminous-away-") as root:
        try:
            server = Server(root, postgres.start(root, fsync=False).url)
            async with connect(server.url) as conn:
                await conn.execute("create database template")
            async with connect(make_conninfo(server.url, dbname="template")) as conn:
                await migrate(conn)
            postgres.stop(root)
            await server.start()
            yield server
        finally:
            postgres.stop(root)


@pytest.fixture
async def url(server: Server) -> str:
    """A database of this test alone, on a server that runs."""
    await server.start()
    name = f"away_{next(NUMBERS)}"
    async with connect(server.url) as conn:
        await conn.execute(f"create database {name} template template strategy file_copy".encode())
    return make_conninfo(server.url, dbname=name)


@asynccontextmanager
async def shop_on(url: str, **how: float) -> AsyncGenerator[ShopUnderTest]:
    async with Database(url, **how) as database:  # pyright: ignore[reportArgumentType] - seconds only
        shop = ShopUnderTest(database)
        async with shop.http:
            yield shop


@dataclass
class Meta:
    """Posts what it has and posts it again until the answer is 200, as the provider does."""

    shop: ShopUnderTest
    acknowledged: dict[str, float] = field(default_factory=dict[str, float])
    answers: list[int] = field(default_factory=list[int])
    stopped: bool = False

    async def go_on_sending(self) -> None:
        while not self.stopped:
            await self.send()

    async def send(self) -> None:
        number = next(NUMBERS)
        wamid, sender = f"wamid.{number}", (f"2567{number % 7:08}", f"UG.{number % 7}")
        while (answer := await self.shop.post(webhook(text("Hello", wamid, sender)))).status_code != 200:
            self.answers.append(answer.status_code)
            assert answer.headers["retry-after"] == "5"
            await asyncio.sleep(0.02)  # impatient: everything is sooner over
        self.acknowledged[wamid] = monotonic()

    def first_after(self, moment: float) -> float:
        """How long after a moment the first message was acknowledged."""
        return min(at for at in self.acknowledged.values() if at > moment) - moment


@asynccontextmanager
async def load_on(shop: ShopUnderTest, connections: int = 4) -> AsyncGenerator[Meta]:
    """A little load, which ends only when everything is acknowledged."""
    meta = Meta(shop)
    tasks = [asyncio.create_task(meta.go_on_sending()) for _ in range(connections)]
    try:
        yield meta
    finally:
        meta.stopped = True
        async with asyncio.timeout(60):
            await asyncio.gather(*tasks)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.01)


async def until_taken(meta: Meta, number: int) -> None:
    """Wait until so many more messages are acknowledged."""
    goal = len(meta.acknowledged) + number
    await until(lambda: len(meta.acknowledged) >= goal)


async def assert_all_is_there_once(meta: Meta, url: str) -> None:
    async with shop_on(url) as shop:
        rows = await shop.rows("select external_id from inbox")
        assert sorted(meta.acknowledged) == sorted(wamid for (wamid,) in rows)
        assert await shop.one("select count(*) from customers") == 7
        assert await shop.one("select count(*) from subscriptions") == 7
        assert await shop.one("select count(*) from dead_letters") == 0
        assert set(meta.answers) <= {503}


def is_up() -> bool:
    return REGISTRY.get_sample_value("luminous_database_up") == 1


async def ready(shop: ShopUnderTest) -> tuple[int, object]:
    answer = await shop.http.get("/readyz")
    return answer.status_code, answer.json()["database"]


async def test_killed_server_loses_nothing_acknowledged_and_is_found_within_five_seconds_of_its_return(
    server: Server, url: str
) -> None:
    async with (
        shop_on(url, connect_seconds=1) as shop,
        worker_of(shop, shop.bell, url),
        load_on(shop) as meta,
    ):
        for how in (signal.SIGKILL, signal.SIGINT):
            await until_taken(meta, 20)
            meta.answers.clear()
            server.end(how)
            await until(lambda: 503 in meta.answers)
            assert await ready(shop) == (503, "away")
            assert not is_up()
            assert (await shop.http.get("/healthz")).status_code == 200

            returned_at = await server.start()
            await until_taken(meta, 20)
            assert meta.first_after(returned_at) < FOUND_AGAIN_SECONDS
            assert (await ready(shop), is_up()) == ((200, "ok"), True)
    await assert_all_is_there_once(meta, url)
    async with shop_on(url) as shop:
        await shop.tidy()  # a message may have come while a worker took its last look
        while await shop.settle():
            pass
        assert await shop.one("select count(*) from inbox where answered_at is null") == 0
        assert await shop.one("select count(*) from outbox") == 7  # one welcome each


async def test_killed_backends_lose_nothing_acknowledged(server: Server, url: str) -> None:
    async with shop_on(url) as shop, load_on(shop) as meta:
        async with connect(server.url) as psql:
            for _ in range(30):
                await until_taken(meta, 1)
                await psql.execute(END_ONE)
        await until_taken(meta, 5)

        # One that is killed outright takes all others with it, and the server recovers by itself.
        async with shop.database.transaction() as conn:
            victim = conn.info.backend_pid
        refused_at = [monotonic()]
        os.kill(victim, signal.SIGKILL)
        goal = len(meta.acknowledged) + 20
        while len(meta.acknowledged) < goal:
            if not await answers(server.url):
                refused_at.append(monotonic())
            await asyncio.sleep(0.01)
        assert meta.first_after(refused_at[-1]) < FOUND_AGAIN_SECONDS
    await assert_all_is_there_once(meta, url)


async def answers(url: str) -> bool:
    """Whether the server takes a connection now."""
    try:
        async with connect(url):
            return True
    except DatabaseAway:
        return False


async def test_after_a_restart_the_first_message_is_taken_at_its_first_try(server: Server, url: str) -> None:
    async with shop_on(url) as shop:
        async with load_on(shop, connections=10) as meta:
            await until_taken(meta, 50)  # so that the pool is full
        server.end()
        await server.start()  # and nobody has asked meanwhile

        await meta.send()
        assert meta.answers.count(503) == 0
        assert is_up()


async def test_hours_away_do_not_make_the_pool_wait_longer_between_its_attempts(
    server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale = 50  # two and a half seconds here are two minutes
    monkeypatch.setattr(psycopg_pool.base.AttemptWithBackoff, "INITIAL_DELAY", 1 / scale)
    monkeypatch.setattr(pool, "CONNECT_SECONDS", pool.CONNECT_SECONDS / scale)
    async with shop_on(url, connect_seconds=0.1) as shop:
        await Meta(shop).send()
        await server.end_to_the_last_child()
        assert (await shop.post(webhook(text("Hello", "wamid.lost")))).status_code == 503
        # And nobody asks meanwhile. With pauses that go on doubling, 25 attempts would take days.
        await until(lambda: shop.database.pool.get_stats().get("connections_errors", 0) >= 25)
        assert not is_up()

        returned_at = await server.start()
        await until(is_up)  # noticed without any message
        assert monotonic() - returned_at < FOUND_AGAIN_SECONDS
        await Meta(shop).send()


async def test_server_that_stands_still_is_hung_up_on_and_found_when_it_goes_on(
    server: Server, url: str
) -> None:
    async with shop_on(url, connect_seconds=0.5, silence_seconds=0.5) as shop, load_on(shop) as meta:
        await until_taken(meta, 10)
        async with server.frozen():
            await until(lambda: len(meta.answers) >= 8)
            assert await ready(shop) == (503, "away")
        resumed_at = monotonic()
        await until_taken(meta, 10)
        assert meta.first_after(resumed_at) < FOUND_AGAIN_SECONDS
    await assert_all_is_there_once(meta, url)


async def test_worker_ends_when_it_is_told_to_also_without_a_database() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    async with shop_on(nowhere, connect_seconds=0.2) as shop, worker_of(shop, shop.bell, nowhere):
        await until(lambda: not is_up())


async def test_table_locked_from_outside_is_a_503_in_time_and_not_a_wait_without_end(
    server: Server, url: str
) -> None:
    async with shop_on(url) as shop:
        await Meta(shop).send()
        async with connect(url) as psql, psql.transaction():
            await psql.execute("lock table inbox in exclusive mode")
            posts = [
                asyncio.create_task(shop.post(webhook(text("Hello", f"wamid.locked.{n}")))) for n in range(8)
            ]
            async with asyncio.timeout(60):  # two turns at a lock, of two seconds each
                while not all(post.done() for post in posts):
                    async with asyncio.timeout(30):
                        assert (await shop.http.get("/healthz")).status_code == 200
                    await asyncio.sleep(0.05)
        answers = [post.result() for post in posts]
        assert {(each.status_code, each.headers["retry-after"]) for each in answers} == {(503, "5")}
        assert await shop.one("select count(*) from inbox") == 1
        assert await shop.one("select count(*) from dead_letters") == 0

        await Meta(shop).send()


async def test_more_callers_than_may_wait_for_a_connection_are_sent_away_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MOST_WAITING", 5)
    async with shop_on(url, size=1, connect_seconds=30) as shop:
        async with shop.database.transaction():
            # Not messages: they share a transaction, so that one alone waits.
            callers = [asyncio.create_task(ready(shop)) for _ in range(9)]
            await until(lambda: sum(caller.done() for caller in callers) == 4)
        answers = [await caller for caller in callers]
        assert sorted(answers) == [(200, "ok")] * 5 + [(503, "away")] * 4


async def test_database_that_may_only_be_read_is_a_503_and_no_dead_letter(server: Server, url: str) -> None:
    async with connect(url) as psql:
        name = psql.info.dbname
        await psql.execute(f"alter database {name} set default_transaction_read_only = on".encode())
    async with shop_on(url) as shop:
        answer = await shop.post(webhook(text("Hello", "wamid.1")))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert await ready(shop) == (503, "read-only")
    async with connect(url) as psql, psql.transaction():
        await psql.execute("set transaction read write")
        await psql.execute(f"alter database {name} reset default_transaction_read_only".encode())
    async with shop_on(url) as shop:
        await Meta(shop).send()
        assert await shop.one("select count(*) from dead_letters") == 0


async def test_schema_that_is_gone_is_a_503_and_not_an_uncaught_error(server: Server, url: str) -> None:
    async with shop_on(url) as shop:
        await shop.do("alter table webhook_bodies rename to elsewhere")
        answer = await shop.post(webhook(text("Hello", "wamid.1")))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

        await shop.do("alter table elsewhere rename to webhook_bodies")
        await Meta(shop).send()


@pytest.mark.parametrize("prepare", [True, False])
async def test_waiting_is_limited_and_nothing_compiled_in_every_transaction_also_behind_a_pooler(
    database_url: str, prepare: bool
) -> None:
    url = make_conninfo(database_url, options="-c jit=on")
    async with Database(url, size=1, prepare=prepare) as database:
        for _ in range(7):  # often enough that statements get prepared
            async with database.transaction() as conn:
                limits = await (
                    await conn.execute("""
                    select current_setting('lock_timeout'), current_setting('statement_timeout'),
                           current_setting('idle_in_transaction_session_timeout'), current_setting('jit')""")
                ).fetchone()
            assert limits == ("2s", "5s", "10s", "off")
        async with database.transaction() as conn:
            prepared = await (await conn.execute("select count(*) from pg_prepared_statements")).fetchone()
        assert prepared is not None
        assert (prepared[0] > 0) is prepare
