"""Databases that tests use one after the other, emptied in between.

A new one costs a copy of its files, and each connection to it learns the schema again; in one that is
warm already a test has less than half of that work.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from os import getpid
from time import monotonic
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from luminous.db import Connection, Database, connect

NUMBERS = count(1)
GONE_SECONDS = 1.0  # within which a connection that was closed has left the server


@dataclass
class Place:
    """A database, a pool that is opened when first asked for, and the connection that empties it."""

    url: str
    pool: Database
    keeper: Connection
    schema: Sequence[tuple[int, int]]  # what it was like at first
    stack: AsyncExitStack
    is_open: bool = False

    async def open(self) -> Database:
        """The pool. Its connections stay from test to test."""
        if not self.is_open:
            await self.stack.enter_async_context(self.pool)
            self.is_open = True
        return self.pool

    async def is_as_new(self) -> bool:
        """Empty it. False where a test changed more than rows, or where somebody is still connected."""
        try:
            if not await self._is_at_rest() or await schema_of(self.keeper) != self.schema:
                return False
            await self.keeper.execute("select pg_temp.empty_all()")
        except psycopg.OperationalError:  # ended by the test, or kept waiting by what it left
            return False
        return True

    async def _is_at_rest(self) -> bool:
        until = monotonic() + GONE_SECONDS
        while await connected(self.keeper) != self._resting():
            if monotonic() > until:
                return False
            await asyncio.sleep(0.005)
        return True

    def _resting(self) -> int:
        """How many connections the pool has, none of which is used; -1 where that is not so."""
        if not self.is_open:
            return 0
        stats = self.pool.pool.get_stats()
        return stats["pool_size"] if stats["pool_size"] == stats["pool_available"] else -1


@dataclass
class Places:
    """What is free. Made from a template, a database that nobody is connected to."""

    server_url: str
    template: str
    free: list[Place]

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[Place]:
        """A place for one test."""
        place = self.free.pop() if self.free else await self._new()
        yield place
        if await place.is_as_new():
            self.free.append(place)
        else:
            await place.stack.aclose()

    async def _new(self) -> Place:
        stack = AsyncExitStack()
        url = await stack.enter_async_context(cloned(self.server_url, self.template))
        keeper = await stack.enter_async_context(connect(url))
        await keep_what_is_there(keeper)
        return Place(url, Database(url), keeper, await schema_of(keeper), stack)


@asynccontextmanager
async def cloned(server_url: str, template: str) -> AsyncGenerator[str]:
    """A database like the template, dropped at the end; yields its URL."""
    name = f"test_{getpid()}_{next(NUMBERS)}"
    async with connect(server_url) as conn:
        await conn.execute(f'create database "{name}" template "{template}" strategy file_copy'.encode())
    yield make_conninfo(server_url, dbname=name)
    async with connect(server_url) as conn:
        await conn.execute(f'drop database "{name}" with (force)'.encode())


async def connected(keeper: Connection) -> int:
    """How many others are connected to the keeper's database."""
    return (await rows(keeper, CONNECTED))[0][0]


async def schema_of(keeper: Connection) -> Sequence[tuple[int, int]]:
    """Of each catalogue, how many rows it has and which transaction wrote to it last."""
    return await rows(keeper, SCHEMA)


async def keep_what_is_there(keeper: Connection) -> None:
    """Make the function that brings tables and sequences back to what they are now."""
    tables = [name for (name,) in await rows(keeper, TABLES)]
    steps = [f"delete from {table};" for table in tables]  # noqa: S608 - names from the catalogue
    for number, table in enumerate(tables):
        if await rows(keeper, f"select from {table} limit 1"):
            await keeper.execute(f"create temporary table kept_{number} as table {table}".encode())
            steps.append(f"insert into {table} overriding system value table kept_{number};")
    steps += [step for (step,) in await rows(keeper, SEQUENCES)]
    body = "\n".join(steps)
    await keeper.execute(
        f"""
        create function pg_temp.empty_all() returns void language plpgsql
          set session_replication_role = replica as $$ begin {body} end; $$""".encode()
    )
    await keeper.execute("set lock_timeout = '1s'")


async def rows(keeper: Connection, query: str) -> list[tuple[Any, ...]]:
    return await (await keeper.execute(query.encode())).fetchall()


CONNECTED = """
    select count(*) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
TABLES = """
    select oid::regclass::text from pg_class
     where relkind = 'r' and relnamespace in ('public'::regnamespace, to_regnamespace('supabase_migrations'))
     order by 1
"""
SEQUENCES = """
    select format('perform setval(%L, %s, %s);', format('%I.%I', schemaname, sequencename),
                  coalesce(last_value, start_value), (last_value is not null)::text)
      from pg_sequences
"""
CATALOGUES = (
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_policy"),
    *("pg_proc", "pg_type", "pg_namespace", "pg_default_acl", "pg_db_role_setting"),
)
SCHEMA = " union all ".join(
    f"select count(*), max(xmin::text::bigint) from {catalogue}"  # noqa: S608 - the names above
    for catalogue in CATALOGUES
)
