"""resolve_customer when several messages of one person arrive at the same moment."""

import asyncio
from functools import partial
from random import Random

import psycopg
import pytest

from luminous.customers import Resolved
from luminous.db import Connection
from luminous.errors import is_retryable

from .people import OTHER_PHONE, OTHER_USER, PHONE, USER, broken_promises, live, writes
from .racing import at_once, connections, retried, until_blocked

Sender = tuple[str | None, str | None]


async def test_fifty_first_messages_at_once_make_one_customer_who_is_new_once(database_url: str) -> None:
    async with connections(database_url, 50) as racers:
        found = await at_once(racers, [partial(writes, phone=PHONE, user_id=USER)] * 50)

        assert len({resolved.customer_id for resolved in found}) == 1
        assert [resolved.is_new_customer for resolved in found].count(True) == 1
        assert len(await live(racers[0])) == 1
        assert await broken_promises(racers[0]) == []


async def test_a_storm_of_senders_ends_with_every_promise_kept(database_url: str) -> None:
    random = Random(20261122)  # noqa: S311 - the same storm every time
    phones = [None, PHONE, OTHER_PHONE, "+256772000003"]
    users = [None, USER, OTHER_USER, "UG.1003"]
    senders = [(phone, user) for phone in phones for user in users if phone or user]

    async def write_six(conn: Connection, todo: list[list[Sender]]) -> None:
        for batch in todo:
            await retried(conn, partial(write_all, senders=batch))

    async with connections(database_url, 12) as racers:
        todos = [[random.choices(senders, k=2) for _ in range(3)] for _ in racers]
        ended = await asyncio.gather(*map(write_six, racers, todos), return_exceptions=True)

        errors = [error for error in ended if error is not None]
        assert all(isinstance(error, psycopg.Error) and is_retryable(error) for error in errors), errors
        assert len(errors) < len(racers) / 2
        assert await broken_promises(racers[0]) == []
        found = [await writes(racers[0], None, user) for user in users if user]
        assert len({resolved.customer_id for resolved in found}) == 3


@pytest.mark.parametrize(
    ("first", "second", "decision"),
    [
        ((PHONE, None), (PHONE, None), "recognised"),
        ((None, USER), (None, USER), "recognised"),
        ((PHONE, USER), (PHONE, USER), "recognised"),
        ((PHONE, USER), (PHONE, None), "recognised"),
        ((PHONE, USER), (None, USER), "recognised"),
        ((PHONE, None), (PHONE, USER), "learned_user_id"),
        ((None, USER), (PHONE, USER), "learned_phone_number"),
        ((OTHER_PHONE, USER), (PHONE, USER), "replaced_phone_number"),
    ],
)
async def test_the_second_of_two_first_messages_waits_and_finds_the_first(
    database_url: str, first: Sender, second: Sender, decision: str
) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        async with one.transaction():
            winner = await writes(one, *first)
            loser = asyncio.create_task(writes(other, *second))
            await until_blocked(watcher, other)

        found = await loser
        assert (found.customer_id, found.decision) == (winner.customer_id, decision)
        assert (winner.is_new_customer, found.is_new_customer) == (True, False)
        assert await broken_promises(watcher) == []


async def test_a_first_message_that_is_rolled_back_leaves_the_place_to_the_next(database_url: str) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        async with one.transaction(force_rollback=True):
            lost = await writes(one, PHONE, USER)
            waiting = asyncio.create_task(writes(other, PHONE, USER))
            await until_blocked(watcher, other)

        found = await waiting
        assert (await live(watcher)).keys() == {found.customer_id} != {lost.customer_id}
        assert found.is_new_customer


async def test_a_user_id_taken_while_it_is_being_learnt_is_a_serialization_failure(database_url: str) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        holder = await writes(watcher, PHONE)
        async with one.transaction():
            taker = await writes(one, None, USER)
            learner = asyncio.create_task(writes(other, PHONE, USER))
            await until_blocked(watcher, other)

        with pytest.raises(psycopg.errors.SerializationFailure, match="took one of the identifiers"):
            await learner
        again = await writes(other, PHONE, USER)
        assert (again.customer_id, again.decision) == (holder.customer_id, "seen_twice")
        assert (await live(watcher)).keys() == {holder.customer_id} != {taker.customer_id}
        assert await broken_promises(watcher) == []


async def test_a_user_id_written_while_it_is_being_learnt_finds_the_learner(database_url: str) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        holder = await writes(watcher, PHONE)
        async with one.transaction():
            await writes(one, PHONE, USER)
            waiting = asyncio.create_task(writes(other, None, USER))
            await until_blocked(watcher, other)

        found = await waiting
        assert (found.customer_id, found.decision) == (holder.customer_id, "recognised")
        assert len(await live(watcher)) == 1


async def test_a_recycled_number_makes_one_new_customer_however_many_messages_come_at_once(
    database_url: str,
) -> None:
    async with connections(database_url, 8) as racers:
        amina = await writes(racers[0], PHONE, USER)

        found = await at_once(racers, [partial(writes, phone=PHONE, user_id=OTHER_USER)] * 8)

        assert len({resolved.customer_id for resolved in found} | {amina.customer_id}) == 2
        assert [resolved.is_new_customer for resolved in found].count(True) == 1
        assert (await live(racers[0]))[amina.customer_id].phone_number is None
        assert await broken_promises(racers[0]) == []


async def test_crossed_batches_end_in_a_deadlock_error_that_another_try_settles(database_url: str) -> None:
    batches: list[list[Sender]] = [[(PHONE, None), (None, USER)], [(None, USER), (PHONE, None)]]
    meet = asyncio.Barrier(2)

    async def cross(conn: Connection, senders: list[Sender]) -> None:
        async with conn.transaction():
            await writes(conn, *senders[0])
            await meet.wait()
            await writes(conn, *senders[1])

    async with connections(database_url, 2) as racers:
        ended = await asyncio.gather(*map(cross, racers, batches), return_exceptions=True)
        assert [type(end) for end in ended].count(psycopg.errors.DeadlockDetected) == 1
        assert ended.count(None) == 1

        await retried(racers[0], partial(write_all, senders=batches[0]))
        assert len(await live(racers[0])) == 2
        assert await broken_promises(racers[0]) == []


async def write_all(conn: Connection, senders: list[Sender]) -> list[Resolved]:
    return [await writes(conn, *sender) for sender in senders]
