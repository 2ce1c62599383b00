"""The one door to PostgreSQL: SQL as literal text with named parameters, and who opens transactions.

    FIND = sql("select id, phone_number from customers where id = %(id)s").into(Found)
    found = await FIND.maybe(conn, id=customer_id)   # Found | None, and the type checker knows

A statement lives beside the function that runs it. Rooms receive `conn`; only doors and walks
open a transaction, and no network call happens inside one.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, is_dataclass
from typing import Any, Generic, LiteralString, TypeVar

import psycopg
from psycopg.rows import AsyncRowFactory, class_row, scalar_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from luminous.errors import DatabaseAway, is_retryable

Row = TypeVar("Row")
Result = TypeVar("Result")
Connection = psycopg.AsyncConnection[Any]
Begin = Callable[[], AbstractAsyncContextManager[Connection]]  # opens one transaction

ATTEMPTS = 5  # of a transaction that PostgreSQL says may be tried again
CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL whose answer is how many rows it touched. `into` gives it rows instead."""

    text: LiteralString

    async def run(self, conn: Connection, **params: object) -> int:
        """Run it and return how many rows it touched."""
        return (await conn.execute(self.text, params or None)).rowcount

    def into(self, row: type[Row]) -> "Query[Row]":
        """Give each row a type: a frozen dataclass, or one scalar such as `int`."""
        return Query(self.text, row)


@dataclass(frozen=True, slots=True)
class Query(Generic[Row]):
    """SQL that answers with rows of one type. Columns meet dataclass fields by name."""

    text: LiteralString
    row: type[Row]

    async def all(self, conn: Connection, **params: object) -> list[Row]:
        """Return every row, in the statement's order."""
        factory: AsyncRowFactory[Row] = class_row(self.row) if is_dataclass(self.row) else scalar_row
        cursor = conn.cursor(row_factory=factory)
        return await (await cursor.execute(self.text, params or None)).fetchall()

    async def maybe(self, conn: Connection, **params: object) -> Row | None:
        """Return the first row, or None when there is none."""
        rows = await self.all(conn, **params)
        return rows[0] if rows else None

    async def one(self, conn: Connection, **params: object) -> Row:
        """Return the first row. Raises LookupError when there is none."""
        rows = await self.all(conn, **params)
        if not rows:
            raise LookupError(f"no row from: {' '.join(self.text.split())[:80]}")
        return rows[0]


def sql(text: LiteralString) -> Statement:
    """Mark a literal as SQL. Values go in as %(name)s parameters, never by formatting."""
    return Statement(text)


class Database:
    """A pool of connections to one shop's schema."""

    def __init__(
        self,
        url: str,
        *,
        schema: str | None = None,
        size: int = 10,
        prepare: bool = True,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        """Describe it; `open` connects.

        schema: set for each transaction; None leaves the role's own search_path.
        prepare: False behind a transaction pooler (PgBouncer, Supabase's port 6543), where a
        prepared statement may meet another server connection.
        connect_seconds: how long a transaction waits for a connection.
        """
        self.schema = schema
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            open=False,
            min_size=1,
            max_size=size,
            timeout=connect_seconds,
            configure=_limit_for_good if prepare else None,
            kwargs={"prepare_threshold": 5 if prepare else None, "application_name": "luminous"},
        )
        self.limits_each_transaction = not prepare

    async def open(self) -> None:
        """Start connecting in the background; the first transaction waits for it."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """Give the connections back."""
        await self.pool.close()

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """One transaction: committed at the end, rolled back on an exception.

        Raises DatabaseAway when no connection can be had in time.
        """
        try:
            async with self.pool.connection() as conn:
                if self.limits_each_transaction:
                    await LIMIT.run(conn, for_this_transaction=True)
                if self.schema is not None:
                    await USE_SCHEMA.run(conn, schema=f'"{self.schema}", pg_temp')
                yield conn
        except PoolTimeout as error:
            raise DatabaseAway(
                "PostgreSQL does not answer. Is it running, and is DATABASE_URL right?"
            ) from error


async def _limit_for_good(conn: Connection) -> None:
    await LIMIT.run(conn, for_this_transaction=False)
    await conn.commit()


@asynccontextmanager
async def connect(url: str, schema: str | None = None) -> AsyncGenerator[Connection]:
    """One connection of its own, autocommit, outside any pool: for the CLI and for listening.

    Raises DatabaseAway when the server does not answer.
    """
    try:
        conn = await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise DatabaseAway(f"PostgreSQL does not answer: {str(error).strip()}") from error
    async with conn:
        if schema is not None:
            await USE_SCHEMA_FROM_NOW_ON.run(conn, schema=f'"{schema}", pg_temp')
        yield conn


async def again(begin: Begin, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Run `work` in a transaction; run all of it again, at most five times, when that may help.

    Raises whatever the last try raised.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with begin() as conn:
                return await work(conn)
        except Exception as error:
            if attempt == ATTEMPTS or isinstance(error, DatabaseAway) or not is_retryable(error):
                raise
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, no secret
    raise AssertionError  # the loop returns or raises


async def wake(conn: Connection) -> None:
    """Tell other processes that there is work. A hint: whoever misses it polls."""
    await WAKE.run(conn)


async def wakes(url: str) -> AsyncGenerator[None]:
    """Yield whenever another process called `wake`. Needs a direct connection, not a pooler's."""
    async with connect(url) as conn:
        await LISTEN.run(conn)
        async for _ in conn.notifies():
            yield


# Whoever waits for a row that somebody locks from outside gives the connection back, and tries again.
LIMIT = sql("""
    select set_config('lock_timeout', '2s', %(for_this_transaction)s),
           set_config('statement_timeout', '5s', %(for_this_transaction)s),
           set_config('idle_in_transaction_session_timeout', '10s', %(for_this_transaction)s)
""")
USE_SCHEMA = sql("select set_config('search_path', %(schema)s, true)")
USE_SCHEMA_FROM_NOW_ON = sql("select set_config('search_path', %(schema)s, false)")
WAKE = sql("select pg_notify('luminous_wake', '')")
LISTEN = sql("listen luminous_wake")
