"""announce_change: every shape of announcement, before and after the messages, twice and out of order.

Amina had PHONE and USER until WhatsApp's clock said CHANGED; since then she has NEW_PHONE and NEW_USER.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from uuid import UUID

import pytest

from luminous.customers import Changed, Resolved
from luminous.db import Connection, sql

from .merging import BOUGHT
from .people import (
    PHONE,
    USER,
    add,
    announces,
    broken_promises,
    live,
    open_conflicts,
    silent_for,
    soft_delete,
    writes,
)

NEW_PHONE, NEW_USER = "+256772000009", "UG.1009"
LAST_PHONE, LAST_USER = "+256772000010", "UG.1010"
CHANGED = datetime.now(UTC) - timedelta(hours=2)
BEFORE, AFTER, LATER = (
    CHANGED - timedelta(hours=1),
    CHANGED + timedelta(minutes=30),
    CHANGED + timedelta(hours=1),
)

CHANGE, MERGE, NOBODY = "announced_change", "announced_merge", "announced_nobody"


@dataclass(frozen=True, slots=True)
class Shape:
    """What an announcement names."""

    from_phone: str | None = None
    from_user_id: str | None = None
    to_phone: str | None = None
    to_user_id: str | None = None


SHAPES = {
    "both numbers": Shape(PHONE, None, NEW_PHONE, None),
    "both numbers and both ids": Shape(PHONE, USER, NEW_PHONE, NEW_USER),
    "both ids": Shape(None, USER, None, NEW_USER),
    "both ids, and the number of now": Shape(NEW_PHONE, USER, NEW_PHONE, NEW_USER),
    "both numbers and the old id": Shape(PHONE, USER, NEW_PHONE, None),
    "the old number and both ids": Shape(PHONE, USER, None, NEW_USER),
}
KNOWN = {
    "by both": (PHONE, USER),
    "by the number": (PHONE, None),
    "by the user id": (None, USER),
    "not at all": (None, None),
}
# How far the shop can follow: the announcement names what Amina is known by.
FOLLOWS = {
    "both numbers": ("by both", "by the number"),
    "both numbers and both ids": ("by both", "by the number", "by the user id"),
    "both ids": ("by both", "by the user id"),
    "both ids, and the number of now": ("by both", "by the user id"),
    "both numbers and the old id": ("by both", "by the number", "by the user id"),
    "the old number and both ids": ("by both", "by the number", "by the user id"),
}
every_shape_and_knowledge = pytest.mark.parametrize(("shape", "known"), list(product(SHAPES, KNOWN)))
everybody_followed = pytest.mark.parametrize(
    ("shape", "known"), [(shape, known) for shape in SHAPES for known in FOLLOWS[shape]]
)
every_shape = pytest.mark.parametrize("shape", SHAPES)


async def amina(conn: Connection, known: str = "by both") -> UUID | None:
    """Amina wrote before the change, or did not."""
    if known == "not at all":
        return None
    person = (await writes(conn, *KNOWN[known], "Amina", at=BEFORE)).customer_id
    await conn.execute(
        "update customers set created_at = created_at - interval '1 hour' where id = %s", [person]
    )
    return person


async def told(conn: Connection, shape: str, at: datetime = CHANGED) -> Changed:
    named = SHAPES[shape]
    return await announces(
        conn,
        from_phone=named.from_phone,
        from_user_id=named.from_user_id,
        to_phone=named.to_phone,
        to_user_id=named.to_user_id,
        at=at,
    )


async def writes_anew(
    conn: Connection, phone: str | None = NEW_PHONE, user_id: str | None = NEW_USER
) -> Resolved:
    return await writes(conn, phone, user_id, "Amina", at=AFTER)


async def names(conn: Connection) -> dict[UUID, tuple[str | None, str | None]]:
    """What each live customer is known by."""
    assert await broken_promises(conn) == []
    return {row.id: (row.phone_number, row.whatsapp_user_id) for row in (await live(conn)).values()}


@every_shape_and_knowledge
async def test_before_the_first_message_of_the_new_identity(conn: Connection, shape: str, known: str) -> None:
    person = await amina(conn, known)

    changed = await told(conn, shape)

    if known in FOLLOWS[shape]:
        assert (changed.decision, changed.customer_id) == (CHANGE, person)
        assert await names(conn) == {person: (SHAPES[shape].to_phone, SHAPES[shape].to_user_id)}
    else:
        assert (changed.decision, changed.customer_id) == (NOBODY, None)
        assert list((await names(conn)).values()) == ([KNOWN[known]] if person else [])
    anew = await writes_anew(conn)
    assert anew.is_new_customer == (known not in FOLLOWS[shape])
    assert (await names(conn))[anew.customer_id] == (NEW_PHONE, NEW_USER)


@every_shape_and_knowledge
async def test_after_the_first_message_of_the_new_identity(conn: Connection, shape: str, known: str) -> None:
    person = await amina(conn, known)
    anew = await writes_anew(conn)
    assert anew.is_new_customer

    changed = await told(conn, shape)

    if known in FOLLOWS[shape]:
        assert (changed.decision, changed.customer_id) == (MERGE, person)
        assert await names(conn) == {person: (NEW_PHONE, NEW_USER)}
        assert (await writes_anew(conn)).customer_id == person
    else:
        assert changed.decision == NOBODY
        assert (await names(conn))[anew.customer_id] == (NEW_PHONE, NEW_USER)


@every_shape_and_knowledge
async def test_twice_is_once(conn: Connection, shape: str, known: str) -> None:
    await amina(conn, known)
    first = await told(conn, shape)
    after_first = await names(conn)

    again = await told(conn, shape)
    await told(conn, shape, CHANGED + timedelta(seconds=3))  # WhatsApp's clocks agree to minutes

    expected = "announced_again" if first.decision == CHANGE else NOBODY
    assert (again.decision, again.customer_id) == (expected, first.customer_id)
    assert await names(conn) == after_first
    assert await open_conflicts(conn) == []


@pytest.mark.parametrize(("one", "other"), list(permutations(SHAPES, 2)))
async def test_one_change_told_in_two_ways_is_one_change(conn: Connection, one: str, other: str) -> None:
    person = await amina(conn)

    await told(conn, one)
    await told(conn, other)

    phone = SHAPES[one].to_phone or SHAPES[other].to_phone
    user_id = SHAPES[one].to_user_id or SHAPES[other].to_user_id
    assert await names(conn) == {person: (phone, user_id)}
    assert (await writes_anew(conn)).customer_id == person
    assert await names(conn) == {person: (NEW_PHONE, NEW_USER)}


@everybody_followed
async def test_a_message_from_before_that_comes_later_is_hers_and_moves_nothing(
    conn: Connection, shape: str, known: str
) -> None:
    person = await amina(conn, known)
    await told(conn, shape)
    await writes_anew(conn)

    late = await writes(conn, *KNOWN[known], "Amina", at=BEFORE + timedelta(minutes=5))

    assert (late.customer_id, late.decision) == (person, "recognised_late")
    assert await names(conn) == {person: (NEW_PHONE, NEW_USER)}


@everybody_followed
async def test_whoever_gets_the_old_number_afterwards_is_somebody_else(
    conn: Connection, shape: str, known: str
) -> None:
    person = await amina(conn, known)
    await told(conn, shape)

    bosco = await writes(conn, PHONE, "UG.2001", "Bosco", at=AFTER)

    assert bosco.is_new_customer
    assert bosco.customer_id != person


@pytest.mark.parametrize("known", [known for known in KNOWN if known != "not at all"])
@every_shape
async def test_hidden_at_first_she_is_found_by_the_new_user_id_or_when_she_shows_her_number(
    conn: Connection, shape: str, known: str
) -> None:
    person = await amina(conn, known)
    hidden = await writes_anew(conn, None)
    await told(conn, shape)

    shown = await writes_anew(conn)

    assert (shown.customer_id == person) == (known in FOLLOWS[shape])
    assert hidden.customer_id in (person, shown.customer_id) or hidden.customer_id not in await names(conn)
    assert (await names(conn))[shown.customer_id] == (NEW_PHONE, NEW_USER)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if SHAPES[shape].to_phone])
async def test_by_the_number_alone_she_is_found_where_the_new_one_was_told(
    conn: Connection, shape: str
) -> None:
    person = await amina(conn)
    await told(conn, shape)

    assert (await writes_anew(conn, NEW_PHONE, None)).customer_id == person


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("known", [("by both"), ("by the user id"), ("by the number")])
async def test_two_changes_and_a_message_in_any_order_are_one_person(
    conn: Connection, known: str, order: tuple[int, ...]
) -> None:
    person = await amina(conn, known)

    for what in order:
        if what == 0:
            await told(conn, "both numbers and both ids")
        elif what == 1:
            await announces(
                conn,
                from_phone=NEW_PHONE,
                from_user_id=NEW_USER,
                to_phone=LAST_PHONE,
                to_user_id=LAST_USER,
                at=LATER,
            )
        else:
            await writes(conn, LAST_PHONE, LAST_USER, "Amina", at=LATER + timedelta(minutes=5))

    assert await names(conn) == {person: (LAST_PHONE, LAST_USER)}
    for sender in ((PHONE, USER), (None, USER), (None, NEW_USER), (None, LAST_USER)):
        assert (await writes(conn, *sender, at=AFTER)).customer_id == person


@every_shape
async def test_who_had_the_new_number_before_loses_it(conn: Connection, shape: str) -> None:
    person = await amina(conn)
    bosco = (await writes(conn, NEW_PHONE, "UG.2001", "Bosco", at=BEFORE)).customer_id

    changed = await told(conn, shape)

    assert changed.decision == CHANGE
    assert (await names(conn))[bosco] == (None if SHAPES[shape].to_phone else NEW_PHONE, "UG.2001")
    assert (await writes_anew(conn)).customer_id == person or SHAPES[shape].to_user_id is None
    assert (await names(conn))[bosco] == (None, "UG.2001")


@every_shape
async def test_who_has_the_new_number_since_keeps_it(conn: Connection, shape: str) -> None:
    person = await amina(conn)
    bosco = (await writes(conn, NEW_PHONE, "UG.2001", "Bosco", at=CHANGED + timedelta(hours=1))).customer_id
    named = SHAPES[shape]
    long_ago = CHANGED - timedelta(days=3)
    await conn.execute(
        "update customer_identifiers set from_at = from_at - interval '9 days' where customer_id = %s",
        [person],
    )

    changed = await told(conn, shape, long_ago)

    rows = await names(conn)
    assert rows[bosco] == (NEW_PHONE, "UG.2001")
    assert rows[person or bosco][0] != NEW_PHONE
    if named.to_user_id:
        assert (changed.decision, rows[person or bosco]) == (CHANGE, (None, named.to_user_id))
    else:
        assert changed.decision == "announced_conflict"  # it may have been she who wrote from it days later


async def test_somebody_unknown_moved_and_who_had_the_new_number_has_lost_it(conn: Connection) -> None:
    bosco = (await writes(conn, NEW_PHONE, "UG.2001", "Bosco", at=BEFORE)).customer_id

    assert (await told(conn, "both numbers and both ids")).decision == NOBODY

    assert await names(conn) == {bosco: (None, "UG.2001")}


@pytest.mark.parametrize("is_same", [True, False])
async def test_staff_are_asked_where_somebody_had_the_new_number_without_a_user_id(
    conn: Connection, is_same: bool
) -> None:
    person = await amina(conn)
    bosco = (await writes(conn, NEW_PHONE, None, "Bosco", at=BEFORE)).customer_id

    assert (await told(conn, "both numbers and both ids")).decision == "announced_conflict"
    assert await names(conn) == {person: (PHONE, USER), bosco: (NEW_PHONE, None)}
    await writes(conn, None, NEW_USER, "Amina", at=AFTER)
    await SETTLE.run(conn, is_same=is_same)

    rows = await names(conn)
    assert len(rows) == (1 if is_same else 2)
    assert (NEW_PHONE, NEW_USER) in rows.values()
    assert rows.get(bosco, (None, None)) == (
        (NEW_PHONE, NEW_USER) if is_same and bosco in rows else (None, None)
    )


@pytest.mark.parametrize("life", ["a profile", "a plan", "an order", "a payment"])
async def test_a_record_with_a_life_of_its_own_is_not_merged_without_staff(
    conn: Connection, life: str
) -> None:
    person = await amina(conn)
    anew = (await writes_anew(conn)).customer_id
    await LIVES[life].run(conn, id=anew)

    assert (await told(conn, "both numbers and both ids")).decision == "announced_conflict"

    assert await names(conn) == {person: (PHONE, USER), anew: (NEW_PHONE, NEW_USER)}


async def test_a_silent_record_known_by_the_number_alone_is_not_carried_off_however_often_it_is_told(
    conn: Connection,
) -> None:
    person = await amina(conn, "by the number")
    assert person
    await silent_for(conn, person, 60)

    for shape in ("both numbers", "both numbers and both ids", "both numbers and both ids", "both ids"):
        changed = await told(conn, shape)
        assert changed.decision in ("announced_conflict", NOBODY), shape

    assert await names(conn) == {person: (PHONE, None)}
    assert (await writes_anew(conn)).customer_id != person


async def test_a_change_of_somebody_who_was_deleted_revives_nobody(conn: Connection) -> None:
    person = await amina(conn)
    assert person
    await soft_delete(conn, person)

    assert (await told(conn, "both numbers and both ids")).decision == NOBODY

    assert await names(conn) == {}
    assert (await writes_anew(conn)).customer_id != person


async def test_the_other_of_two_phones_changes_and_both_are_hers(conn: Connection) -> None:
    person = await amina(conn)
    other = (await writes(conn, "+256772000005", "UG.1005", "Amina", at=BEFORE)).customer_id
    await conn.execute("select merge_customers(%s, %s, 'confirmed')", [person, other])

    assert (await told(conn, "both numbers and both ids")).customer_id == other

    assert (await writes_anew(conn)).customer_id == other
    assert (await writes(conn, "+256772000005", "UG.1005", at=LATER)).customer_id == other
    assert (await writes(conn, None, NEW_USER, at=LATER)).customer_id == other


async def test_an_announcement_from_the_future_of_the_clock_is_of_now(conn: Connection) -> None:
    person = await add(conn, PHONE, USER)

    assert (
        await told(conn, "both numbers and both ids", datetime.now(UTC) + timedelta(days=9))
    ).decision == CHANGE

    assert await names(conn) == {person: (NEW_PHONE, NEW_USER)}
    assert not await IN_FUTURE.one(conn)


SETTLE = sql("select settle_conflict(max(id), %(is_same)s) from customer_conflicts")
IN_FUTURE = sql("""
    select exists (select from announced_changes where announced_at > now())
        or exists (select from customer_identifiers where greatest(from_at, until_at) > now())
""").into(bool)

LIVES = {
    "a profile": sql("""
        with account as (insert into profiles (id) values (gen_random_uuid()) returning id)
        update customers set profile_id = account.id from account where customers.id = %(id)s
    """),
    "a plan": sql("update subscriptions set amount_paid_per_cycle = 29900 where customer_id = %(id)s"),
    "an order": BOUGHT,
    "a payment": sql("""
        insert into payments (customer_id, subscription_id, provider, amount, currency, payer, payer_text)
        select customer_id, id, 'momo', 29900, 'UGX', '+256772000009', 'Plus'
          from subscriptions where customer_id = %(id)s
    """),
}
