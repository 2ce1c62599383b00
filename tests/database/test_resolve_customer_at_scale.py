"""resolve_customer among many customers: every row of its table, and every announcement, by index alone.

LUMINOUS_CROWD says among how many; the gate asks for a million.
"""

import os
from collections.abc import Awaitable, Callable

import pytest

from luminous.db import Connection, sql

from .people import OTHER_PHONE, OTHER_USER, PHONE, USER, add, announces, open_conflicts, silent_for, writes

CUSTOMERS = int(os.environ.get("LUMINOUS_CROWD", "20000"))
NEW_PHONE, NEW_USER = "+256772000009", "UG.1009"
Story = Callable[[Connection], Awaitable[str | None]]  # what is given, then what is decided


async def created(conn: Connection) -> str:
    return (await writes(conn, PHONE, USER)).decision


async def recognised(conn: Connection) -> str:
    await add(conn, PHONE, USER)
    await writes(conn, None, USER)
    await writes(conn, PHONE)
    return (await writes(conn, PHONE, USER)).decision


async def learned_user_id(conn: Connection) -> str:
    await add(conn, PHONE)
    return (await writes(conn, PHONE, USER)).decision


async def learned_phone_number(conn: Connection) -> str:
    await add(conn, None, USER)
    return (await writes(conn, PHONE, USER)).decision


async def replaced_phone_number(conn: Connection) -> str:
    await add(conn, OTHER_PHONE, USER)
    return (await writes(conn, PHONE, USER)).decision


async def recycled_number(conn: Connection) -> str:
    await add(conn, PHONE, OTHER_USER)
    return (await writes(conn, PHONE, USER)).decision


async def seen_twice(conn: Connection) -> str:
    await add(conn, PHONE)
    await add(conn, None, USER)
    return (await writes(conn, PHONE, USER)).decision


async def moved_number(conn: Connection) -> str:
    await add(conn, PHONE, OTHER_USER)
    await add(conn, OTHER_PHONE, USER)
    return (await writes(conn, PHONE, USER)).decision


async def disputed_number(conn: Connection) -> str:
    await add(conn, PHONE)
    await add(conn, OTHER_PHONE, USER)
    return (await writes(conn, PHONE, USER)).decision


async def unproven_number(conn: Connection) -> str:
    await silent_for(conn, await add(conn, PHONE), 46)
    return (await writes(conn, PHONE)).decision


async def recognised_late(conn: Connection) -> str:
    await announced_change(conn)
    return (await writes(conn, PHONE, USER)).decision


async def announced_change(conn: Connection) -> str | None:
    await add(conn, PHONE, USER)
    change = await announces(
        conn, from_phone=PHONE, from_user_id=USER, to_phone=NEW_PHONE, to_user_id=NEW_USER
    )
    return change.decision


async def announced_merge(conn: Connection) -> str | None:
    await add(conn, PHONE, USER)
    await writes(conn, NEW_PHONE, NEW_USER)
    return (await announces(conn, from_phone=PHONE, to_phone=NEW_PHONE)).decision


async def announced_conflict(conn: Connection) -> str | None:
    await add(conn, PHONE, USER)
    await add(conn, NEW_PHONE, NEW_USER)  # by hand: no newborn
    decision = (await announces(conn, from_phone=PHONE, to_phone=NEW_PHONE)).decision
    await conn.execute("select settle_conflict(max(id), true) from customer_conflicts")
    assert await open_conflicts(conn) == []
    return decision


async def announced_nobody(conn: Connection) -> str | None:
    return (await announces(conn, from_user_id=USER, to_user_id=NEW_USER)).decision


STORIES: list[Story] = [
    created,
    recognised,
    learned_user_id,
    learned_phone_number,
    replaced_phone_number,
    recycled_number,
    seen_twice,
    moved_number,
    disputed_number,
    unproven_number,
    recognised_late,
    announced_change,
    announced_merge,
    announced_conflict,
    announced_nobody,
]


async def test_among_many_customers_every_row_is_decided_by_index_alone(roomy: Connection) -> None:
    # The crowd comes without its triggers.
    await roomy.execute("set local session_replication_role = replica")
    await CROWD.run(roomy, customers=CUSTOMERS)
    await roomy.execute("set local session_replication_role = origin")
    await roomy.execute("analyze customers")

    for story in STORIES:
        async with roomy.transaction(force_rollback=True):
            before = await SCANS.all(roomy)
            assert await story(roomy) == story.__name__
            whole = [table for table in await SCANS.all(roomy) if table not in before]
            assert "customers" not in {name.split()[0] for name in whole}, story.__name__


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_no_step_needs_to_read_a_whole_table(conn: Connection, story: Story) -> None:
    """The other tables are empty here, and reading an empty one whole is cheapest: that is forbidden."""
    await conn.execute("set local enable_seqscan = off")
    before = await SCANS.all(conn)

    assert await story(conn) == story.__name__

    assert [table for table in await SCANS.all(conn) if table not in before] == []


CROWD = sql("""
    insert into customers (phone_number, whatsapp_user_id)
    select '+2567' || to_char(n, 'fm00000000'), 'UG.9' || n from generate_series(1, %(customers)s) n
""")

# Of this transaction: what PL/pgSQL really did. EXPLAIN would only tell about a copy of its statements.
SCANS = sql("""
    select relname || ' ' || pg_stat_get_xact_numscans(oid) from pg_class
     where relnamespace = current_schema()::regnamespace and relkind = 'r'
       and relname not in ('shop_settings', 'subscription_plans')  -- these stay as small as they are
     order by 1
""").into(str)
