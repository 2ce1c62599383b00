"""What stands in `public` is what Supabase shows to the world: none of it may be open.

Every object of the schema is asked, so that a table, view, sequence or function that a later migration
makes and forgets to keep private is named here.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import LiteralString, cast

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from luminous.db import Connection, connect, sql
from luminous.migrations import migrate

OUTSIDERS = ("anon", "authenticated", "public")


@pytest.fixture(scope="module")
async def supabase_url(server_url: str) -> AsyncGenerator[str]:
    """A database that grants everybody everything that is new, as Supabase does to its API roles."""
    url = make_conninfo(server_url, dbname="like_supabase")
    async with connect(server_url) as server:
        await server.execute("create database like_supabase")
        await server.execute(CREATE_ROLES.text)
    async with connect(url) as conn:
        await conn.execute(GRANT_WHATEVER_COMES.text)
        await migrate(conn)
    yield url
    async with connect(url) as conn:
        await conn.execute("drop owned by anon, authenticated")
    async with connect(server_url) as server:
        await server.execute("drop database like_supabase")
        await server.execute("drop role anon, authenticated")


@pytest.fixture
async def supabase(supabase_url: str) -> AsyncGenerator[Connection]:
    """A transaction there that is rolled back."""
    async with connect(supabase_url) as conn, conn.transaction(force_rollback=True):
        yield conn


@dataclass(frozen=True, slots=True)
class Open:
    """Something that an outsider may use."""

    kind: str
    name: str


async def test_every_table_has_row_security_and_no_policy_opens_it(conn: Connection) -> None:
    assert await UNGUARDED.all(conn) == []


async def test_every_function_runs_with_a_search_path_of_its_own(conn: Connection) -> None:
    assert await UNPINNED.all(conn) == []


async def test_no_extension_is_needed(conn: Connection) -> None:
    assert await EXTENSIONS.all(conn) == ["plpgsql"]


async def test_nothing_runs_with_the_rights_of_its_owner(conn: Connection) -> None:
    assert await DEFINERS.all(conn) == []


async def test_public_may_use_nothing_on_a_plain_server(conn: Connection) -> None:
    assert await OPEN_TO.all(conn, role="public") == []


@pytest.mark.parametrize("role", OUTSIDERS)
async def test_nobody_from_outside_may_use_anything_on_supabase(supabase: Connection, role: str) -> None:
    assert await OPEN_TO.all(supabase, role=role) == []


@pytest.mark.parametrize("role", ["anon", "authenticated"])
async def test_what_a_later_migration_forgets_is_named(supabase: Connection, role: str) -> None:
    await supabase.execute("create table diary (id bigint generated always as identity, secret text)")
    await supabase.execute("create view diary_titles as select secret from diary")
    await supabase.execute(
        "create function read_diary() returns text language sql as 'select secret from diary'"
    )

    assert await UNGUARDED.all(supabase) == ["diary", "diary_titles"]
    assert await UNPINNED.all(supabase) == ["read_diary()"]
    assert await OPEN_TO.all(supabase, role=role) == [
        Open("function", "read_diary()"),
        Open("sequence", "diary_id_seq"),
        Open("table", "diary"),
        Open("table", "diary_titles"),
    ]


@pytest.mark.parametrize("role", ["anon", "authenticated"])
async def test_an_outsider_who_tries_is_refused(supabase: Connection, role: str) -> None:
    tries = await TRIES.all(supabase)
    assert len(tries) > 30

    await supabase.execute("set local role anon" if role == "anon" else "set local role authenticated")
    for attempt in tries:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with supabase.transaction():
                await supabase.execute(cast(LiteralString, attempt))


CREATE_ROLES = sql("create role anon nologin; create role authenticated nologin")
GRANT_WHATEVER_COMES = sql("""
    grant usage on schema public to anon, authenticated;
    alter default privileges in schema public grant all on tables to anon, authenticated, public;
    alter default privileges in schema public grant all on functions to anon, authenticated;
    alter default privileges in schema public grant all on sequences to anon, authenticated, public
""")

# A view has no row security; it must use that of whoever reads it.
UNGUARDED = sql("""
    select relname::text from pg_class
     where relnamespace = 'public'::regnamespace
       and (relkind in ('r', 'p') and not relrowsecurity
            or relkind in ('v', 'm') and not coalesce('security_invoker=true' = any(reloptions), false)
            or exists (select from pg_policy where polrelid = pg_class.oid))
     order by relname
""").into(str)

UNPINNED = sql("""
    select oid::regprocedure::text from pg_proc
     where pronamespace = 'public'::regnamespace
       and not exists (select from unnest(proconfig) setting where starts_with(setting, 'search_path='))
     order by 1
""").into(str)

DEFINERS = sql("""
    select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
""").into(str)

EXTENSIONS = sql("select extname::text from pg_extension").into(str)

OPEN_TO = sql("""
    select 'table' as kind, relname::text as name
      from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
       and (has_table_privilege(%(role)s, oid,
                                'select, insert, update, delete, truncate, references, trigger')
            or has_any_column_privilege(%(role)s, oid, 'select, insert, update, references'))
    union all
    select 'sequence', relname::text
      from pg_class
     where relnamespace = 'public'::regnamespace
       and case relkind when 'S' then has_sequence_privilege(%(role)s, oid, 'usage, select, update') end
    union all
    select 'function', oid::regprocedure::text
      from pg_proc
     where pronamespace = 'public'::regnamespace and has_function_privilege(%(role)s, oid, 'execute')
     order by kind, name
""").into(Open)

# One statement for each table, view, sequence and function.
TRIES = sql("""
    select case when relkind = 'S' then format('select nextval(%L)', oid::regclass)
                else format('select from %s', oid::regclass) end
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'S')
    union all
    select format('insert into %s default values', oid::regclass)
      from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    union all
    select format(case prokind when 'p' then 'call %I(%s)' else 'select %I(%s)' end, proname,
                  (select string_agg(case when provariadic = 0 then '' else 'variadic ' end
                                     || format('null::%s', t::regtype), ', ') from unnest(proargtypes) t))
      from pg_proc where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
""").into(str)
