"""How often something may be tried: counted in the database, so that every process counts together."""

from datetime import timedelta

from luminous.accounts.tokens import Site
from luminous.db import Connection, sql


async def allows(conn: Connection, site: Site, what: str, by: str, *, most: int, per: timedelta) -> bool:
    """Count one try of `what` by somebody. False when it is one too many. Commit it whatever follows.

    by: an address or an id; only a keyed hash of it is kept, and that for a day.
    """
    return await COUNT.one(conn, key=site.keyed(what, by), per=per, most=most)


async def forget_old_attempts(conn: Connection) -> int:
    """Counts that no limit looks at any more."""
    return await FORGET.run(conn)


COUNT = sql("""
    insert into attempt_counts (key, since, attempts)
    values (%(key)s, date_bin(%(per)s::interval, now(), 'epoch'), 1)
    on conflict (key, since) do update set attempts = attempt_counts.attempts + 1
    returning attempts <= %(most)s::integer
""").into(bool)

FORGET = sql("delete from attempt_counts where since < now() - interval '1 day'")
