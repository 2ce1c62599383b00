"""merge_customers while the two are written to, answered, sent to, and moved."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from functools import partial

import pytest

from luminous import conversations, customers, outbox
from luminous.db import Connection, sql
from luminous.errors import MergeRefused
from luminous.messages import StatusChange

from .merging import conversation, send_all
from .owing import customer, owes, row
from .people import OTHER_PHONE, OTHER_USER, PHONE, USER, broken_promises, live, writes
from .racing import at_once, connections, until_blocked

THIRD_PHONE = "+256772000003"


@pytest.fixture
async def three(database_url: str) -> AsyncGenerator[list[Connection]]:
    """Two who race, and one who watches."""
    async with connections(database_url, 3) as conns:
        yield conns


async def test_a_worker_that_claims_for_one_while_the_other_has_a_message_in_flight(
    three: list[Connection],
) -> None:
    worker, merger, watcher = three
    kept, ended = await customer(watcher, PHONE), await customer(watcher, None, USER)
    flying = await owes(watcher, ended)
    assert (await outbox.claim(watcher)) is not None
    claimed = await owes(watcher, kept)

    async with worker.transaction():
        assert (await outbox.claim(worker)) is not None
        merging = asyncio.create_task(customers.merge(merger, ended, kept, "test"))
        await until_blocked(watcher, merger)
    await merging

    assert [(await row(watcher, each)).status for each in (flying, claimed)] == ["uncertain", "sending"]


async def test_an_answer_under_way_is_waited_for_and_what_it_owes_reaches_the_survivor(
    three: list[Connection],
) -> None:
    worker, merger, watcher = three
    kept, ended = await customer(watcher, PHONE), await customer(watcher, None, USER)
    await conversations.wait_for_answer(watcher, ended)

    async with worker.transaction():
        claimed = await conversations.claim(worker)
        assert claimed is not None
        merging = asyncio.create_task(customers.merge(merger, ended, kept, "test"))
        await until_blocked(watcher, merger)
        reply = await owes(worker, claimed.customer_id)
        await conversations.settle(worker, ended, greeted=True, last_message_at=None)
    await merging

    assert await send_all(watcher) == [reply]


async def test_an_answer_that_comes_after_the_merge_finds_nobody_and_leaves_it_to_the_survivor(
    three: list[Connection],
) -> None:
    merger, worker, watcher = three
    kept, ended = await customer(watcher, PHONE), await customer(watcher, None, USER)
    await conversations.wait_for_answer(watcher, ended)

    async with merger.transaction():
        await customers.merge(merger, ended, kept, "test")
        assert await conversations.claim(worker) is None  # neither of the two, and it does not wait

    assert await customers.get(worker, ended) is None
    assert [(await conversation(watcher, each)).is_waiting for each in (ended, kept)] == [False, True]


async def test_a_status_that_comes_during_the_merge_is_recorded_on_the_survivors_message(
    three: list[Connection],
) -> None:
    merger, intake, watcher = three
    kept, ended = await customer(watcher, PHONE), await customer(watcher, None, USER)
    owed = await owes(watcher, ended)
    assert (await outbox.claim(watcher)) is not None
    delivered = StatusChange(
        "meta", "wamid.1", "statuses[0]", "delivered", datetime.now(UTC), owed, None, None, None
    )

    async with merger.transaction():
        await customers.merge(merger, ended, kept, "test")
        recording = asyncio.create_task(outbox.record_status(intake, delivered))
        await until_blocked(watcher, intake)

    assert await recording
    assert (await row(watcher, owed)).status == "delivered"
    assert await OWNER.one(watcher, id=owed) == str(kept)


async def test_a_number_that_moves_while_its_record_is_merged_is_not_moved_back(
    three: list[Connection],
) -> None:
    intake, merger, watcher = three
    kept, ended = (
        (await writes(watcher, PHONE, USER)).customer_id,
        (await writes(watcher, OTHER_PHONE)).customer_id,
    )

    async with intake.transaction():
        assert (await writes(intake, THIRD_PHONE, USER)).decision == "replaced_phone_number"
        merging = asyncio.create_task(customers.merge(merger, ended, kept, "test"))
        await until_blocked(watcher, merger)
    await merging

    found = (await live(watcher))[kept]
    assert (found.phone_number, found.whatsapp_id) == (THIRD_PHONE, THIRD_PHONE[1:])
    assert await broken_promises(watcher) == []


async def test_a_user_id_learnt_while_the_record_is_merged_is_kept_and_what_is_owed_too(
    three: list[Connection],
) -> None:
    merger, intake, watcher = three
    kept, ended = await customer(watcher, PHONE), await customer(watcher, OTHER_PHONE, OTHER_USER)
    owed = await owes(watcher, ended)

    async with merger.transaction():
        await customers.merge(merger, ended, kept, "test")
        learning = asyncio.create_task(writes(intake, PHONE, USER))
        await until_blocked(watcher, intake)

    assert (await learning).decision == "learned_user_id"
    assert (await live(watcher))[kept].whatsapp_user_id == USER
    assert await send_all(watcher) == [owed]


async def test_a_user_id_learnt_just_before_the_merge_is_the_survivors(three: list[Connection]) -> None:
    intake, merger, watcher = three
    kept, ended = await customer(watcher, PHONE), await customer(watcher, OTHER_PHONE, OTHER_USER)
    owed = await owes(watcher, ended)

    async with intake.transaction():
        assert (await writes(intake, PHONE, USER)).decision == "learned_user_id"
        merging = asyncio.create_task(customers.merge(merger, ended, kept, "test"))
        await until_blocked(watcher, merger)
    await merging

    found = (await live(watcher))[kept]
    assert (found.whatsapp_user_id, found.phone_number) == (USER, PHONE)
    assert await send_all(watcher) == [owed]


async def test_of_two_merges_of_the_same_pair_the_second_is_refused_in_words(three: list[Connection]) -> None:
    one, other, watcher = three
    amina, bosco = await customer(watcher, PHONE), await customer(watcher, None, USER)

    async with one.transaction():
        await customers.merge(one, amina, bosco, "test")
        second = asyncio.create_task(customers.merge(other, bosco, amina, "test"))
        await until_blocked(watcher, other)

    with pytest.raises(MergeRefused, match="neither merged nor deleted"):
        await second
    assert await broken_promises(watcher) == []


async def test_many_merges_into_one_at_once_leave_one_record_with_everything(database_url: str) -> None:
    async with connections(database_url, 6) as racers:
        people = [await customer(racers[0], f"+25677200001{n}", f"UG.200{n}") for n in range(6)]
        owed = [await owes(racers[0], each) for each in people]

        await at_once(racers[1:], [partial(merge_into, ended=each, kept=people[0]) for each in people[1:]])

        assert (await live(racers[0])).keys() == {people[0]}
        assert await send_all(racers[0]) == owed
        assert await broken_promises(racers[0]) == []


async def merge_into(conn: Connection, *, ended: object, kept: object) -> None:
    await MERGE.run(conn, ended=ended, kept=kept)


OWNER = sql("select customer_id::text from outbox where id = %(id)s").into(str)
MERGE = sql("select merge_customers(%(ended)s, %(kept)s, 'test')")
