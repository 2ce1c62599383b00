"""resolve_customer over several messages: who stays who, what is refused, and how rows are found."""

from itertools import product
from uuid import UUID

import psycopg
import pytest

from luminous.customers import Resolved
from luminous.db import Connection, sql

from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    broken_promises,
    live,
    open_conflicts,
    soft_delete,
    writes,
)

PHONES, USERS = (None, PHONE, OTHER_PHONE), (None, USER, OTHER_USER)
NAMED, NAMES = [(PHONE, None), (None, USER), (PHONE, USER)], ["by phone", "by user id", "by both"]
SENDERS = [sender for sender in product(PHONES, USERS) if sender != (None, None)]


@pytest.mark.parametrize("first", NAMED, ids=NAMES)
async def test_no_order_of_messages_shows_anybody_to_another(
    conn: Connection, first: tuple[str | None, str | None]
) -> None:
    for rest in product(SENDERS, repeat=2):
        async with conn.transaction(force_rollback=True):
            people: dict[str, UUID] = {}
            for phone, user_id in (first, *rest):
                found = await writes(conn, phone, user_id)
                await check(conn, people, found, phone, user_id)
            assert await broken_promises(conn) == [], (first, rest)


async def check(
    conn: Connection, people: dict[str, UUID], found: Resolved, phone: str | None, user_id: str | None
) -> None:
    """A user id once seen names one customer for ever, and nobody with another user id answers to it."""
    rows = await live(conn)
    row = rows[found.customer_id]
    if user_id is not None:
        was = people.setdefault(user_id, found.customer_id)
        assert was == found.customer_id or was not in rows  # merged: the same person's other record
        people[user_id] = found.customer_id
        assert row.whatsapp_user_id == user_id or found.decision == "unproven_number"
    if phone is not None and row.phone_number != phone:
        holders = {conflict.holder_id for conflict in await open_conflicts(conn)}
        assert phone in {rows[holder].phone_number for holder in holders}


async def test_a_recycled_number_makes_one_new_customer_who_sees_nothing_of_the_old(conn: Connection) -> None:
    amina = await writes(conn, PHONE, USER, "Amina")

    bosco = await writes(conn, PHONE, OTHER_USER, "Bosco")
    again = await writes(conn, PHONE, OTHER_USER, "Bosco")

    assert (bosco.is_new_customer, again.is_new_customer) == (True, False)
    assert again.customer_id == bosco.customer_id != amina.customer_id
    assert (bosco.phone_number, bosco.whatsapp_id, bosco.display_name) == (PHONE, PHONE[1:], "Bosco")
    old = (await live(conn))[amina.customer_id]
    assert (old.phone_number, old.whatsapp_id, old.identity_epoch) == (None, None, 1)


async def test_a_hidden_number_is_the_same_person_when_it_is_shown_again(conn: Connection) -> None:
    hidden = await writes(conn, None, USER)
    shown = await writes(conn, PHONE, USER)
    hidden_again = await writes(conn, None, USER)
    by_phone_alone = await writes(conn, PHONE)

    assert {hidden.customer_id} == {shown.customer_id, hidden_again.customer_id, by_phone_alone.customer_id}
    assert [shown.decision, hidden_again.decision] == ["learned_phone_number", "recognised"]


async def test_who_comes_back_after_deletion_is_new_and_shares_nothing(conn: Connection) -> None:
    old = await writes(conn, PHONE, USER, "Amina")
    await soft_delete(conn, old.customer_id)

    new = await writes(conn, PHONE, USER)

    assert new.is_new_customer
    assert new.customer_id != old.customer_id
    assert (new.display_name, new.profile_id, new.phone_number) == ("Customer", None, PHONE)
    assert (await live(conn)).keys() == {new.customer_id}
    assert await broken_promises(conn) == []


async def test_within_a_minute_a_known_customer_is_not_written_and_after_it_is(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER, "Amina")).customer_id
    first = (await live(conn))[amina].version

    await writes(conn, PHONE, USER, "Amina")
    assert (await live(conn))[amina].version == first

    await SEEN_59_SECONDS_AGO.run(conn)
    seen = (await live(conn))[amina].version
    await writes(conn, PHONE, USER, "Amina")
    assert (await live(conn))[amina].version == seen

    await SEEN_61_SECONDS_AGO.run(conn)
    seen = (await live(conn))[amina].version
    await writes(conn, PHONE, USER, "Amina")
    assert (await live(conn))[amina].version != seen


@pytest.mark.parametrize("sender", NAMED, ids=NAMES)
async def test_among_many_customers_the_sender_is_found_by_the_unique_indexes(
    roomy: Connection, sender: tuple[str | None, str | None]
) -> None:
    # The crowd comes without its triggers.
    await roomy.execute("set local session_replication_role = replica")
    await CROWD.run(roomy)
    await roomy.execute("set local session_replication_role = origin")
    await roomy.execute("analyze customers")
    await add(roomy, PHONE, USER)
    before = await SCANS.one(roomy)

    for _ in range(10):  # from the sixth on PL/pgSQL may choose a plan for any sender
        await writes(roomy, *sender)

    assert await SCANS.one(roomy) == before
    assert await USES.one(roomy, index="customers_one_live_per_phone_number") >= 10 * (sender[0] is not None)
    assert await USES.one(roomy, index="customers_one_live_per_whatsapp_user_id") >= 10 * (
        sender[1] is not None
    )


async def test_a_message_without_a_sender_is_refused(conn: Connection) -> None:
    with pytest.raises(psycopg.Error, match="a phone number or a WhatsApp user id") as refused:
        await writes(conn)

    assert refused.value.sqlstate == "LU002"


@pytest.mark.parametrize(
    "phone", ["+0782240146", "0782240146", "256782240146", "+256 782", "UG.256782240146", ""]
)
async def test_a_phone_that_is_not_e164_is_refused(conn: Connection, phone: str) -> None:
    with pytest.raises(psycopg.Error, match=r"not E\.164") as refused:
        await writes(conn, phone, USER)

    assert refused.value.sqlstate == "LU001"


async def test_a_user_id_of_another_shape_is_refused(conn: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="customers_whatsapp_user_id_is_a_bsuid"):
        await writes(conn, user_id="256782240146")


async def test_a_number_replaced_without_a_raw_id_is_not_sent_to_at_its_old_place(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER)).customer_id

    await RESOLVE_WITHOUT_RAW_ID.run(conn, phone=OTHER_PHONE, user_id=USER)

    row = (await live(conn))[amina]
    assert (row.phone_number, row.whatsapp_id, row.identity_epoch) == (OTHER_PHONE, None, 1)


SEEN_59_SECONDS_AGO = sql("update customers set last_seen_at = now() - interval '59 seconds'")
SEEN_61_SECONDS_AGO = sql("update customers set last_seen_at = now() - interval '61 seconds'")
RESOLVE_WITHOUT_RAW_ID = sql("select * from resolve_customer(%(phone)s, %(user_id)s, null, null)")

CROWD = sql("""
    insert into customers (phone_number, whatsapp_user_id)
    select '+2567' || to_char(n, 'fm00000000'), 'UG.9' || n from generate_series(1, 20000) n
""")

# Of this transaction: what PL/pgSQL really did. EXPLAIN would only tell about a copy of its statements.
SCANS = sql("select pg_stat_get_xact_numscans('customers'::regclass)").into(int)
USES = sql("select pg_stat_get_xact_numscans(to_regclass(%(index)s))").into(int)
