"""The schema, applied: every file of `supabase/migrations` once, in the order of its version.

The history is the Supabase CLI's own table, so that `supabase db push` and `luminous migrate` see
each other's work. A schema other than `public` keeps its history inside itself.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from luminous.db import Connection, sql
from luminous.errors import LuminousError, sqlstate

PACKAGE = Path(__file__).parent
DIRECTORIES = (PACKAGE / "supabase/migrations", PACKAGE.parents[1] / "supabase/migrations")
FILE_NAME = re.compile(r"(\d{14})_(\w+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `<YYYYMMDDHHMMSS>_<what>.sql`."""

    version: str
    name: str
    text: str


class MigrationFailed(LuminousError):
    """A migration was refused; nothing of it, and nothing after it, is in the database."""


def migrations() -> list[Migration]:
    """Every migration of this version of Luminous, oldest first."""
    directory = next(directory for directory in DIRECTORIES if directory.is_dir())
    files = sorted(directory.glob("*.sql"))
    named = [(FILE_NAME.fullmatch(file.name), file) for file in files]
    return [Migration(match[1], match[2], file.read_text("utf-8")) for match, file in named if match]


async def pending(conn: Connection, schema: str = "public") -> list[Migration]:
    """Which migrations this database still lacks. Inside the caller's transaction."""
    path = await SEARCH_PATH.one(conn)
    await LOOK_AT_HISTORY.run(conn, schema=_history_schema(schema))
    known = set[str]()
    if await HISTORY_EXISTS.one(conn):
        known = set(await APPLIED.all(conn))
    await WORK_IN.run(conn, path=path)
    return [migration for migration in migrations() if migration.version not in known]


async def migrate(conn: Connection, schema: str = "public") -> list[Migration]:
    """Apply what is pending, each file in its own transaction, and return what was applied.

    `conn` is autocommit. Several callers at once take turns; the later ones find nothing to do.
    Raises MigrationFailed, which names the file and PostgreSQL's words.
    """
    applied: list[Migration] = []
    while True:
        async with conn.transaction():
            await LOCK.run(conn)
            await USE.run(conn, schema=schema, history=_history_schema(schema))
            await CREATE_HISTORY.run(conn)
            waiting = await pending(conn, schema)
            if not waiting:
                return applied
            await _apply(conn, waiting[0], schema)
            applied.append(waiting[0])


async def _apply(conn: Connection, migration: Migration, schema: str) -> None:
    await WORK_IN.run(conn, path=f'"{schema}", pg_temp')
    try:
        await conn.execute(migration.text.encode())
    except Exception as error:
        if sqlstate(error) is None:
            raise
        raise MigrationFailed(f"{migration.version}_{migration.name}.sql was refused: {error}") from error
    await LOOK_AT_HISTORY.run(conn, schema=_history_schema(schema))
    await RECORD.run(conn, version=migration.version, name=migration.name, text=migration.text)


def _history_schema(schema: str) -> str:
    return "supabase_migrations" if schema == "public" else schema


LOCK = sql("select pg_advisory_xact_lock(hashtextextended('luminous migrate', 0))")
USE = sql("""
    select set_config('luminous.schema', %(schema)s, true),
           set_config('luminous.history_schema', %(history)s, true)
""")
CREATE_HISTORY = sql("""
    do $$
    begin
      execute format('create schema if not exists %I', current_setting('luminous.schema'));
      execute format('create schema if not exists %I', current_setting('luminous.history_schema'));
      execute format(
        'create table if not exists %I.schema_migrations
           (version text primary key, statements text[], name text)',
        current_setting('luminous.history_schema'));
      if current_setting('luminous.history_schema') = current_setting('luminous.schema') then
        execute format('alter table %I.schema_migrations enable row level security',
                       current_setting('luminous.schema'));
      end if;
    end $$
""")
LOOK_AT_HISTORY = sql("select set_config('search_path', quote_ident(%(schema)s), true)")
WORK_IN = sql("select set_config('search_path', %(path)s, true)")
SEARCH_PATH = sql("select current_setting('search_path')").into(str)
HISTORY_EXISTS = sql("select to_regclass('schema_migrations') is not null").into(bool)
APPLIED = sql("select version from schema_migrations").into(str)
RECORD = sql("""
    insert into schema_migrations (version, statements, name)
    values (%(version)s, array[%(text)s], %(name)s)
""")
