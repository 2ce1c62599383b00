"""A connection of its own outside any pool, and the bell that other processes hear."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg

from luminous.db.line import patient
from luminous.db.statements import Connection, sql
from luminous.errors import DatabaseAway


@asynccontextmanager
async def connect(url: str, schema: str | None = None) -> AsyncGenerator[Connection]:
    """One connection of its own, autocommit, outside any pool: for the CLI and for listening.

    Raises DatabaseAway when the server does not answer.
    """
    try:
        conn = await psycopg.AsyncConnection.connect(patient(url), autocommit=True)
    except psycopg.OperationalError as error:
        raise DatabaseAway(f"PostgreSQL does not answer: {str(error).strip()}") from error
    async with conn:
        if schema is not None:
            await USE_SCHEMA_FROM_NOW_ON.run(conn, schema=f'"{schema}", pg_temp')
        yield conn


async def wake(conn: Connection) -> None:
    """Tell other processes that there is work. A hint: whoever misses it polls."""
    await WAKE.run(conn)


async def wakes(url: str) -> AsyncGenerator[None]:
    """Yield whenever another process called `wake`. Needs a direct connection, not a pooler's."""
    async with connect(url) as conn:
        await LISTEN.run(conn)
        async for _ in conn.notifies():
            yield


USE_SCHEMA_FROM_NOW_ON = sql("select set_config('search_path', %(schema)s, false)")
WAKE = sql("select pg_notify('luminous_wake', '')")
LISTEN = sql("listen luminous_wake")
