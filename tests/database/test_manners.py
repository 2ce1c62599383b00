"""What every object of the schema keeps to, so that the next migration keeps to it too."""

from luminous.db import Connection, sql


async def test_a_constraint_that_can_refuse_a_person_has_a_sentence_for_a_name(conn: Connection) -> None:
    assert await NAMELESS.all(conn) == []


async def test_every_foreign_key_says_what_happens_on_delete(conn: Connection) -> None:
    assert await SILENT_FOREIGN_KEYS.all(conn) == []


async def test_every_column_of_time_knows_its_zone(conn: Connection) -> None:
    assert await WITHOUT_ZONE.all(conn) == []


# PostgreSQL's own names are table_column_check and table_column_key.
NAMELESS = sql("""
    select conname::text from pg_constraint
     where connamespace = current_schema()::regnamespace and contype in ('c', 'u', 'x')
       and (conname ~ '_(check|key|excl)[0-9]*$' or not starts_with(conname, conrelid::regclass::text))
""").into(str)

SILENT_FOREIGN_KEYS = sql("""
    select conname::text from pg_constraint
     where connamespace = current_schema()::regnamespace and contype = 'f' and confdeltype = 'a'
""").into(str)

WITHOUT_ZONE = sql("""
    select table_name || '.' || column_name from information_schema.columns
     where table_schema = current_schema() and data_type = 'timestamp without time zone'
""").into(str)
