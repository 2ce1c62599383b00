"""`luminous verify` on databases that somebody broke by hand: said on the right lines, and only there."""

import os

import pytest
from psycopg.conninfo import make_conninfo

from luminous.db import connect
from luminous.proof import verify
from tests.proof.reports import ITEMS, PEOPLE, RACE, READING, ROLES, WRITING, reserved, wrong

TRIGGER = "trg_customers_create_guest_subscription"
NO_PLAN = {
    "Trigger fires on insert": "followed by 0 live subscriptions",
    "Guest subscription created": "the new customer has no subscription",
}
MISSING = "is missing; run luminous migrate"

# What is done by hand, and what must then be said on which lines.
BROKEN = {
    "the trigger is dropped, and the outbox too": (
        f"drop trigger {TRIGGER} on customers; drop table outbox",
        {
            "Trigger exists and is enabled": f"no trigger {TRIGGER}",
            **NO_PLAN,
            "Tables are where PostgREST looks": f"the table outbox {MISSING}",
            ROLES: f"the table outbox {MISSING}",
            "Row security on every table": f"the table outbox {MISSING}",
        },
    ),
    "the trigger is disabled, and a customer has two subscriptions": (
        """alter table customers disable trigger trg_customers_create_guest_subscription;
            drop index subscriptions_one_live_per_customer;
            insert into subscriptions (customer_id, plan_id, plan_code, status)
            select customers.id, plan.id, code, 'cancel_scheduled'
              from customers, subscription_plans plan
             where phone_number like '%147' and code = 'plus'""",
        {
            "Trigger exists and is enabled": "is disabled",
            **NO_PLAN,
            "One live subscription each": "(+25678…147) has 2",
            "One live subscription, by constraint": "the unique index is missing",
        },
    ),
    "the trigger fires on replicas only, and a customer has no subscription": (
        """alter table customers enable replica trigger trg_customers_create_guest_subscription;
            delete from subscriptions
             where customer_id = (select id from customers where phone_number like '%147')""",
        {
            "Trigger exists and is enabled": "replicas only",
            **NO_PLAN,
            "One live subscription each": "(+25678…147) has 0",
        },
    ),
    "the trigger calls something else, and both unique indexes of customers are gone": (
        f"""drop trigger {TRIGGER} on customers;
            create function nothing() returns trigger language plpgsql as 'begin return null; end';
            create trigger {TRIGGER} after insert on customers for each row execute function nothing();
            drop index customers_one_live_per_phone_number, customers_one_live_per_whatsapp_user_id""",
        {
            "Trigger exists and is enabled": "must call create_guest_subscription_for_new_customer",
            **NO_PLAN,
            "One live customer, by constraint": "no unique index that keeps a phone number",
            RACE: "7 of 8 messages were refused",
        },
    ),
    "a phone number has two customers, the Guest plan lasts a week, and row security is off": (
        """drop index customers_one_live_per_phone_number, customer_identifiers_held_by_one;
           insert into customers (phone_number) values ('+256782240146');
           update subscription_plans set duration_days = 7 where code = 'guest';
           alter table inbox disable row level security""",
        {
            "No duplicated live customers": "2 hold +25678…146",
            "One live customer, by constraint": "no unique index that keeps a phone number",
            "Guest subscription created": "guest, active, 7 days, 0 UGX",
            "Row security on every table": "off on inbox",
        },
    ),
    "a user id has three customers, and the Guest plan has a price": (
        """drop index customers_one_live_per_whatsapp_user_id, customer_identifiers_held_by_one;
           insert into customers (whatsapp_user_id) values ('UG.1002'), ('UG.1002');
           update subscription_plans set price = 5000 where code = 'guest'""",
        {
            "No duplicated live customers": "3 hold UG.…",
            "One live customer, by constraint": "no unique index that keeps a WhatsApp user id",
            "Guest subscription created": "30 days, 5000 UGX",
        },
    ),
    "every unique index is gone, and phones need no plus": (
        """drop index customers_one_live_per_phone_number, customers_one_live_per_whatsapp_user_id,
                      customer_identifiers_held_by_one;
           alter table customers drop constraint customers_phone_number_is_e164""",
        {
            "One live customer, by constraint": "no unique index that keeps a phone number",
            RACE: "8 messages of one person made 8 customers",
            "Phone normalisation": "the table customers took",
        },
    ),
    "resolve_customer is gone": (
        "drop function resolve_customer",
        dict.fromkeys(WRITING - {"Trigger fires on insert"}, f"the function resolve_customer {MISSING}"),
    ),
    "subscriptions is gone": (
        "drop table subscriptions cascade",
        dict.fromkeys(
            set(ITEMS) - {"Trigger exists and is enabled", "No duplicated live customers"},
            f"the table subscriptions {MISSING}",
        ),
    ),
}


@pytest.mark.parametrize(("by_hand", "expected"), BROKEN.values(), ids=BROKEN)
async def test_what_is_broken_is_said_on_its_lines_and_nowhere_else(
    database_url: str, by_hand: str, expected: dict[str, str]
) -> None:
    async with connect(database_url) as conn:
        await conn.execute(PEOPLE)
        await conn.execute(by_hand.encode())

    said = wrong(await verify(database_url, schema=None, read_only=False))

    assert said.keys() == expected.keys()
    assert {item: words for item, words in expected.items() if words not in said[item]} == {}
    assert not any("+256782240" in said[item] for item in said.keys() & READING)
    assert await reserved(database_url) == 0


@pytest.mark.parametrize("read_only", [False, True])
async def test_a_database_without_tables_says_what_to_run(server_url: str, read_only: bool) -> None:
    name = f"empty_{os.getpid()}"
    async with connect(server_url) as conn:
        await conn.execute(f'create database "{name}"'.encode())
        try:
            findings = await verify(make_conninfo(server_url, dbname=name), schema=None, read_only=read_only)
        finally:
            await conn.execute(f'drop database "{name}" with (force)'.encode())

    looked_at = READING if read_only else set(ITEMS)
    assert wrong(findings) == dict.fromkeys(looked_at, f"the table customers {MISSING}")
