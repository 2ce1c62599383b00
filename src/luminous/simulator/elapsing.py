"""Time passes: everything becomes older, and `now()` stays the only clock there is.

Every moment in the shop's tables moves into the past by the same span, history and future alike: what was
due in an hour is due, what was said a minute ago was said a day ago. Only for the simulator and for tests:
a real shop's past is not to be moved.
"""

from collections.abc import Mapping
from datetime import timedelta

from luminous.db import Connection, sql
from luminous.simulator.store import Store

SPANS: Mapping[str, timedelta] = {
    "1 hour": timedelta(hours=1),
    "24 hours": timedelta(hours=24),
    "3 days": timedelta(days=3),
    "30 days": timedelta(days=30),
}


async def let_time_pass(conn: Connection, span: timedelta) -> None:
    """Make everything in the shop's schema that much older, in the caller's transaction.

    Triggers stay silent meanwhile: nothing happened, it is only longer ago.
    """
    await SET_SPAN.run(conn, span=span)
    await conn.execute(MOVE_EVERYTHING)


def let_time_pass_on_phones(store: Store, span: timedelta) -> None:
    """The same for what the phones know of their chats."""
    seconds = span.total_seconds()
    with store.together():
        store.run(
            "update messages set created_at = created_at - :seconds, changed_at = changed_at - :seconds",
            seconds=seconds,
        )
        store.run(
            "update changes set at = at - :seconds, announced_at = announced_at - :seconds", seconds=seconds
        )
        store.run(
            "update phones set registered_at = registered_at - :seconds where registered_at > 0",
            seconds=seconds,
        )


SET_SPAN = sql("select set_config('luminous.span', %(span)s::interval::text, true)")

# A walk through the catalogue: no table that comes later can be forgotten. Other schemas are left alone.
MOVE_EVERYTHING = """
    do $$
    declare
      old record;
    begin
      for old in
        select attrelid::regclass as relation,
               string_agg(format('%I = %I - $1', attname, attname), ', ' order by attnum) as moved
          from pg_attribute join pg_class on pg_class.oid = attrelid
         where relnamespace = current_schema()::regnamespace and relkind = 'r'
           and atttypid = 'timestamptz'::regtype and attnum > 0 and not attisdropped and attgenerated = ''
         group by attrelid
         order by attrelid
      loop
        execute format('alter table %s disable trigger user', old.relation);
        execute format('update %s set %s', old.relation, old.moved)
          using current_setting('luminous.span')::interval;
        execute format('alter table %s enable trigger user', old.relation);
      end loop;
    end;
    $$
"""
