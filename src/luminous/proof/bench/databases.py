"""Databases of the scratch server: one with people in it, and quick copies of one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit

from luminous.db import connect
from luminous.proof.bench.people import IN_SQL

_NUMBERS = count(1)


@asynccontextmanager
async def peopled(server_url: str, how_many: int, *, seen: timedelta) -> AsyncGenerator[str]:
    """A database with the schema and so many people, dropped at the end; yields its URL.

    server_url: of a database with the schema and nothing else, to which nobody is connected.
    seen: how long ago they wrote last.
    """
    async with copied(server_url, of=server_url) as url:
        async with connect(url) as conn:
            await conn.execute(IN_SQL.read_bytes())
            await conn.execute("alter system set max_wal_size = '8GB'")  # millions of rows in one go
            await conn.execute("select pg_reload_conf()")
            await conn.execute("call bench.people(%s, now() - %s)", [how_many, seen])
            await conn.execute("alter system reset max_wal_size")
            await conn.execute("select pg_reload_conf()")
            # Not what is empty: plans made for a table known to be empty would be kept while it fills.
            await conn.execute(
                "vacuum (analyze) customers, customer_identifiers, subscriptions, conversations"
            )
            await conn.execute("checkpoint")
        yield url


@asynccontextmanager
async def copied(server_url: str, *, of: str) -> AsyncGenerator[str]:
    """A copy of a database to which nobody is connected, dropped at the end; yields its URL."""
    name, template = f"bench_{next(_NUMBERS)}", _name(of)
    maintenance = _renamed(server_url, "postgres")
    async with connect(maintenance) as conn:
        await conn.execute(f'create database "{name}" template "{template}" strategy file_copy'.encode())
        await conn.execute("checkpoint")  # nobody's measure pays for it
    try:
        yield _renamed(server_url, name)
    finally:
        async with connect(maintenance) as conn:
            await conn.execute(f'drop database "{name}" with (force)'.encode())


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _renamed(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
