"""supabase/schema.sql: it is what the migrations add up to, and it stands on its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from luminous.db import Connection, connect, sql

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "supabase" / "schema.sql"
VERSION = sql("select current_setting('server_version_num')::int / 10000").into(int)


async def test_schema_file_is_what_the_migrations_add_up_to(conn: Connection, shared_url: str) -> None:
    await only_on_18(conn)

    assert dump(shared_url) == SCHEMA.read_text("utf-8"), "run `make schema`"


async def test_schema_file_alone_builds_the_same_schema(conn: Connection, server_url: str) -> None:
    await only_on_18(conn)
    async with connect(server_url) as server:
        await server.execute("create database from_schema_file")
        url = make_conninfo(server_url, dbname="from_schema_file")
        async with connect(url) as empty:
            await empty.execute(SCHEMA.read_bytes())

        assert dump(url) == SCHEMA.read_text("utf-8")
        await server.execute("drop database from_schema_file")


async def only_on_18(conn: Connection) -> None:
    if (major := await VERSION.one(conn)) != 18:
        pytest.skip(f"the file has PostgreSQL 18's wording; this server is {major}")


def dump(url: str) -> str:
    command = [sys.executable, ROOT / "scripts" / "schema.py", url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
