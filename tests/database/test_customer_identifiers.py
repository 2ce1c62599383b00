"""The history of identifiers: which one named whom, from when until when, and why it moved."""

from dataclasses import dataclass

import psycopg
import pytest

from luminous.db import Connection, sql

from .people import OTHER_PHONE, OTHER_USER, PHONE, USER, add, soft_delete, writes


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the history, without its times."""

    value: str
    is_held: bool
    cause: str


async def test_the_history_says_by_which_decision_an_identifier_came(conn: Connection) -> None:
    await writes(conn, PHONE)
    await writes(conn, PHONE, USER)
    await writes(conn, OTHER_PHONE, USER)

    assert await HISTORY.all(conn) == [
        Held(PHONE, is_held=False, cause="created"),
        Held(USER, is_held=True, cause="learned_user_id"),
        Held(OTHER_PHONE, is_held=True, cause="replaced_phone_number"),
    ]


async def test_the_history_says_by_which_decision_an_identifier_went(conn: Connection) -> None:
    await writes(conn, PHONE, USER)
    await writes(conn, PHONE, OTHER_USER)
    await conn.execute("update customers set deleted_at = now()")

    assert await WENT.all(conn) == [
        f"{PHONE} recycled_number",
        f"{USER} direct",
        f"{PHONE} direct",
        f"{OTHER_USER} direct",
    ]


async def test_a_change_by_hand_is_direct_unless_the_transaction_gives_a_cause(conn: Connection) -> None:
    amina = await add(conn, PHONE)
    await SET_PHONE.run(conn, id=amina, phone=OTHER_PHONE)
    await conn.execute("set local luminous.cause = 'asked at the counter'")
    await SET_PHONE.run(conn, id=amina, phone=PHONE)

    assert [row.cause for row in await HISTORY.all(conn)] == ["direct", "direct", "asked at the counter"]


async def test_the_cause_of_a_message_does_not_stick_to_what_follows(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER)).customer_id
    await writes(conn, OTHER_PHONE, USER)
    await SET_PHONE.run(conn, id=amina, phone="+256772000003")

    assert (await HISTORY.all(conn))[-1] == Held("+256772000003", is_held=True, cause="direct")


async def test_two_phones_are_swapped_by_hand_in_one_transaction(conn: Connection) -> None:
    amina, bosco = await add(conn, PHONE), await add(conn, OTHER_PHONE)

    await SET_PHONE.run(conn, id=amina, phone=None)
    await SET_PHONE.run(conn, id=bosco, phone=PHONE)
    await SET_PHONE.run(conn, id=amina, phone=OTHER_PHONE)

    assert await HOLDERS.all(conn) == [f"{PHONE} {bosco}", f"{OTHER_PHONE} {amina}"]
    assert [row.is_held for row in await HISTORY.all(conn)] == [False, False, True, True]


async def test_soft_delete_closes_what_was_held_and_restoring_opens_it_again(conn: Connection) -> None:
    amina = await add(conn, PHONE, USER)
    await soft_delete(conn, amina)
    assert await HOLDERS.all(conn) == []

    await conn.execute("update customers set deleted_at = null")
    assert sorted(await HOLDERS.all(conn)) == sorted([f"{PHONE} {amina}", f"{USER} {amina}"])
    assert len(await HISTORY.all(conn)) == 4


async def test_a_deleted_customer_cannot_be_restored_over_who_came_after(conn: Connection) -> None:
    old = await add(conn, PHONE)
    await soft_delete(conn, old)
    await add(conn, PHONE)

    with pytest.raises(psycopg.errors.UniqueViolation, match="customers_one_live_per_phone_number"):
        await conn.execute("update customers set deleted_at = null")


async def test_what_is_not_an_identifier_leaves_no_history(conn: Connection) -> None:
    await add(conn, PHONE, OTHER_USER)
    before = await HISTORY.all(conn)

    await conn.execute("update customers set display_name = 'Amina'")
    await conn.execute("update customers set phone_number = phone_number, whatsapp_id = '256772000001'")

    assert await HISTORY.all(conn) == before


SET_PHONE = sql("update customers set phone_number = %(phone)s where id = %(id)s")
HISTORY = sql("""
    select value, until_at is null as is_held, cause from customer_identifiers order by id
""").into(Held)
HOLDERS = sql("""
    select value || ' ' || customer_id from customer_identifiers where until_at is null order by id
""").into(str)
WENT = sql("select value || ' ' || until_cause from customer_identifiers order by id").into(str)
