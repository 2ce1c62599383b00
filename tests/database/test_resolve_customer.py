"""resolve_customer: every cell of "who holds the phone" × "who holds the user id", and what never happens."""

from dataclasses import replace
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
CONFLICTS = ("recycled_number", "moved_number", "seen_twice", "disputed_number")
every_cell = pytest.mark.parametrize(
    ("phone", "user_id", "decision"), [(*cell, decision) for cell, decision in CELLS.items()]
)


def test_the_table_has_every_cell() -> None:
    states = (NOT_SENT, NEW, BARE, WITH_OTHER)

    assert CELLS.keys() == {*product(states, states), (SAME, SAME)} - {(NOT_SENT, NOT_SENT)}


@every_cell
async def test_each_cell_has_its_decision(conn: Connection, phone: str, user_id: str, decision: str) -> None:
    holder, writer = await given(conn, phone, user_id)
    before = await live(conn)

    found = await arrives(conn, phone, user_id)

    assert found.decision == decision
    assert found.is_new_customer == (decision in ("created", "recycled_number"))
    known = writer or (None if decision in CONFLICTS else holder)
    assert found.customer_id == known if known else found.customer_id not in before
    assert (await live(conn)).keys() == before.keys() | {found.customer_id}
    assert await broken_promises(conn) == []


@every_cell
async def test_whoever_writes_is_found_with_what_was_sent(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    await given(conn, phone, user_id)

    customer_id = (await arrives(conn, phone, user_id)).customer_id

    found = (await live(conn))[customer_id]
    if user_id != NOT_SENT:
        assert found.whatsapp_user_id == USER
    if phone != NOT_SENT and decision not in CONFLICTS:
        assert (found.phone_number, found.whatsapp_id) == (PHONE, PHONE[1:])
    else:
        assert found.whatsapp_id is None  # never where somebody else may read it
    assert found.display_name == "Amina"


@every_cell
async def test_whoever_does_not_write_is_left_as_they_were(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    await given(conn, phone, user_id)
    before = await live(conn)

    found = await arrives(conn, phone, user_id)

    others = [customer for customer in before if customer != found.customer_id]
    assert [(await live(conn))[other] for other in others] == [before[other] for other in others]
    assert bool(others) == (decision in CONFLICTS)


@every_cell
async def test_only_a_conflict_is_opened_where_identifiers_disagree(
    conn: Connection, phone: str, user_id: str, decision: str
) -> None:
    holder, _ = await given(conn, phone, user_id)

    found = await arrives(conn, phone, user_id)

    expected = [Conflict(found.customer_id, holder, decision)] if holder and decision in CONFLICTS else []
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
    assert again.decision == (  # who was new to us is now somebody who has the user id
        "recognised" if decision not in CONFLICTS else decision.replace("recycled", "moved")
    )


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
    assert len(await open_conflicts(conn)) == (decision in CONFLICTS)


async def given(conn: Connection, phone: str, user_id: str) -> tuple[UUID | None, UUID | None]:
    """The customers that hold the phone and the user id before the message comes."""
    if (phone, user_id) == (SAME, SAME):
        both = await add(conn, PHONE, USER)
        return both, both
    holder = writer = None
    if phone in (BARE, WITH_OTHER):
        holder = await add(conn, PHONE, OTHER_USER if phone == WITH_OTHER else None)
    if user_id in (BARE, WITH_OTHER):
        writer = await add(conn, OTHER_PHONE if user_id == WITH_OTHER else None, USER)
    return holder, writer


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
    select 'conversations ' || count(*) from conversations
""").into(str)
