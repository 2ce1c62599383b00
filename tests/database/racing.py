"""Races made real: connections of their own, and a wait until PostgreSQL says that one waits for another."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TypeVar

from psycopg.conninfo import make_conninfo

from luminous.db import Connection, again, connect, sql

Result = TypeVar("Result")
Work = Callable[[Connection], Awaitable[Result]]


@asynccontextmanager
async def connections(url: str, count: int) -> AsyncGenerator[list[Connection]]:
    """So many connections, all open. A deadlock is noticed after 50 ms instead of a second."""
    quick = make_conninfo(url, options="-c deadlock_timeout=50ms")
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connect(quick)) for _ in range(count)]


async def at_once(racers: Sequence[Connection], works: Sequence[Work[Result]]) -> list[Result]:
    """Each works in a transaction of its own, begun together and committed when it ends."""
    start = asyncio.Barrier(len(racers))

    async def race(conn: Connection, work: Work[Result]) -> Result:
        async with conn.transaction():
            await conn.execute("select")
            await start.wait()
            return await work(conn)

    return await asyncio.gather(*map(race, racers, works))


async def retried(conn: Connection, work: Work[Result]) -> Result:
    """In a transaction of `conn` that is run again when PostgreSQL says so, as the house does it."""
    return await again(partial(transaction_of, conn), work)


@asynccontextmanager
async def transaction_of(conn: Connection) -> AsyncGenerator[Connection]:
    async with conn.transaction():
        yield conn


async def until_blocked(watcher: Connection, conn: Connection) -> None:
    """Wait until `conn` waits for a lock that another holds. Gives up after 30 s."""
    async with asyncio.timeout(30):
        while not await BLOCKED.one(watcher, pid=conn.info.backend_pid):  # noqa: ASYNC110 - PostgreSQL's event
            await asyncio.sleep(0.005)


BLOCKED = sql("select cardinality(pg_blocking_pids(%(pid)s)) > 0").into(bool)
