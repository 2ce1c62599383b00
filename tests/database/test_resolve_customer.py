"""resolve_customer: every cell of "who holds the phone" × "who holds the user id", and what never happens."""

from dataclasses import dataclass, replace
from itertools import product
from uuid import UUID

import pytest

from luminous.customers import Resolved
from luminous.db import Connection, sql

from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    Conflict,
    Row,
    add,
    an_hour_passes,
    broken_promises,
    live,
    open_conflicts,
    writes,
)

NOT_SENT, NEW = "not sent", "new"
BARE, WITH_OTHER = "held, without the other", "held, with another"
SAME = "held by the same customer"

CELLS = {  # (the phone, the user id): decision
    (NOT_SENT, NEW): "created",
    (NOT_SENT, BARE): "recognised",
    (NOT_SENT, WITH_OTHER): "recognised",
    (NEW, NOT_SENT): "created",
    (NEW, NEW): "created",
    (NEW, BARE): "learned_phone_number",
    (NEW, WITH_OTHER): "replaced_phone_number",
    (BARE, NOT_SENT): "recognised",
    (BARE, NEW): "learned_user_id",
    (BARE, BARE): "seen_twice",
    (BARE, WITH_OTHER): "disputed_number",
    (WITH_OTHER, NOT_SENT): "recognised",
    (WITH_OTHER, NEW): "recycled_number",
    (WITH_OTHER, BARE): "moved_number",
    (WITH_OTHER, WITH_OTHER): "moved_number",
    (SAME, SAME): "recognised",
}
every_cell = pytest.mark.parametrize(
    ("phone", "user_id", "decision"), [(*cell, decision) for cell, decision in CELLS.items()]
)
LOSES_THE_NUMBER = ("recycled_number", "moved_number")


@dataclass(frozen=True, slots=True)
class Before:
    """Who holds the phone and the user id before the message comes, and every live row."""

    holder: UUID | None
    writer: UUID | None
    rows: dict[UUID, Row]


def test_the_table_has_every_cell() -> None:
    states = (NOT_SENT, NEW, BARE, WITH_OTHER)

    assert CELLS.keys() == {*product(states, states), (SAME, SAME)} - {(NOT_SENT, NOT_SENT)}


@every_cell
async def test_each_cell_has_its_decision(conn: Connection, phone: str, user_id: str, decision: str) -> None:
    before = await given(conn, phone, user_id)

    found = await arrives(conn, phone, user_id)

    assert found.decision == decision
    assert found.is_new_customer == (decision in ("created", "recycled_number"))
    if decision == "seen_twice":
        assert found.customer_id == before.holder  # the older of the two
    elif known := before.writer or (None if decision == "recycled_number" else before.holder):
        assert found.customer_id == known
    else:
        assert found.customer_id not in before.rows
    assert await broken_promises(conn) == []


@every_cell
async def test_whoever_writes_has_what_was_sent_but_not_a_disputed_number(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    await given(conn, phone, user_id)

    customer_id = (await arrives(conn, phone, user_id)).customer_id

    found = (await live(conn))[customer_id]
    if user_id != NOT_SENT:
        assert found.whatsapp_user_id == USER
    if decision == "disputed_number":
        assert (found.phone_number, found.whatsapp_id) == (OTHER_PHONE, None)
    elif phone != NOT_SENT:
        assert (found.phone_number, found.whatsapp_id) == (PHONE, PHONE[1:])
    assert found.display_name == "Amina"


@every_cell
async def test_whoever_does_not_write_is_left_as_they_were_but_for_a_number_that_moved(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    before = await given(conn, phone, user_id)

    found = await arrives(conn, phone, user_id)

    after = await live(conn)
    for other in before.rows.keys() - {found.customer_id}:
        was = before.rows[other]
        if decision == "seen_twice":
            assert other not in after
        elif decision in LOSES_THE_NUMBER and other == before.holder:
            lost = replace(was, phone_number=None, whatsapp_id=None, identity_epoch=was.identity_epoch + 1)
            assert replace(after[other], version="") == replace(lost, version="")
        else:
            assert after[other] == was


@every_cell
async def test_only_a_disputed_number_opens_a_conflict(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    before = await given(conn, phone, user_id)

    found = await arrives(conn, phone, user_id)

    expected: list[Conflict] = []
    if decision == "disputed_number":
        assert before.holder is not None
        expected = [Conflict(before.holder, found.customer_id, decision)]
    assert await open_conflicts(conn) == expected


@every_cell
async def test_the_same_message_again_writes_nothing(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    await given(conn, phone, user_id)
    first = await arrives(conn, phone, user_id)
    before = await everything(conn)

    again = await arrives(conn, phone, user_id)

    assert replace(again, decision="", is_new_customer=False) == replace(
        first, decision="", is_new_customer=False
    )
    assert not again.is_new_customer
    assert await everything(conn) == before
    assert again.decision == (decision if decision == "disputed_number" else "recognised")


@every_cell
async def test_an_hour_later_only_the_writer_is_seen_again(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    await given(conn, phone, user_id)
    first = await arrives(conn, phone, user_id)
    await an_hour_passes(conn)
    before = await live(conn)

    await arrives(conn, phone, user_id)

    after = await live(conn)
    assert {key for key in after if after[key] != before[key]} == {first.customer_id}
    assert without_versions(after) == without_versions(before)
    assert len(await open_conflicts(conn)) == (decision == "disputed_number")


async def given(conn: Connection, phone: str, user_id: str) -> Before:
    """The customers that hold the phone and the user id before the message comes."""
    holder = writer = None
    if (phone, user_id) == (SAME, SAME):
        holder = writer = await add(conn, PHONE, USER)
    if phone in (BARE, WITH_OTHER):
        holder = await add(conn, PHONE, OTHER_USER if phone == WITH_OTHER else None)
        await conn.execute("update customers set created_at = created_at - interval '1 minute'")
    if user_id in (BARE, WITH_OTHER):
        writer = await add(conn, OTHER_PHONE if user_id == WITH_OTHER else None, USER)
    return Before(holder, writer, await live(conn))


async def arrives(conn: Connection, phone: str, user_id: str) -> Resolved:
    sent_phone, sent_user_id = (None if phone == NOT_SENT else PHONE), (None if user_id == NOT_SENT else USER)
    return await writes(conn, sent_phone, sent_user_id, "Amina")


async def everything(conn: Connection) -> tuple[dict[UUID, Row], list[str]]:
    """The customers with their versions, and how much else there is."""
    return await live(conn), await COUNTS.all(conn)


def without_versions(rows: dict[UUID, Row]) -> dict[UUID, Row]:
    return {key: replace(row, version="") for key, row in rows.items()}


COUNTS = sql("""
    select 'conflicts ' || count(*) from customer_conflicts union all
    select 'identifiers ' || count(*) from customer_identifiers union all
    select 'subscriptions ' || count(*) from subscriptions union all
    select 'conversations ' || count(*) from conversations union all
    select 'merges ' || count(*) from customer_merges
""").into(str)
