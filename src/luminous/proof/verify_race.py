"""Eight first messages of one person at the same moment: the only check that commits."""

import asyncio
from contextlib import AsyncExitStack

from luminous.customers import Resolved, resolve
from luminous.db import Connection, Database, sql
from luminous.errors import DatabaseAway
from luminous.messages import Sender
from luminous.proof.verify_report import Wrong
from luminous.proof.verify_strangers import RESERVED_USER_ID, RESERVED_WA_ID, stranger

AT_ONCE = 8
OVERLAP_SECONDS = 0.05  # each stays uncommitted for as long: the others surely meet it


async def race(database: Database) -> str:
    """All of them must get the same, single customer, and one of them the news that it is new.

    Needs AT_ONCE + 1 connections. What it committed is deleted before it returns or raises; after a
    kill, by the next `remove_leftovers`.
    """
    who = stranger()
    async with database.transaction() as alone:
        await TAKE_TURNS.run(alone)  # until the end of this block: a second run must not remove our customer
        try:
            outcomes = await _all_at_once(database, who)
            made = await MADE.one(alone, user_id=who.user_id, phone=who.phone)
        finally:
            async with database.transaction() as conn:
                await _remove(conn)
    return _judge(outcomes, made)


async def remove_leftovers(database: Database) -> None:
    """Delete what a run left that was killed during its race."""
    async with database.transaction() as conn:
        await TAKE_TURNS.run(conn)
        await _remove(conn)


async def _remove(conn: Connection) -> None:
    """Delete every customer with a reserved identifier; all that hangs on them goes with them."""
    await REMOVE.run(conn, user_id=f"{RESERVED_USER_ID}%", phone=f"+{RESERVED_WA_ID}%")


async def _all_at_once(database: Database, who: Sender) -> list[Resolved | BaseException]:
    async with AsyncExitStack() as stack:
        try:
            conns = [await stack.enter_async_context(database.transaction()) for _ in range(AT_ONCE)]
        except DatabaseAway:
            raise Wrong(f"the server does not give {AT_ONCE + 1} connections at once") from None
        messages = (_first_message(conn, who) for conn in conns)
        return await asyncio.gather(*messages, return_exceptions=True)


async def _first_message(conn: Connection, who: Sender) -> Resolved:
    resolved = await resolve(conn, who)
    await asyncio.sleep(OVERLAP_SECONDS)
    await conn.commit()
    return resolved


def _judge(outcomes: list[Resolved | BaseException], made: int) -> str:
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if len(failures) == AT_ONCE:
        raise failures[0]
    if failures:
        said = str(failures[0]).splitlines()[0]
        raise Wrong(f"{len(failures)} of {AT_ONCE} messages were refused: {said}")
    resolved = [outcome for outcome in outcomes if isinstance(outcome, Resolved)]
    if made != 1 or len({one.customer_id for one in resolved}) != 1:
        raise Wrong(f"{AT_ONCE} messages of one person made {made} customers")
    news = sum(one.is_new_customer for one in resolved)
    if news != 1:
        raise Wrong(f"is_new_customer was true {news} times for one customer")
    return f"{AT_ONCE} in parallel, committed: one customer, new once; deleted again"


TAKE_TURNS = sql("""
    select set_config('lock_timeout', '10s', true),
           pg_advisory_xact_lock(hashtextextended('luminous verify', 0))
""")
MADE = sql("""
    select count(*)::int from customers where whatsapp_user_id = %(user_id)s or phone_number = %(phone)s
""").into(int)
REMOVE = sql("""
    delete from customers where whatsapp_user_id like %(user_id)s or phone_number like %(phone)s
""")
