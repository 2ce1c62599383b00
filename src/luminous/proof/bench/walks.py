"""Answering and delivery: messages a second of one worker process, and of two."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import LiteralString

from luminous.db import Connection, connect, sql, wake
from luminous.proof.bench.databases import copied, peopled
from luminous.proof.bench.figures import Round
from luminous.proof.bench.ground import Ground, Measure, until, working
from luminous.proof.stage import FakeGraph, Sent, StageSettings
from luminous.proof.stage.graph import SILENT
from luminous.wake import KINDS

WORKERS = {"one": 1, "two": 2}
LONGEST_SECONDS = 120  # until a backlog is worked off


@asynccontextmanager
async def answering(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """So many customers wait, each with one message. The Graph API stays silent: nothing is delivered."""
    async with peopled(ground.server.url, ground.sizes.backlog, seen=timedelta(hours=1)) as people:
        yield [
            Measure(f"answering, {word} worker", partial(_answering, ground, people, word))
            for word in WORKERS
        ]


@asynccontextmanager
async def delivery(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """One message is owed to each of so many customers. The Graph API answers at once."""
    async with peopled(ground.server.url, ground.sizes.backlog, seen=timedelta(hours=1)) as people:
        yield [
            Measure(f"delivery, {word} worker", partial(_delivery, ground, people, word)) for word in WORKERS
        ]


async def _answering(ground: Ground, people: str, word: str) -> Round:
    backlog = ground.sizes.backlog
    async with (
        copied(ground.server.url, of=people) as url,
        FakeGraph(choose=lambda: SILENT).serving() as graph_url,
        working(ground, StageSettings(url, graph_url), WORKERS[word]),
        connect(url) as conn,
    ):

        async def is_worked_off() -> bool:
            return await ALL_ANSWERED.one(conn)

        await _put(conn, "select bench.take(person, person) from generate_series(1, %s) person", backlog)
        await until(is_worked_off, LONGEST_SECONDS)
        return {f"answering.{word}": (backlog - 1) / await ANSWERING_SECONDS.one(conn)}


async def _delivery(ground: Ground, people: str, word: str) -> Round:
    backlog = ground.sizes.backlog
    sent: asyncio.Queue[Sent] = asyncio.Queue()
    async with (
        copied(ground.server.url, of=people) as url,
        FakeGraph(on_sent=sent.put).serving() as graph_url,
        working(ground, StageSettings(url, graph_url), WORKERS[word]),
        connect(url) as conn,
        asyncio.timeout(LONGEST_SECONDS),
    ):
        await _put(conn, "call bench.owe(%s)", backlog)
        times = [(await sent.get()).sent_at for _ in range(backlog)]
        return {f"delivery.{word}": (backlog - 1) / (times[-1] - times[0])}


async def _put(conn: Connection, statement: LiteralString, backlog: int) -> None:
    """Commit the whole backlog at once, and wake the workers with it."""
    async with conn.transaction():
        await conn.execute(statement, [backlog])
        await wake(conn, KINDS)


ALL_ANSWERED = sql("select not exists (select from inbox where answered_at is null)").into(bool)

ANSWERING_SECONDS = sql("""
    select extract(epoch from max(answered_at) - min(answered_at))::float8 from inbox
""").into(float)
