"""How the schema is applied: each file once and whole, in the Supabase CLI's history, in any schema."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from luminous import migrations as module
from luminous.db import Connection, Database, connect, sql
from luminous.migrations import MigrationFailed, migrate, migrations, pending

from .people import PHONE, USER, broken_promises, live, writes
from .racing import connections

EMPTY = count(1)


@pytest.fixture
async def empty_url(server_url: str) -> AsyncGenerator[str]:
    """A database without anything in it."""
    name = f"empty_{next(EMPTY)}"
    async with connect(server_url) as server:
        await server.execute(f'create database "{name}"'.encode())
        yield make_conninfo(server_url, dbname=name)
        await server.execute(f'drop database "{name}" with (force)'.encode())


@pytest.fixture
async def empty(empty_url: str) -> AsyncGenerator[Connection]:
    async with connect(empty_url) as conn:
        yield conn


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose files are the migrations."""
    monkeypatch.setattr(module, "DIRECTORIES", (tmp_path,))
    (tmp_path / "20260101000000_first.sql").write_text("create table first (id int);")
    return tmp_path


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    is_key: bool


async def test_every_file_is_recorded_in_the_table_that_the_supabase_cli_keeps(conn: Connection) -> None:
    assert await HISTORY_COLUMNS.all(conn) == [
        Column("version", "text", is_key=True),
        Column("statements", "text[]", is_key=False),
        Column("name", "text", is_key=False),
    ]
    assert await HISTORY.all(conn) == [f"{file.version} {file.name} {file.text}" for file in migrations()]


async def test_what_the_supabase_cli_applied_is_not_applied_again(empty: Connection, files: Path) -> None:
    await migrate(empty)
    await empty.execute(
        "insert into supabase_migrations.schema_migrations values ('20260102000000', '{}', 'second')"
    )
    (files / "20260102000000_second.sql").write_text("create table second (id int);")

    assert await migrate(empty) == []
    assert await TABLES.all(empty, schema="public") == ["first"]


async def test_three_at_once_apply_each_file_once(empty_url: str) -> None:
    async with connections(empty_url, 3) as racers:
        applied = await asyncio.gather(*map(migrate, racers))

        assert sorted(file.version for files in applied for file in files) == [
            f.version for f in migrations()
        ]
        async with racers[0].transaction():
            assert await pending(racers[0]) == []


async def test_a_file_that_fails_is_named_and_leaves_nothing_behind(empty: Connection, files: Path) -> None:
    broken = files / "20260102000000_second.sql"
    broken.write_text("create table half (id int); insert into nowhere values (1);")
    (files / "20260103000000_third.sql").write_text("create table third (id int);")

    with pytest.raises(
        MigrationFailed, match=r'20260102000000_second\.sql was refused: .*"nowhere" does not'
    ):
        await migrate(empty)
    assert await TABLES.all(empty, schema="public") == ["first"]

    broken.write_text("create table whole (id int);")
    assert [file.name for file in await migrate(empty)] == ["second", "third"]
    assert await TABLES.all(empty, schema="public") == ["first", "third", "whole"]


async def test_what_is_pending_is_told_without_changing_anything(empty: Connection, files: Path) -> None:
    async with empty.transaction():
        assert [file.version for file in await pending(empty)] == ["20260101000000"]

    assert await TABLES.all(empty, schema="public") == []


async def test_only_files_with_a_version_are_migrations(files: Path) -> None:
    (files / "notes.sql").write_text("drop table first;")
    (files / "2026_too_short.sql").write_text("drop table first;")

    assert [file.name for file in migrations()] == ["first"]


async def test_a_second_shop_lives_beside_public_and_neither_sees_the_other(empty_url: str) -> None:
    async with connect(empty_url) as conn:
        await migrate(conn)
        applied = await migrate(conn, "shop_two")
        assert applied == migrations()
        assert await TABLES.all(conn, schema="shop_two") == sorted(
            [*await TABLES.all(conn, schema="public"), "schema_migrations"]
        )
        await writes(conn, PHONE, USER, "Amina")

    async with Database(empty_url, schema="shop_two") as shop_two:
        async with shop_two.transaction() as conn:
            assert await live(conn) == {}
            okello = await writes(conn, PHONE, USER, "Okello")
        async with shop_two.transaction() as conn:
            assert [row.display_name for row in (await live(conn)).values()] == ["Okello"]
            assert await broken_promises(conn) == []
            assert await pending(conn, "shop_two") == []

    async with connect(empty_url) as conn:
        assert [row.display_name for row in (await live(conn)).values()] == ["Amina"]
        assert okello.is_new_customer
        assert await broken_promises(conn) == []


async def test_a_shop_needs_no_public_and_its_functions_stay_in_it(empty: Connection) -> None:
    await migrate(empty, "shop two")  # a name that has to be quoted

    assert await TABLES.all(empty, schema="public") == []
    await empty.execute("select * from \"shop two\".resolve_customer('+256772000001', null, null, null)")
    with pytest.raises(psycopg.errors.UndefinedTable):
        await live(empty)
    await empty.execute('set search_path = "shop two"')
    assert len(await live(empty)) == 1
    assert await broken_promises(empty) == []


HISTORY_COLUMNS = sql("""
    select attname::text as name, format_type(atttypid, atttypmod) as type,
           coalesce(attnum = any(conkey), false) as is_key
      from pg_attribute
      left join pg_constraint on conrelid = attrelid and contype = 'p'
     where attrelid = 'supabase_migrations.schema_migrations'::regclass and attnum > 0 and not attisdropped
     order by attnum
""").into(Column)
HISTORY = sql("""
    select version || ' ' || name || ' ' || array_to_string(statements, '')
      from supabase_migrations.schema_migrations order by version
""").into(str)
TABLES = sql("select tablename::text from pg_tables where schemaname = %(schema)s order by 1").into(str)
