"""settle_conflict: two records, and one number; or WhatsApp says that one of them has what the other has."""

from uuid import UUID

import pytest

from luminous.db import Connection

from .merging import send_all
from .owing import customer, owes, row
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    announces,
    live,
    open_conflicts,
    silent_for,
    soft_delete,
    writes,
)
from .settling import (
    DIFFERENT,
    SAME,
    disputed,
    settle,
)

THIRD_PHONE, THIRD_USER = "+256772000003", "UG.1003"


async def test_one_person_with_two_records_has_one_and_the_number(conn: Connection) -> None:
    amina, bosco = await disputed(conn)

    await settle(conn, SAME)

    rows = await live(conn)
    assert rows.keys() < {amina, bosco}
    assert {(found.phone_number, found.whatsapp_user_id) for found in rows.values()} == {(PHONE, OTHER_USER)}
    assert (await writes(conn, PHONE, OTHER_USER)).decision == "recognised"


async def test_two_people_the_writer_has_the_number_and_the_holder_has_none(conn: Connection) -> None:
    amina, bosco = await disputed(conn)
    owed = await owes(conn, amina)

    await settle(conn, DIFFERENT)

    rows = await live(conn)
    assert (rows[amina].phone_number, rows[bosco].phone_number) == (None, PHONE)
    assert await send_all(conn) == []
    assert (await row(conn, owed)).status == "stale"


@pytest.mark.parametrize("is_same", [SAME, DIFFERENT])
async def test_a_user_id_that_changed_meanwhile_is_not_changed_back(conn: Connection, is_same: bool) -> None:
    await disputed(conn)
    await announces(conn, from_user_id=OTHER_USER, to_user_id=THIRD_USER, to_phone=THIRD_PHONE)

    await settle(conn, is_same)

    user_ids = {found.whatsapp_user_id for found in (await live(conn)).values()}
    assert THIRD_USER in user_ids
    assert OTHER_USER not in user_ids


@pytest.mark.parametrize("is_same", [SAME, DIFFERENT])
async def test_a_question_about_somebody_who_was_deleted_can_still_be_closed(
    conn: Connection, is_same: bool
) -> None:
    amina, bosco = await disputed(conn)
    await soft_delete(conn, bosco)

    await settle(conn, is_same)

    assert (await live(conn))[amina].phone_number == (PHONE if is_same else None)
    assert await open_conflicts(conn) == []


async def announced(conn: Connection) -> tuple[UUID, UUID]:
    """WhatsApp says that Amina changed to what Bosco has. Returns who has it and who changed."""
    amina, bosco = await customer(conn, PHONE, USER), await add(conn, OTHER_PHONE, OTHER_USER)
    changed = await announces(
        conn, from_phone=PHONE, from_user_id=USER, to_phone=OTHER_PHONE, to_user_id=OTHER_USER
    )
    assert changed.decision == "announced_conflict"
    return bosco, amina


async def test_one_person_who_changed_has_one_record_with_the_new_identifiers(conn: Connection) -> None:
    await announced(conn)

    await settle(conn, SAME)

    (found,) = (await live(conn)).values()
    assert (found.phone_number, found.whatsapp_user_id) == (OTHER_PHONE, OTHER_USER)


async def test_two_people_whoever_gave_the_number_up_has_none(conn: Connection) -> None:
    holder, who_changed = await announced(conn)

    await settle(conn, DIFFERENT)

    rows = await live(conn)
    assert (rows[holder].phone_number, rows[holder].whatsapp_user_id) == (OTHER_PHONE, OTHER_USER)
    assert (rows[who_changed].phone_number, rows[who_changed].whatsapp_user_id) == (None, None)


async def test_a_stranger_who_had_the_new_number_before_is_not_merged_into_the_one_who_has_it_now(
    conn: Connection,
) -> None:
    holder, _ = await announced(conn)
    await conn.execute("update customers set phone_number = null where id = %s", [holder])
    stranger = (await writes(conn, OTHER_PHONE, THIRD_USER)).customer_id

    await settle(conn, SAME)

    rows = await live(conn)
    other = rows.pop(stranger)
    assert (other.whatsapp_user_id, other.phone_number) == (THIRD_USER, None)
    assert [(one.whatsapp_user_id, one.phone_number) for one in rows.values()] == [(OTHER_USER, OTHER_PHONE)]


async def announced_alone(conn: Connection) -> UUID:
    """WhatsApp says that a number changed whose holder was silent for long."""
    amina = (await writes(conn, PHONE)).customer_id
    await silent_for(conn, amina, 60)
    changed = await announces(conn, from_phone=PHONE, to_phone=OTHER_PHONE, to_user_id=OTHER_USER)
    assert changed.decision == "announced_conflict"
    return amina


async def test_one_person_known_by_the_old_number_alone_has_the_new_ones(conn: Connection) -> None:
    amina = await announced_alone(conn)

    await settle(conn, SAME)

    found = (await live(conn))[amina]
    assert (found.phone_number, found.whatsapp_user_id) == (OTHER_PHONE, OTHER_USER)


async def test_somebody_else_had_the_old_number_so_that_its_holder_has_none(conn: Connection) -> None:
    amina = await announced_alone(conn)

    await settle(conn, DIFFERENT)

    assert (await live(conn))[amina].phone_number is None
    assert (await writes(conn, OTHER_PHONE, OTHER_USER)).customer_id != amina
