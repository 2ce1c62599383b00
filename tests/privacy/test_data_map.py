"""The data map names every column of every table, once: what comes with a later migration is named here."""

from luminous.db import Connection, sql
from luminous.privacy.retention import REMOVE


async def test_every_column_of_every_table_is_in_it_exactly_once(conn: Connection) -> None:
    assert await DIFFERENT.all(conn) == []


async def test_a_new_table_and_a_new_column_are_named(conn: Connection) -> None:
    await conn.execute("create table diary (id bigint, secret text)")
    await conn.execute("alter table inbox add column mood text")

    assert await DIFFERENT.all(conn) == ["diary.id", "diary.secret", "inbox.mood"]


async def test_whatever_hangs_on_a_customer_is_not_called_technical(conn: Connection) -> None:
    assert await TECHNICAL_OF_A_CUSTOMER.all(conn) == []


async def test_what_can_be_emptied_may_be_empty(conn: Connection) -> None:
    """A column that must have a value gets its default or nothing: a unique key might refuse that."""
    assert await CANNOT_BE_EMPTY.all(conn) == []


async def test_every_retention_period_is_kept(conn: Connection) -> None:
    kinds = await KINDS.all(conn)
    assert set(kinds) == {*REMOVE, "received_messages", "sent_messages"}


DIFFERENT = sql("""
    select coalesce(mapped.name, there.name)
      from (select table_name || '.' || unnest(personal || secret || digested || kept) as name
              from data_map) mapped
      full join (select relname || '.' || attname as name
                   from pg_attribute join pg_class on pg_class.oid = attrelid
                  where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
                    and attnum > 0 and not attisdropped) there using (name)
     group by 1
    having count(*) <> 1 or count(mapped.name) <> count(there.name)
     order by 1
""").into(str)

TECHNICAL_OF_A_CUSTOMER = sql("""
    select conrelid::regclass::text
      from pg_constraint join data_map on to_regclass(table_name) = conrelid
     where contype = 'f' and class = 'technical'
       and confrelid in ('customers'::regclass, 'profiles'::regclass)
""").into(str)

CANNOT_BE_EMPTY = sql("""
    select relname || '.' || attname
      from data_map
      join pg_class on pg_class.oid = to_regclass(table_name)
      join pg_attribute on attrelid = pg_class.oid and attname = any (personal || secret)
     where at_erasure = 'empty' and attnotnull and not atthasdef
       and (atttypid not in ('text'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
            or exists (select from pg_index
                        where indrelid = pg_class.oid and indisunique and attnum = any (indkey)))
""").into(str)

KINDS = sql("select kind from retention_periods").into(str)
