"""What is older than its period goes: one small batch of one kind at a time, so that nobody waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from luminous.db import Connection, sql

BATCH = 500
REST = timedelta(minutes=10)  # after a batch that was not full


@dataclass(frozen=True, slots=True)
class Due:
    """A kind of thing whose old ones are looked for now."""

    kind: str
    before: datetime
    done_id: int


async def forget_old(conn: Connection) -> None:
    """Empty or remove one batch of what is older than the owner keeps it."""
    due = await DUE.maybe(conn)
    if due is None:
        return
    if due.kind in REMOVE:
        done = await REMOVE[due.kind].run(conn, before=due.before, most=BATCH)
    else:
        done = await _empty(conn, due)
    await NEXT.run(conn, kind=due.kind, rest=timedelta(0) if done == BATCH else REST)


async def _empty(conn: Connection, due: Due) -> int:
    """The rows stay, so that nothing happens twice, and say nothing."""
    table, old = ("inbox", OLD_RECEIVED) if due.kind == "received_messages" else ("outbox", OLD_SENT)
    ids = await old.all(conn, done_id=due.done_id, before=due.before, most=BATCH)
    if ids:
        await EMPTY.run(conn, table=table, ids=[str(each) for each in ids])
        await DONE.run(conn, kind=due.kind, done_id=ids[-1])
    return len(ids)


DUE = sql("""
    select kind, now() - keep_for as before, done_id
      from retention_periods
     where keep_for is not null and next_run_at <= now()
     order by next_run_at, kind
     limit 1
       for update skip locked
""").into(Due)

NEXT = sql("update retention_periods set next_run_at = now() + %(rest)s where kind = %(kind)s")
DONE = sql("update retention_periods set done_id = %(done_id)s where kind = %(kind)s")

# Of the oldest that nothing waits in: ids rise with time, so that no index on time is needed.
WEBHOOK_BODIES = sql("""
    delete from webhook_bodies
     where received_at < %(before)s
       and id in (select id from webhook_bodies body
                   where not exists (select from dead_letters where body_id = body.id and resolved_at is null)
                   order by id
                   limit %(most)s)
""")

DEAD_LETTERS = sql("""
    with old as (
      select id, body_id from (select * from dead_letters order by id limit %(most)s) oldest
       where created_at < %(before)s
    ), emptied as (
      update webhook_bodies set body = '' where id in (select body_id from old)
    )
    delete from dead_letters where id in (select id from old)
""")

FORMER_IDENTIFIERS = sql("""
    delete from customer_identifiers
     where id in (select id from customer_identifiers where until_at < %(before)s order by id limit %(most)s)
""")

SETTLED_CONFLICTS = sql("""
    with of_accounts as (
      delete from account_conflicts
       where id in (select id from account_conflicts
                     where resolved_at < %(before)s order by id limit %(most)s)
    )
    delete from customer_conflicts
     where id in (select id from customer_conflicts where resolved_at < %(before)s order by id limit %(most)s)
""")

EMPTY = sql("select empty_rows(%(table)s::regclass, %(ids)s)")

OLD_RECEIVED = sql("""
    select id from (select * from inbox where id > %(done_id)s order by id limit %(most)s) oldest
     where received_at < %(before)s and answered_at is not null
     order by id
""").into(int)

OLD_SENT = sql("""
    select id from (select * from outbox where id > %(done_id)s order by id limit %(most)s) oldest
     where created_at < %(before)s and status not in ('queued', 'sending', 'uncertain', 'parked')
     order by id
""").into(int)

REMOVE = {
    "webhook_bodies": WEBHOOK_BODIES,
    "dead_letters": DEAD_LETTERS,
    "former_identifiers": FORMER_IDENTIFIERS,
    "settled_conflicts": SETTLED_CONFLICTS,
}
