"""Messages that come late and in any order: what was sent before its number moved proves nothing about it."""

from datetime import UTC, datetime, timedelta

import pytest

from luminous import customers
from luminous.db import Connection, sql

from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    announces,
    broken_promises,
    live,
    open_conflicts,
    silent_for,
    writes,
)

NOW = datetime.now(UTC)
THIRD_PHONE = "+256772000009"
FIRST, SECOND, THIRD = NOW - timedelta(hours=3), NOW - timedelta(hours=2), NOW - timedelta(hours=1)


@pytest.mark.parametrize("late_by", [timedelta(seconds=1), timedelta(hours=1)])
async def test_a_late_message_does_not_take_a_number_back_from_its_new_owner(
    conn: Connection, late_by: timedelta
) -> None:
    amina = await writes(conn, PHONE, USER, "Amina", at=FIRST)
    bosco = await writes(conn, PHONE, OTHER_USER, "Bosco", at=SECOND)

    late = await writes(conn, PHONE, USER, "Amina", at=SECOND - late_by)

    assert (late.customer_id, late.decision, late.phone_number) == (amina.customer_id, "recognised", None)
    assert (await live(conn))[bosco.customer_id].phone_number == PHONE
    assert (await writes(conn, PHONE, OTHER_USER, at=NOW)).decision == "recognised"
    assert await broken_promises(conn) == []


async def test_a_late_message_of_somebody_unknown_makes_them_known_without_the_number(
    conn: Connection,
) -> None:
    bosco = await writes(conn, PHONE, OTHER_USER, "Bosco", at=SECOND)

    amina = await writes(conn, PHONE, USER, "Amina", at=FIRST)

    assert (amina.is_new_customer, amina.phone_number) == (True, None)
    assert (await live(conn))[bosco.customer_id].phone_number == PHONE


async def test_by_the_number_alone_it_is_of_who_had_the_number_then(conn: Connection) -> None:
    amina = await writes(conn, PHONE, USER, "Amina", at=FIRST)
    bosco = await writes(conn, PHONE, OTHER_USER, "Bosco", at=SECOND)

    then = await writes(conn, PHONE, at=FIRST + timedelta(minutes=1))
    now = await writes(conn, PHONE, at=THIRD)

    assert (then.customer_id, then.decision) == (amina.customer_id, "recognised_late")
    assert (now.customer_id, now.decision) == (bosco.customer_id, "recognised")


async def test_by_the_number_alone_it_proves_nothing_where_that_person_had_been_silent_for_long(
    conn: Connection,
) -> None:
    amina = await writes(conn, PHONE, USER, "Amina", at=NOW - timedelta(days=60))
    await writes(conn, PHONE, OTHER_USER, "Bosco", at=SECOND)

    then = await writes(conn, PHONE, at=FIRST)

    assert (then.customer_id, then.decision) == (amina.customer_id, "unproven_number")
    assert await open_conflicts(conn) == []  # nobody asks whose number it is: it is Bosco's


async def test_a_number_that_was_left_since_is_not_learnt_again(conn: Connection) -> None:
    amina = await writes(conn, PHONE, USER, "Amina", at=FIRST)
    await announces(conn, from_user_id=USER, to_user_id=OTHER_USER, at=SECOND)
    await writes(conn, OTHER_PHONE, OTHER_USER, "Amina", at=THIRD)

    for sender in ((PHONE, USER), (PHONE, None), (None, USER)):
        late = await writes(conn, *sender, "Amina", at=FIRST + timedelta(minutes=1))
        assert (late.customer_id, late.decision) == (amina.customer_id, "recognised_late")

    (row,) = (await live(conn)).values()
    assert (row.phone_number, row.whatsapp_user_id) == (OTHER_PHONE, OTHER_USER)


async def test_a_number_that_was_replaced_since_is_not_put_back(conn: Connection) -> None:
    amina = await writes(conn, PHONE, USER, "Amina", at=FIRST)
    await writes(conn, OTHER_PHONE, USER, "Amina", at=SECOND)

    late = await writes(conn, PHONE, USER, "Amina", at=FIRST + timedelta(minutes=1))

    assert (late.customer_id, late.phone_number) == (amina.customer_id, OTHER_PHONE)


@pytest.mark.parametrize("first", [(PHONE, None), (PHONE, USER), (None, USER)])
@pytest.mark.parametrize("second", [(PHONE, None), (PHONE, USER), (None, USER)])
async def test_first_messages_of_one_person_in_the_wrong_order_are_one_person(
    conn: Connection, first: tuple[str | None, str | None], second: tuple[str | None, str | None]
) -> None:
    await writes(conn, *second, "Amina", at=SECOND)
    await writes(conn, *first, "Amina", at=FIRST)

    await writes(conn, PHONE, USER, "Amina", at=THIRD)

    assert len(await live(conn)) == 1


async def test_a_proof_from_before_a_question_does_not_answer_it(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER, at=NOW - timedelta(days=60))).customer_id
    await writes(conn, PHONE)
    assert len(await open_conflicts(conn)) == 1

    await writes(conn, PHONE, USER, at=FIRST)
    assert len(await open_conflicts(conn)) == 1

    assert (await writes(conn, PHONE, USER)).customer_id == amina
    assert await open_conflicts(conn) == []


async def test_a_message_read_again_months_later_does_not_make_a_silent_number_busy(conn: Connection) -> None:
    amina = await add(conn, PHONE, USER)
    await silent_for(conn, amina, 60)

    assert (await writes(conn, PHONE, USER, at=NOW - timedelta(days=59))).customer_id == amina

    assert (await writes(conn, PHONE)).decision == "unproven_number"


async def test_whether_a_number_was_silent_is_judged_at_the_time_of_the_message(conn: Connection) -> None:
    await writes(conn, PHONE, at=NOW - timedelta(days=50))

    assert (await writes(conn, PHONE, at=NOW - timedelta(days=49))).decision == "recognised"
    assert (await writes(conn, PHONE, at=NOW - timedelta(days=5))).decision == "recognised"


async def test_the_history_has_whatsapps_times_and_a_change_by_hand_has_now(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER, at=FIRST)).customer_id
    await writes(conn, PHONE, OTHER_USER, at=SECOND)
    await conn.execute("update customers set phone_number = %s where id = %s", [OTHER_PHONE, amina])

    assert await TIMES.all(conn, id=amina) == [f"{PHONE} {FIRST:%H:%M} {SECOND:%H:%M}", f"{OTHER_PHONE} now"]


async def test_a_message_from_the_future_of_the_clock_is_of_now(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER, at=NOW + timedelta(days=9))).customer_id

    assert await TIMES.all(conn, id=amina) == [f"{PHONE} now"]
    assert (await writes(conn, PHONE, OTHER_USER)).decision == "recycled_number"


async def test_a_late_message_from_their_merged_phone_does_not_bring_back_a_number_that_they_left(
    conn: Connection,
) -> None:
    amina = (await writes(conn, PHONE, USER, "Amina", at=FIRST)).customer_id
    other_phone = (await writes(conn, OTHER_PHONE, OTHER_USER, "Amina", at=FIRST)).customer_id
    await customers.merge(conn, other_phone, amina, "test")
    moves = [
        (PHONE, USER, OTHER_PHONE, "UG.3001", SECOND),
        (OTHER_PHONE, "UG.3001", THIRD_PHONE, "UG.3002", THIRD),
    ]
    for from_phone, from_user_id, to_phone, to_user_id, at in moves:
        await announces(
            conn,
            from_phone=from_phone,
            from_user_id=from_user_id,
            to_phone=to_phone,
            to_user_id=to_user_id,
            at=at,
        )

    late = await writes(conn, OTHER_PHONE, OTHER_USER, "Amina", at=FIRST + timedelta(minutes=1))

    assert late.customer_id == amina
    assert OTHER_PHONE not in {row.phone_number for row in (await live(conn)).values()}
    now = await writes(conn, THIRD_PHONE, "UG.3002", "Amina", at=NOW)
    assert (now.customer_id, now.phone_number) == (amina, THIRD_PHONE)
    assert await broken_promises(conn) == []


TIMES = sql("""
    select value || ' '
           || case from_at when now() then 'now' else to_char(from_at at time zone 'UTC', 'HH24:MI') end
           || coalesce(to_char(until_at at time zone 'UTC', ' HH24:MI'), '')
      from customer_identifiers where customer_id = %(id)s and kind = 'phone_number' order by id
""").into(str)


async def test_a_record_of_a_first_message_that_came_last_becomes_part_of_who_has_gone_on_since(
    conn: Connection,
) -> None:
    amina = await writes(conn, PHONE, OTHER_USER, "Amina", at=SECOND)
    again = await writes(conn, "+256772000003", "UG.1003", "Amina", at=THIRD)
    await MERGE.run(conn, one=again.customer_id, into=amina.customer_id)
    assert (await writes(conn, "+256772000003", "UG.1003", at=NOW)).customer_id == amina.customer_id
    late = await writes(conn, OTHER_PHONE, USER, "Amina", at=FIRST)
    assert (late.decision, late.customer_id == amina.customer_id) == ("created", False)

    told = await announces(conn, from_user_id=USER, to_user_id=OTHER_USER, at=FIRST)

    assert (told.customer_id, told.decision) == (amina.customer_id, "announced_merge")
    assert [row.whatsapp_user_id for row in (await live(conn)).values()] == ["UG.1003"]
    assert await broken_promises(conn) == []


MERGE = sql("select merge_customers(%(one)s, %(into)s, 'staff')")
