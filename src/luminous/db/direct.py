"""A connection of its own outside any pool, and the bell that other processes hear."""

from collections.abc import AsyncGenerator, Collection
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
            await use_schema(conn, schema, for_this_transaction=False)
        yield conn


async def use_schema(conn: Connection, schema: str, *, for_this_transaction: bool) -> None:
    """Names without a schema mean this one's, in this transaction or from now on."""
    await USE_SCHEMA.run(conn, schema=f'"{schema}", pg_temp', for_this_transaction=for_this_transaction)


async def wake(conn: Connection, kinds: Collection[str]) -> None:
    """Tell other processes that there is work of these kinds. A hint: it may be missed."""
    await WAKE.run(conn, kinds=" ".join(kinds))


async def wakes(url: str) -> AsyncGenerator[str]:
    """Yield the kinds of each `wake` in another process. Needs a direct connection, not a pooler's."""
    async with connect(url) as conn:
        await LISTEN.run(conn)
        async for notify in conn.notifies():
            yield notify.payload


USE_SCHEMA = sql("select set_config('search_path', %(schema)s, %(for_this_transaction)s)")
# A hint need not outlive a crash, so nothing waits for the disk.
WAKE = sql("""
    select set_config('synchronous_commit', 'off', true), pg_notify('luminous_wake', %(kinds)s)
""")
LISTEN = sql("listen luminous_wake")
