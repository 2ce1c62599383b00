"""undo_merge: two records again, each with exactly its rows."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from luminous import conversations, customers
from luminous.db import Connection, sql
from luminous.errors import MergeRefused

from .merging import Rows, a_life, conversation, everything_of, send_all
from .owing import customer, owes, row
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    broken_promises,
    silent_for,
    soft_delete,
    writes,
)
from .racing import connections, until_blocked

THIRD_PHONE, THIRD_USER = "+256772000003", "UG.1003"
BY_PHONE, BY_USER_ID, BY_BOTH = (PHONE, None), (None, USER), (PHONE, USER)
OTHERS = {BY_PHONE: (OTHER_PHONE, None), BY_USER_ID: (None, OTHER_USER), BY_BOTH: (OTHER_PHONE, OTHER_USER)}


@pytest.mark.parametrize("plans", ["guest guest", "plus guest", "guest plus", "standard plus"])
@pytest.mark.parametrize("kept_is", OTHERS, ids=["by phone", "by user id", "by both"])
@pytest.mark.parametrize("ended_is", OTHERS.values(), ids=["by phone", "by user id", "by both"])
async def test_both_records_are_what_they_were_before_to_the_last_row(
    conn: Connection,
    kept_is: tuple[str | None, str | None],
    ended_is: tuple[str | None, str | None],
    plans: str,
) -> None:
    of_ended, of_kept = plans.split()
    ended = await a_life(conn, *ended_is, plan=of_ended, owed=["queued"])
    kept = await a_life(conn, *kept_is, plan=of_kept, owed=["queued"])
    third = (await writes(conn, THIRD_PHONE, THIRD_USER)).customer_id
    await open_conflict(conn, third, ended)
    await conversations.hand_over(conn, ended, "asked for a person")
    await customers.set_consent(conn, ended, "opted_out")
    await name_by_hand(conn, ended, "Amina Nakato")
    await silent_for(conn, kept, 60)
    before = await both(conn, ended, kept)

    merge_id = await customers.merge(conn, ended, kept, "test")
    assert await both(conn, ended, kept) != before
    await customers.undo_merge(conn, merge_id)

    after = await both(conn, ended, kept)
    for name in before[0]:
        assert [of[name] for of in after] == [of[name] for of in before], name
    assert await broken_promises(conn) == []


async def test_a_record_that_was_silent_before_the_merge_is_silent_again(conn: Connection) -> None:
    kept, ended = await add(conn, PHONE), (await writes(conn, None, USER)).customer_id
    await silent_for(conn, kept, 60)
    merge_id = await customers.merge(conn, ended, kept, "test")

    await customers.undo_merge(conn, merge_id)

    assert (await writes(conn, PHONE)).decision == "unproven_number"


async def test_what_either_is_owed_or_was_given_to_sign_in_is_dead(conn: Connection) -> None:
    ended, kept = await customer(conn, None, USER), await customer(conn, PHONE)
    merge_id = await customers.merge(conn, ended, kept, "test")
    owed = [await owes(conn, kept), await owes(conn, kept, "notice"), await owes(conn, kept, "sign_in_link")]

    await customers.undo_merge(conn, merge_id)

    assert await send_all(conn) == []
    assert {(await row(conn, each)).status for each in owed} == {"stale"}


async def test_an_unanswered_message_goes_back_and_waits_there(conn: Connection) -> None:
    ended, kept = await a_life(conn, None, USER, owed=[]), await add(conn, PHONE)
    merge_id = await customers.merge(conn, ended, kept, "test")

    await customers.undo_merge(conn, merge_id)

    assert (await conversation(conn, ended)).is_waiting


async def test_merges_into_one_record_are_undone_in_any_order(conn: Connection) -> None:
    for order in ((0, 1), (1, 0)):
        async with conn.transaction(force_rollback=True):
            kept = await add(conn)
            one, other = await a_life(conn, PHONE, None, owed=[]), await a_life(conn, None, USER, owed=[])
            before = [await everything_of(conn, each) for each in (kept, one, other)]
            merges = [await customers.merge(conn, each, kept, "test") for each in (one, other)]

            for number in order:
                await customers.undo_merge(conn, merges[number])

            assert [await everything_of(conn, each) for each in (kept, one, other)] == before
            assert await broken_promises(conn) == []


async def test_a_chain_is_undone_from_its_end(conn: Connection) -> None:
    first, second, third = [
        await a_life(conn, phone, None, owed=[]) for phone in (PHONE, OTHER_PHONE, THIRD_PHONE)
    ]
    before = [await everything_of(conn, each) for each in (first, second, third)]
    one, two = (
        await customers.merge(conn, first, second, "test"),
        await customers.merge(conn, second, third, "test"),
    )

    await refused(conn, one)
    await customers.undo_merge(conn, two)
    await customers.undo_merge(conn, one)

    assert [await everything_of(conn, each) for each in (first, second, third)] == before


async def test_a_message_that_followed_the_merge_goes_back_too(conn: Connection) -> None:
    ended, kept = await add(conn, None, USER), await add(conn, PHONE)
    merge_id = await customers.merge(conn, ended, kept, "test")
    await WROTE_LATER.run(conn, id=ended)
    assert await customers.follow_merge(conn, ended) == kept

    await customers.undo_merge(conn, merge_id)

    assert await WRITERS.all(conn) == [ended]


async def test_only_a_standing_merge_into_a_live_customer_is_undone(conn: Connection) -> None:
    ended, kept = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    merge_id = await customers.merge(conn, ended, kept, "test")

    await refused(conn, merge_id + 1)
    async with conn.transaction(force_rollback=True):
        await soft_delete(conn, kept)
        await refused(conn, merge_id)
    await customers.undo_merge(conn, merge_id)
    await refused(conn, merge_id)


async def test_of_two_who_undo_the_same_merge_the_second_is_refused(database_url: str) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        ended, kept = await add(watcher, PHONE), await add(watcher, OTHER_PHONE)
        merge_id = await customers.merge(watcher, ended, kept, "test")

        async with one.transaction():
            await customers.undo_merge(one, merge_id)
            second = asyncio.create_task(customers.undo_merge(other, merge_id))
            await until_blocked(watcher, other)

        with pytest.raises(MergeRefused, match="still stands"):
            await second
        assert await broken_promises(watcher) == []


async def both(conn: Connection, ended: UUID, kept: UUID) -> tuple[Rows, Rows]:
    return await everything_of(conn, ended), await everything_of(conn, kept)


async def refused(conn: Connection, merge_id: int) -> None:
    with pytest.raises(psycopg.Error, match="only a standing merge into a live customer") as refusal:
        async with conn.transaction():
            await UNDO.run(conn, merge_id=merge_id)
    assert refusal.value.sqlstate == "LU003"


async def open_conflict(conn: Connection, holder: UUID, writer: UUID) -> None:
    await OPEN_CONFLICT.run(conn, holder=holder, writer=writer, phone=THIRD_PHONE)


async def name_by_hand(conn: Connection, customer_id: UUID, name: str) -> None:
    await NAME_BY_HAND.run(conn, id=customer_id, name=name)


UNDO = sql("select undo_merge(%(merge_id)s)")
OPEN_CONFLICT = sql("select open_conflict(%(holder)s, %(writer)s, %(phone)s, null, 'disputed_number')")
NAME_BY_HAND = sql("""
    update customers set display_name = %(name)s, display_name_edited_at = now() where id = %(id)s
""")
WROTE_LATER = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       sent_at)
    values ('meta', 'wamid.later', %(id)s, '106540352242922', 'text', 'Are you there?', false, now())
""")
WRITERS = sql("select customer_id from inbox").into(UUID)
