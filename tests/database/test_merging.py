"""merge_customers: the rows, the plan and the identifiers of two records of one person."""

import json
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from luminous import customers
from luminous.db import Connection, sql

from .merging import a_life, everything_of, plan_of, subscribes
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    broken_promises,
    live,
    soft_delete,
    writes,
)

THIRD_PHONE = "+256772000003"
Sender = tuple[str | None, str | None]

# What a merge does with these by itself: whose rows they are is not a matter of moving them.
OF_THEIR_OWN_MANNER = {
    "customers.merged_into": "who was merged before follows the chain",
    "customer_identifiers.customer_id": "history stays with whom it happened to",
    "customer_merges.from_id": "so does this",
    "customer_merges.into_id": "so does this",
    "customer_conflicts.holder_id": "what is open is asked about the survivor",
    "customer_conflicts.writer_id": "the same",
    "conversations.customer_id": "each customer has one, and the survivor's takes over what is due",
}
# Unique for each customer, and the merge sees to it that two rows never meet.
UNIQUE_FOR_A_CUSTOMER = {
    "subscriptions_one_live_per_customer",
    "subscriptions_one_waits_for_payment",
    "outbox_one_in_flight_per_customer",
}


async def test_every_row_of_the_one_becomes_a_row_of_the_other_and_each_is_noted(conn: Connection) -> None:
    ended, kept = await a_life(conn, OTHER_PHONE, OTHER_USER), await a_life(conn, PHONE, USER)
    of_ended, of_kept = await everything_of(conn, ended), await everything_of(conn, kept)

    merge_id = await customers.merge(conn, ended, kept, "test")

    left, together = await everything_of(conn, ended), await everything_of(conn, kept)
    moved = {name for name in of_ended if name not in OF_THEIR_OWN_MANNER and name != "customers"}
    assert {name: left[name] for name in moved} == {name: [] for name in moved}
    assert {name: ids(together[name]) for name in moved} == {
        name: ids(of_ended[name]) | ids(of_kept[name]) for name in moved
    }
    noted = await NOTED.all(conn, merge_id=merge_id)
    assert sorted(noted) == sorted(f"{name} {row_id}" for name in moved for row_id in ids(of_ended[name]))
    assert [name for name in moved if not of_ended[name]] == [], "give a_life a row of each table"
    assert await broken_promises(conn) == []


async def test_every_foreign_key_to_customers_is_handled_by_a_merge(conn: Connection) -> None:
    assert await unhandled(conn) == []


@pytest.mark.parametrize(
    "table",
    [
        "create table notes (customer_id uuid primary key references customers)",
        "create table notes (note text primary key, customer_id uuid references customers)",
        "create table notes (id uuid primary key, customer_id uuid unique references customers)",
        """create table notes (id bigint, at timestamptz, customer_id uuid references customers,
                               primary key (id, at))""",
    ],
)
async def test_a_new_table_whose_rows_a_merge_could_not_move_is_noticed(
    conn: Connection, table: LiteralString
) -> None:
    await conn.execute(table)

    assert await unhandled(conn) == ["notes.customer_id"]


async def test_rows_of_a_new_table_go_over_without_another_word(conn: Connection) -> None:
    await conn.execute("create schema crm")
    await conn.execute(
        'create table crm."the notes" (id bigserial primary key, customer_id uuid references customers)'
    )
    ended, kept = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    await conn.execute('insert into crm."the notes" (customer_id) values (%s)', [ended])

    merge_id = await customers.merge(conn, ended, kept, "test")
    assert await (await conn.execute('select customer_id from crm."the notes"')).fetchall() == [(kept,)]

    await customers.undo_merge(conn, merge_id)
    assert await (await conn.execute('select customer_id from crm."the notes"')).fetchall() == [(ended,)]


@pytest.mark.parametrize(
    ("ended_has", "kept_has", "stays"),
    [
        ("guest", "plus", "plus"),
        ("plus", "guest", "plus"),
        ("plus", "standard", "plus"),
        ("standard", "plus", "plus"),
        ("standard", "standard", "standard"),
        ("plus that is over", "standard", "standard"),
        ("standard", "plus that is over", "standard"),
        ("plus that is over", "standard that is over", "guest"),
    ],
)
async def test_the_better_plan_stays_live(
    conn: Connection, ended_has: str, kept_has: str, stays: str
) -> None:
    ended, kept = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    for customer_id, has in ((ended, ended_has), (kept, kept_has)):
        await subscribes(conn, customer_id, has.split()[0], days=-1 if "over" in has else 30)

    await customers.merge(conn, ended, kept, "test")

    assert await plan_of(conn, kept) == stays
    assert await broken_promises(conn) == []


async def test_of_two_equal_plans_the_survivors_goes_on(conn: Connection) -> None:
    ended, kept = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    before = await LIVE_SUBSCRIPTION.one(conn, id=kept)

    await customers.merge(conn, ended, kept, "test")

    assert await LIVE_SUBSCRIPTION.one(conn, id=kept) == before


@pytest.mark.parametrize(
    ("ended_has", "kept_has", "survivor_has"),
    [
        ((None, USER), (PHONE, None), (PHONE, USER)),
        ((PHONE, None), (None, USER), (PHONE, USER)),
        ((PHONE, USER), (None, None), (PHONE, USER)),
        ((OTHER_PHONE, OTHER_USER), (PHONE, USER), (PHONE, USER)),
        ((OTHER_PHONE, OTHER_USER), (PHONE, None), (PHONE, None)),  # of two phones, not of one
        ((OTHER_PHONE, OTHER_USER), (None, USER), (None, USER)),
        ((OTHER_PHONE, None), (PHONE, None), (PHONE, None)),
    ],
)
async def test_the_survivor_has_the_identifiers_of_one_whatsapp_never_of_two(
    conn: Connection, ended_has: Sender, kept_has: Sender, survivor_has: Sender
) -> None:
    ended, kept = await add(conn, *ended_has), await add(conn, *kept_has)

    await customers.merge(conn, ended, kept, "test")

    found = (await live(conn))[kept]
    assert (found.phone_number, found.whatsapp_user_id) == survivor_has


async def test_whoever_has_two_phones_is_known_on_each_after_the_merge(conn: Connection) -> None:
    ended, kept = await add(conn, OTHER_PHONE, OTHER_USER), await add(conn, PHONE)
    await customers.merge(conn, ended, kept, "test")

    for sender in ((PHONE, USER), (OTHER_PHONE, OTHER_USER), (PHONE, USER), (None, OTHER_USER)):
        assert (await writes(conn, *sender)).customer_id == kept, sender
    assert await broken_promises(conn) == []


async def test_where_we_send_comes_with_the_number(conn: Connection) -> None:
    kept, ended = await add(conn, None, USER), (await writes(conn, PHONE, None, "Amina")).customer_id

    await customers.merge(conn, ended, kept, "test")

    found = (await live(conn))[kept]
    assert (found.whatsapp_id, found.display_name) == (PHONE[1:], "Amina")


async def test_a_name_that_a_person_wrote_survives_the_merge(conn: Connection) -> None:
    ended = (await writes(conn, OTHER_PHONE, OTHER_USER, "amina🌸")).customer_id
    await conn.execute("update customers set display_name = 'Amina Nakato', display_name_edited_at = now()")
    kept = (await writes(conn, PHONE, None, "queen 👑")).customer_id

    await customers.merge(conn, ended, kept, "test")

    assert (await writes(conn, PHONE, None, "queen 👑")).display_name == "Amina Nakato"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("pending", "opted_out", "opted_out"),
        ("opted_in", "opted_out", "opted_out"),
        ("opted_in", "pending", "opted_in"),
        ("pending", "pending", "pending"),
    ],
)
async def test_stop_said_on_either_phone_holds_for_the_person(
    conn: Connection, one: customers.Consent, other: customers.Consent, together: str
) -> None:
    said: tuple[tuple[customers.Consent, customers.Consent], ...] = ((one, other), (other, one))
    for first, second in said:
        async with conn.transaction(force_rollback=True):
            ended, kept = await add(conn, PHONE), await add(conn, OTHER_PHONE)
            if first != "pending":
                await customers.set_consent(conn, ended, first)
            if second != "pending":
                await customers.set_consent(conn, kept, second)

            await customers.merge(conn, ended, kept, "test")

            assert await CONSENT.one(conn, id=kept) == together


@pytest.mark.parametrize("which", ["the same", "nobody", "a deleted one", "one merged before"])
async def test_only_two_live_records_are_merged(conn: Connection, which: str) -> None:
    kept, other = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    ended: UUID = {"the same": kept, "nobody": uuid4()}.get(which, other)
    if which == "a deleted one":
        await soft_delete(conn, other)
    elif which == "one merged before":
        await customers.merge(conn, other, kept, "test")

    with pytest.raises(psycopg.Error, match="only two live customers") as refused:
        await MERGE.one(conn, from_id=ended, into_id=kept)

    assert refused.value.sqlstate == "LU003"


def ids(rows: list[str]) -> set[str]:
    return {str(json.loads(each)["id"]) for each in rows}


async def unhandled(conn: Connection) -> list[str]:
    """Foreign keys to customers whose rows a merge could not move by their `id`."""
    return await UNHANDLED.all(conn, own=list(OF_THEIR_OWN_MANNER), unique=list(UNIQUE_FOR_A_CUSTOMER))


NOTED = sql("""
    select table_name || '.' || column_name || ' ' || row_id
      from customer_merge_rows where merge_id = %(merge_id)s and column_name <> 'status'
""").into(str)
LIVE_SUBSCRIPTION = sql("""
    select id from subscriptions where customer_id = %(id)s and status in ('active', 'cancel_scheduled')
""").into(UUID)
CONSENT = sql("select consent_status from customers where id = %(id)s").into(str)
MERGE = sql("select merge_customers(%(from_id)s, %(into_id)s, 'test')").into(int)
UNHANDLED = sql("""
    select relation.relname || '.' || attname
      from pg_constraint
      join pg_class relation on relation.oid = conrelid
      join pg_attribute on attrelid = conrelid and attnum = any(conkey)
     where contype = 'f' and confrelid = 'customers'::regclass
       and relation.relname || '.' || attname <> all(%(own)s)
       and (cardinality(conkey) > 1
            or not exists (select from customer_foreign_keys
                            where table_name = conrelid::regclass::text and column_name = attname)
            or not exists (select from pg_index
                            where indrelid = conrelid and indisprimary and indnkeyatts = 1
                              and (select attname from pg_attribute key
                                    where key.attrelid = conrelid and key.attnum = indkey[0]) = 'id')
            or exists (select from pg_index join pg_class found on found.oid = indexrelid
                        where indrelid = conrelid and indisunique and attnum = any(indkey)
                          and found.relname <> all(%(unique)s)))
     order by 1
""").into(str)
