"""undo_merge: what came since the merge stays with the survivor, and the two stay two."""

import asyncio
from uuid import UUID

import pytest

from luminous import customers
from luminous.db import Connection, sql

from .merging import a_life, plan_of, send_all, subscribes
from .owing import owes
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    Conflict,
    add,
    announces,
    broken_promises,
    live,
    open_conflicts,
    writes,
)
from .racing import connections, until_blocked

THIRD_PHONE = "+256772000003"


async def test_what_came_later_stays_with_the_survivor(conn: Connection) -> None:
    ended, kept = await a_life(conn, None, USER, owed=[]), await a_life(conn, PHONE, None, owed=[])
    merge_id = await customers.merge(conn, ended, kept, "test")
    await WROTE_LATER.run(conn, id=kept)
    owed = await owes(conn, kept)
    assert await send_all(conn) == [owed]

    await customers.undo_merge(conn, merge_id)

    assert await LATER_OWNERS.all(conn, outbox_id=owed) == [kept, kept]


async def test_what_was_changed_later_on_the_survivor_is_not_changed_back(conn: Connection) -> None:
    ended, kept = (
        (await writes(conn, None, USER, "Amina")).customer_id,
        (await writes(conn, PHONE)).customer_id,
    )
    merge_id = await customers.merge(conn, ended, kept, "test")
    assert (await writes(conn, PHONE, USER, "Amina N.")).display_name == "Amina N."
    await customers.set_consent(conn, kept, "opted_out")

    await customers.undo_merge(conn, merge_id)

    assert (await live(conn))[kept].display_name == "Amina N."
    assert (await live(conn))[ended].display_name == "Amina"
    assert await CONSENT.one(conn, id=kept) == "opted_out"


async def test_what_the_survivor_learnt_later_stays_and_only_what_was_the_others_goes_back(
    conn: Connection,
) -> None:
    ended, kept = await add(conn, OTHER_PHONE), await add(conn, PHONE)
    merge_id = await customers.merge(conn, ended, kept, "test")
    await writes(conn, PHONE, USER)
    assert (await writes(conn, THIRD_PHONE, USER)).decision == "replaced_phone_number"

    await customers.undo_merge(conn, merge_id)

    rows = await live(conn)
    assert (rows[kept].phone_number, rows[kept].whatsapp_id) == (THIRD_PHONE, THIRD_PHONE[1:])
    assert rows[kept].whatsapp_user_id == USER
    assert rows[ended].phone_number == OTHER_PHONE


async def test_a_number_that_somebody_else_has_by_now_stays_theirs(conn: Connection) -> None:
    ended, kept = await add(conn, OTHER_PHONE), await add(conn, PHONE, USER)
    merge_id = await customers.merge(conn, ended, kept, "test")
    newcomer = (await writes(conn, OTHER_PHONE, OTHER_USER)).customer_id
    assert newcomer not in (ended, kept)

    await customers.undo_merge(conn, merge_id)

    rows = await live(conn)
    assert (rows[ended].phone_number, rows[newcomer].phone_number) == (None, OTHER_PHONE)
    assert await broken_promises(conn) == []


async def test_whoever_wrote_from_their_other_phone_gets_each_phone_back_to_its_record(
    conn: Connection,
) -> None:
    ended, kept = await add(conn, OTHER_PHONE, OTHER_USER), await add(conn, PHONE, USER)
    merge_id = await customers.merge(conn, ended, kept, "test")
    assert (
        await writes(conn, OTHER_PHONE, OTHER_USER)
    ).customer_id == kept  # their identifiers changed places

    await customers.undo_merge(conn, merge_id)

    rows = await live(conn)
    assert (rows[kept].phone_number, rows[kept].whatsapp_user_id) == (PHONE, USER)
    assert (rows[ended].phone_number, rows[ended].whatsapp_user_id) == (OTHER_PHONE, OTHER_USER)


@pytest.mark.parametrize("bought_first", ["plus", "standard", "guest"])
@pytest.mark.parametrize("ended_had", ["plus", "standard", "guest"])
async def test_a_plan_bought_after_the_merge_is_the_survivors_and_nobody_is_without_one(
    conn: Connection, ended_had: str, bought_first: str
) -> None:
    ended, kept = await add(conn, OTHER_PHONE), await add(conn, PHONE)
    await subscribes(conn, ended, ended_had)
    await subscribes(conn, kept, bought_first)
    merge_id = await customers.merge(conn, ended, kept, "test")
    await subscribes(conn, kept, "plus", days=60)

    await customers.undo_merge(conn, merge_id)

    assert await plan_of(conn, kept) == "plus"
    assert await broken_promises(conn) == []


async def test_a_plan_replaced_after_the_merge_is_given_back_to_whose_it_was(conn: Connection) -> None:
    ended, kept = await add(conn, OTHER_PHONE), await add(conn, PHONE)
    await subscribes(conn, ended, "standard")
    merge_id = await customers.merge(conn, ended, kept, "test")
    await subscribes(conn, kept, "plus")

    await customers.undo_merge(conn, merge_id)

    assert [await plan_of(conn, each) for each in (ended, kept)] == ["standard", "plus"]


async def test_the_same_two_are_not_merged_again_by_a_message_but_disputed(conn: Connection) -> None:
    ended = (await writes(conn, None, USER)).customer_id
    kept = (await writes(conn, PHONE)).customer_id
    assert (await writes(conn, PHONE, USER)).decision == "seen_twice"
    await customers.undo_merge(conn, await LAST_MERGE.one(conn))

    assert (await writes(conn, PHONE, USER)).decision == "disputed_number"
    assert (await live(conn)).keys() == {ended, kept}
    assert await open_conflicts(conn) == [Conflict(kept, ended, "disputed_number")]


async def test_the_same_two_are_not_merged_again_by_an_announcement(conn: Connection) -> None:
    old, new = (
        (await writes(conn, PHONE, USER)).customer_id,
        (await writes(conn, OTHER_PHONE, OTHER_USER)).customer_id,
    )
    await customers.undo_merge(conn, await customers.merge(conn, new, old, "test"))

    changed = await announces(
        conn, from_phone=PHONE, from_user_id=USER, to_phone=OTHER_PHONE, to_user_id=OTHER_USER
    )

    assert changed.decision == "announced_conflict"
    assert (await live(conn)).keys() == {old, new}


async def test_staff_may_merge_again_what_they_took_apart(conn: Connection) -> None:
    ended, kept = await add(conn, None, USER), await add(conn, PHONE)
    await customers.undo_merge(conn, await customers.merge(conn, ended, kept, "test"))

    again = await customers.merge(conn, ended, kept, "test")
    await customers.undo_merge(conn, again)

    assert (await live(conn)).keys() == {ended, kept}


async def test_a_number_that_moves_while_the_merge_is_undone_is_not_moved_back(database_url: str) -> None:
    async with connections(database_url, 3) as (intake, undoer, watcher):
        ended, kept = (
            (await writes(watcher, OTHER_PHONE)).customer_id,
            (await writes(watcher, PHONE, USER)).customer_id,
        )
        merge_id = await customers.merge(watcher, ended, kept, "test")

        async with intake.transaction():
            assert (await writes(intake, THIRD_PHONE, USER, "Amina")).decision == "replaced_phone_number"
            undoing = asyncio.create_task(customers.undo_merge(undoer, merge_id))
            await until_blocked(watcher, undoer)
        await undoing

        rows = await live(watcher)
        assert (rows[kept].phone_number, rows[kept].display_name) == (THIRD_PHONE, "Amina")
        assert rows[ended].phone_number == OTHER_PHONE
        assert await broken_promises(watcher) == []


CONSENT = sql("select consent_status from customers where id = %(id)s").into(str)
LAST_MERGE = sql("select max(id) from customer_merges").into(int)
WROTE_LATER = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       sent_at)
    values ('meta', 'wamid.later', %(id)s, '106540352242922', 'text', 'Are you there?', false, now())
""")
LATER_OWNERS = sql("""
    select customer_id from inbox where external_id = 'wamid.later' union all
    select customer_id from outbox where id = %(outbox_id)s
""").into(UUID)
