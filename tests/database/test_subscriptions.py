"""A plan from birth: the Guest trigger, the trial that comes once, what a customer may use by the clock."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from luminous.db import Connection, sql
from luminous.subscriptions import entitlements

from .people import OTHER_PHONE, OTHER_USER, PHONE, USER, add, broken_promises, live, soft_delete, writes
from .racing import at_once, connections


@dataclass(frozen=True, slots=True)
class Subscription:
    plan_code: str
    status: str
    lasts: timedelta | None
    is_trial: bool


TRIAL = Subscription("guest", "active", timedelta(days=30), is_trial=True)
GUEST = Subscription("guest", "active", None, is_trial=False)


async def test_whoever_inserts_a_customer_gets_a_guest_subscription_with_it(conn: Connection) -> None:
    by_hand = await add(conn, PHONE)
    by_message = (await writes(conn, None, USER)).customer_id

    assert [await held(conn, customer) for customer in (by_hand, by_message)] == [[TRIAL], [TRIAL]]


async def test_many_customers_in_one_statement_get_one_each(conn: Connection) -> None:
    await conn.execute("""
        insert into customers (phone_number)
        select '+25677200' || to_char(n, 'fm0000') from generate_series(1, 100) n
    """)

    assert len(await live(conn)) == 100
    assert await broken_promises(conn) == []


async def test_a_guest_plan_off_sale_is_still_given(conn: Connection) -> None:
    await conn.execute("update subscription_plans set is_active = false, duration_days = 14")

    assert (await held(conn, await add(conn, PHONE)))[0].lasts == timedelta(days=14)


async def test_a_missing_guest_plan_is_made_once_even_by_eight_at_once(database_url: str) -> None:
    async with connections(database_url, 8) as racers:
        await racers[0].execute("delete from subscription_plans where code = 'guest'")

        await at_once(racers, [partial(add, phone=f"+25677200000{n}") for n in range(8)])

        assert await GUEST_PLANS.one(racers[0]) == 1
        assert len(await live(racers[0])) == 8
        assert await broken_promises(racers[0]) == []


async def test_without_its_subscription_there_is_no_customer(conn: Connection) -> None:
    await conn.execute("alter table subscriptions add constraint nothing_is_sold_today check (false)")

    with pytest.raises(psycopg.errors.CheckViolation, match="nothing_is_sold_today"):
        async with conn.transaction():
            await writes(conn, PHONE, USER)

    assert await live(conn) == {}


@pytest.mark.parametrize(
    ("phone", "user_id"),
    [(PHONE, OTHER_USER), (OTHER_PHONE, USER), (PHONE, USER), (PHONE, None), (None, USER)],
)
async def test_the_trial_comes_once_for_each_identifier_ever_seen(
    conn: Connection, phone: str | None, user_id: str | None
) -> None:
    await soft_delete(conn, await add(conn, PHONE, USER))

    again = await writes(conn, phone, user_id)

    assert again.is_new_customer
    assert await held(conn, again.customer_id) == [GUEST]


async def test_a_number_that_its_holder_gave_up_brings_no_second_trial(conn: Connection) -> None:
    await writes(conn, PHONE, USER)
    await writes(conn, OTHER_PHONE, USER)

    assert await held(conn, (await writes(conn, PHONE)).customer_id) == [GUEST]


async def test_who_was_never_seen_has_the_trial_whoever_came_before(conn: Connection) -> None:
    await soft_delete(conn, await add(conn, PHONE, USER))

    assert await held(conn, await add(conn, OTHER_PHONE, OTHER_USER)) == [TRIAL]


REFUSED: dict[LiteralString, str] = {
    """insert into subscriptions (customer_id, plan_id, plan_code, status)
       select customer_id, plan_id, plan_code, 'active' from subscriptions""": (
        "subscriptions_one_live_per_customer"
    ),
    """insert into subscriptions (customer_id, plan_id, plan_code, status)
       select customer_id, plan_id, plan_code, 'cancel_scheduled' from subscriptions""": (
        "subscriptions_one_live_per_customer"
    ),
    "update subscriptions set plan_code = 'plus'": "subscriptions_hold_one_plan",
    "update subscriptions set end_date = start_date": "subscriptions_end_after_they_start",
    "update subscriptions set amount_paid_per_cycle = -1": "subscriptions_amount_is_not_negative",
    "update subscriptions set currency = 'ugx'": "subscriptions_currency_is_iso_4217",
    """insert into subscriptions (customer_id, plan_id, plan_code, status)
       select customer_id, plan_id, plan_code, 'paused' from subscriptions""": (
        "subscriptions_status_is_known"
    ),
}


@pytest.mark.parametrize(("statement", "constraint"), REFUSED.items(), ids=REFUSED.values())
async def test_what_is_refused_is_refused_by_name(
    conn: Connection, statement: LiteralString, constraint: str
) -> None:
    await add(conn, PHONE)

    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        await conn.execute(statement)

    assert refused.value.diag.constraint_name == constraint


async def test_a_trial_that_ended_a_second_ago_leaves_guest_terms_without_an_end(conn: Connection) -> None:
    amina = await add(conn, PHONE)
    during = await entitlements(conn, amina)
    await ENDS_IN.run(conn, seconds=-1)

    after = await entitlements(conn, amina)

    assert (during.is_trial, after.is_trial) == (True, False)
    assert during.valid_until is not None
    assert (after.plan_code, after.valid_until, after.open_quote_limit) == ("guest", None, 1)


async def test_what_ends_now_is_over_and_what_ends_in_a_second_is_not(conn: Connection) -> None:
    amina = await add(conn, PHONE)
    await HOLD_PLUS.run(conn)
    await ENDS_IN.run(conn, seconds=0)
    assert (await entitlements(conn, amina)).plan_code == "guest"

    await ENDS_IN.run(conn, seconds=1)
    held = await entitlements(conn, amina)
    assert (held.plan_code, held.service_fee_percent) == ("plus", 6)


async def test_a_cancelled_plan_is_ending_until_its_end_and_guest_after_it(conn: Connection) -> None:
    amina = await add(conn, PHONE)
    await HOLD_PLUS.run(conn)
    await conn.execute("update subscriptions set status = 'cancel_scheduled'")
    await ENDS_IN.run(conn, seconds=3600)
    before = await entitlements(conn, amina)
    await ENDS_IN.run(conn, seconds=-1)

    after = await entitlements(conn, amina)

    assert (before.plan_code, before.is_ending, before.open_quote_limit) == ("plus", True, 15)
    assert (after.plan_code, after.is_ending) == ("guest", False)


@pytest.mark.parametrize("status", ["pending_payment", "expired", "superseded", "revoked", "abandoned"])
async def test_a_plan_that_is_not_live_gives_guest_terms(conn: Connection, status: str) -> None:
    amina = await add(conn, PHONE)
    await BORN_AS.run(conn, status=status)

    assert (await entitlements(conn, amina)).plan_code == "guest"


async def test_a_change_of_the_plan_is_a_change_for_whoever_holds_it(conn: Connection) -> None:
    amina = await add(conn, PHONE)
    await conn.execute("update subscription_plans set open_quote_limit = 2 where code = 'guest'")

    assert (await entitlements(conn, amina)).open_quote_limit == 2


async def held(conn: Connection, customer_id: UUID) -> list[Subscription]:
    return await HELD.all(conn, customer_id=customer_id)


HELD = sql("""
    select plan_code, status, end_date - start_date as lasts, is_trial
      from subscriptions where customer_id = %(customer_id)s
""").into(Subscription)
GUEST_PLANS = sql("select count(*)::int from subscription_plans where code = 'guest'").into(int)
ENDS_IN = sql("""
    update subscriptions
       set start_date = now() - interval '40 days', end_date = now() + make_interval(secs => %(seconds)s)
""")
HOLD_PLUS = sql("""
    update subscriptions
       set plan_id = plan.id, plan_code = plan.code, is_trial = false
      from subscription_plans plan where plan.code = 'plus'
""")
BORN_AS = sql("""
    with gone as (delete from subscriptions returning customer_id)
    insert into subscriptions (customer_id, plan_id, plan_code, status)
    select customer_id, id, code, %(status)s from gone, subscription_plans where code = 'plus'
""")
