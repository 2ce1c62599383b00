"""settle_conflict: only what is open, and once, whoever else is at it."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from luminous import conversations
from luminous.db import Connection, sql

from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    announces,
    broken_promises,
    live,
    silent_for,
    soft_delete,
    writes,
)
from .racing import connections, until_blocked
from .settling import (
    DIFFERENT,
    LAST_CONFLICT,
    SAME,
    SETTLE,
    disputed,
    owes_impersonal,
    settle,
    unproven,
)


@pytest.mark.parametrize("which", ["unknown", "settled", "of a deleted customer"])
async def test_only_what_is_open_is_settled(conn: Connection, which: str) -> None:
    amina, _ = await disputed(conn)
    conflict_id = await LAST_CONFLICT.one(conn)
    if which == "settled":
        await SETTLE.run(conn, id=conflict_id, is_same=DIFFERENT)
    elif which == "of a deleted customer":
        await soft_delete(conn, amina)

    with pytest.raises(psycopg.Error, match="no such open conflict") as refused:
        await SETTLE.run(conn, id=conflict_id + (which == "unknown"), is_same=SAME)

    assert refused.value.sqlstate == "LU004"


async def test_who_had_the_number_before_is_not_merged_into_whom_staff_know_to_have_changed_to_it(
    conn: Connection,
) -> None:
    amina = (await writes(conn, PHONE, USER, "Amina")).customer_id
    daudi = (await writes(conn, OTHER_PHONE, OTHER_USER, "Daudi")).customer_id
    await silent_for(conn, amina, 60)
    await silent_for(conn, daudi, 60)
    told = await announces(conn, from_phone=OTHER_PHONE, to_phone=PHONE)
    assert told.decision == "announced_conflict"

    await settle(conn, SAME)

    assert {row.id: row.phone_number for row in (await live(conn)).values()} == {amina: None, daudi: PHONE}
    assert await broken_promises(conn) == []


async def test_a_proof_that_comes_while_staff_decide_is_waited_for_and_counts(database_url: str) -> None:
    async with connections(database_url, 3) as (intake, staff, watcher):
        amina, _ = await unproven(watcher)
        conflict_id = await LAST_CONFLICT.one(watcher)

        async with intake.transaction():
            assert (await writes(intake, PHONE, USER)).decision == "recognised"
            settling = asyncio.create_task(SETTLE.run(staff, id=conflict_id, is_same=DIFFERENT))
            await until_blocked(watcher, staff)

        with pytest.raises(psycopg.Error, match="no such open conflict"):
            await settling
        assert (await live(watcher))[amina].phone_number == PHONE


async def test_of_two_who_settle_at_once_the_second_finds_it_settled(database_url: str) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        await disputed(watcher)
        conflict_id = await LAST_CONFLICT.one(watcher)

        async with one.transaction():
            await SETTLE.run(one, id=conflict_id, is_same=SAME)
            second = asyncio.create_task(SETTLE.run(other, id=conflict_id, is_same=DIFFERENT))
            await until_blocked(watcher, other)

        with pytest.raises(psycopg.Error, match="no such open conflict"):
            await second
        assert len(await live(watcher)) == 1
        assert await broken_promises(watcher) == []


async def test_an_answer_under_way_to_a_stranger_goes_to_the_stranger(database_url: str) -> None:
    async with connections(database_url, 3) as (worker, staff, watcher):
        amina, _ = await unproven(watcher, OTHER_USER)
        await conversations.wait_for_answer(watcher, amina)
        conflict_id = await LAST_CONFLICT.one(watcher)

        async with worker.transaction():
            assert (await conversations.claim(worker)) is not None
            settling = asyncio.create_task(SETTLE.run(staff, id=conflict_id, is_same=DIFFERENT))
            await until_blocked(watcher, staff)
            greeting = await owes_impersonal(worker, amina)
        await settling

        stranger = (await writes(watcher, PHONE, OTHER_USER)).customer_id
        assert await RECIPIENT.one(watcher, id=greeting) == stranger


RECIPIENT = sql("select customer_id from outbox where id = %(id)s").into(UUID)
