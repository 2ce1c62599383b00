"""Plans over time: bought, renewed, cancelled, ended; never two at once, and nobody without one."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from luminous import customers, payments, subscriptions
from luminous.db import Connection, Database, again, sql
from luminous.errors import PlanNotOnSale
from luminous.phone import Phone

from .people import OTHER_PHONE, PHONE, add, broken_promises

PAYER = Phone("+256772240146")
Work = Callable[[Connection], Awaitable[object]]


async def buys(conn: Connection, customer_id: UUID, plan: str) -> subscriptions.Subscription:
    chosen = await subscriptions.choose(conn, customer_id, plan)
    bought = await subscriptions.activate(conn, chosen.id, payment_id=uuid4(), by="momo")
    assert bought
    return bought


async def test_a_payment_makes_the_plan_live_and_ends_the_one_before(conn: Connection) -> None:
    customer_id = await add(conn, PHONE)
    chosen = await subscriptions.choose(conn, customer_id, "standard")
    assert (chosen.amount, chosen.currency) == (29900, "UGX")
    assert await subscriptions.choose(conn, customer_id, "standard") == chosen, "the same choice again"
    assert (await subscriptions.entitlements(conn, customer_id)).plan_code == "guest", "nothing without money"

    payment_id = uuid4()
    bought = await subscriptions.activate(conn, chosen.id, payment_id=payment_id, by="momo")
    again_ = await subscriptions.activate(conn, chosen.id, payment_id=payment_id, by="momo")
    other = await subscriptions.activate(conn, chosen.id, payment_id=uuid4(), by="momo")

    assert bought
    assert (again_, other) == (bought, None)
    assert await HISTORY.all(conn, id=customer_id) == ["guest superseded", "standard active"]
    assert await DAYS_LEFT.one(conn, id=customer_id) == 30
    await subscriptions.cancel(conn, customer_id)
    await subscriptions.revoke(conn, chosen.id, by="Aisha")
    assert await EVENTS.all(conn) == [
        "guest: active → superseded by momo",
        "standard: pending_payment → active by momo",
        "standard: active → cancel_scheduled by customer",
        "standard: cancel_scheduled → revoked by Aisha",
    ]


async def test_renewing_adds_the_days_and_another_plan_begins_anew(conn: Connection) -> None:
    customer_id = await add(conn, PHONE)
    await buys(conn, customer_id, "standard")
    await buys(conn, customer_id, "standard")
    assert await DAYS_LEFT.one(conn, id=customer_id) == 60

    await buys(conn, customer_id, "plus")
    assert await DAYS_LEFT.one(conn, id=customer_id) == 30
    assert [offer.code for offer in await subscriptions.offers(conn, customer_id)] == ["plus"]
    with pytest.raises(PlanNotOnSale):
        await subscriptions.choose(conn, customer_id, "standard")


async def test_money_that_comes_late_counts_but_never_takes_a_better_plan_away(conn: Connection) -> None:
    customer_id = await add(conn, PHONE)
    given_up = await subscriptions.choose(conn, customer_id, "standard")
    plus = await subscriptions.choose(conn, customer_id, "plus")
    assert await subscriptions.chosen(conn, customer_id) == plus
    bought = await subscriptions.activate(conn, plus.id, payment_id=uuid4(), by="momo")

    assert bought
    assert await subscriptions.activate(conn, given_up.id, payment_id=uuid4(), by="momo") is None, (
        "somebody looks at it"
    )
    assert (await subscriptions.entitlements(conn, customer_id)).plan_code == "plus"
    await subscriptions.revoke(conn, plus.id, by="Aisha")
    late = await subscriptions.activate(conn, given_up.id, payment_id=uuid4(), by="momo")
    assert late
    assert late.plan_code == "standard"


async def test_a_price_that_changed_meanwhile_is_another_choice(conn: Connection) -> None:
    customer_id = await add(conn, PHONE)
    old = await subscriptions.choose(conn, customer_id, "standard")
    await conn.execute("update subscription_plans set price = 39900 where code = 'standard'")

    new = await subscriptions.choose(conn, customer_id, "standard")

    assert (old.amount, new.amount) == (29900, 39900)
    assert await subscriptions.give_up(conn, new.id)
    assert not await subscriptions.give_up(conn, new.id)


async def test_what_is_not_paid_within_a_day_is_given_up_unless_it_is_being_paid(conn: Connection) -> None:
    forgotten, paying = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    for each in (forgotten, paying):
        chosen = await subscriptions.choose(conn, each, "standard")
    await payments.pay_subscription(conn, chosen.id, PAYER, customer_id=paying)
    assert await subscriptions.give_up_unpaid(conn) == 0
    await conn.execute("update subscriptions set updated_at = now() - interval '1 day'")

    assert await subscriptions.give_up_unpaid(conn) == 1
    assert await subscriptions.chosen(conn, forgotten) is None
    assert await subscriptions.chosen(conn, paying) == chosen


async def test_a_choice_is_not_given_up_under_a_payment_that_has_begun_and_not_committed(
    database: Database,
) -> None:
    async with database.transaction() as conn:
        customer_id = await add(conn, PHONE)
        chosen = await subscriptions.choose(conn, customer_id, "standard")
        await conn.execute("update subscriptions set updated_at = now() - interval '1 day'")
    async with database.transaction() as paying:
        await payments.pay_subscription(paying, chosen.id, PAYER, customer_id=customer_id)
        async with database.transaction() as clock:
            await clock.execute("set local lock_timeout = '50ms'")
            assert await subscriptions.give_up_unpaid(clock) == 0, "it is held by who is paying"
    async with database.transaction() as conn:
        assert await subscriptions.give_up_unpaid(conn) == 0
        assert await subscriptions.chosen(conn, customer_id) == chosen


async def test_a_cancelled_plan_stays_to_its_end_and_can_be_kept(conn: Connection) -> None:
    customer_id = await add(conn, PHONE)
    assert await subscriptions.cancel(conn, customer_id) is None, "Guest is not cancelled"
    await buys(conn, customer_id, "plus")

    assert await subscriptions.keep(conn, customer_id) is None
    assert await subscriptions.cancel(conn, customer_id)
    assert (await subscriptions.entitlements(conn, customer_id)).is_ending
    assert await subscriptions.keep(conn, customer_id)
    assert not (await subscriptions.entitlements(conn, customer_id)).is_ending

    await subscriptions.cancel(conn, customer_id)
    await AGE.run(conn, days=31)
    assert await subscriptions.keep(conn, customer_id) is None, "it is over"


async def test_what_is_over_ends_once_and_guest_begins_at_that_instant(conn: Connection) -> None:
    paid, trial = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    await buys(conn, paid, "plus")
    await AGE.run(conn, days=33)  # nobody looked for three days

    assert (await subscriptions.entitlements(conn, paid)).plan_code == "guest", "true before any job ran"
    ended = await subscriptions.end_those_over(conn)
    assert [(each.customer_id, each.plan_code) for each in ended] == [(paid, "plus")]
    assert await subscriptions.end_those_over(conn) == []
    assert await HISTORY.all(conn, id=paid) == ["guest superseded", "plus expired", "guest active"]
    assert await HISTORY.all(conn, id=trial) == ["guest expired", "guest active"]
    assert await GAPS.all(conn) == []
    assert await broken_promises(conn) == []


async def test_they_are_reminded_once_and_not_when_they_cancelled_or_it_is_over(conn: Connection) -> None:
    soon, cancelled = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    for each in (soon, cancelled):
        await buys(conn, each, "standard")
    await subscriptions.cancel(conn, cancelled)

    assert await subscriptions.those_ending_soon(conn) == []
    await AGE.run(conn, days=28)
    assert [each.customer_id for each in await subscriptions.those_ending_soon(conn)] == [soon]
    assert await subscriptions.those_ending_soon(conn) == []
    await AGE.run(conn, days=3)
    assert len(await subscriptions.end_those_over(conn)) == 2
    assert await subscriptions.those_ending_soon(conn) == []


async def test_twenty_upgrades_cancellations_and_ticks_at_once_leave_one_live_plan(
    database: Database,
) -> None:
    for _ in range(4):
        async with database.transaction() as conn:
            customer_id = await ADD.one(conn)
            chosen = [await subscriptions.choose(conn, customer_id, "standard")]
            await subscriptions.give_up(conn, chosen[0].id)
            chosen.append(await subscriptions.choose(conn, customer_id, "plus"))
            await END_NOW.run(conn, id=customer_id)

        def activate(chosen: subscriptions.Chosen) -> Work:
            return lambda conn: subscriptions.activate(conn, chosen.id, payment_id=uuid4(), by="momo")

        async def cancel(conn: Connection, customer_id: UUID = customer_id) -> object:
            return await subscriptions.cancel(conn, customer_id)

        works: list[Work] = [activate(each) for each in chosen * 3] + [cancel] * 7
        works += [subscriptions.end_those_over] * 7
        outcomes = await asyncio.gather(*(again(database.transaction, work) for work in works))

        bought = Counter(each.plan_code for each in outcomes if isinstance(each, subscriptions.Subscription))
        assert bought["plus"] == 1, "each is paid by one payment"
        assert bought["standard"] <= 1
        async with database.transaction() as conn:
            assert (await subscriptions.entitlements(conn, customer_id)).plan_code == "plus"
            assert await broken_promises(conn) == []


async def test_two_records_that_both_wait_for_a_payment_become_one_and_two_again(conn: Connection) -> None:
    ended, kept = await add(conn, PHONE), await add(conn, OTHER_PHONE)
    of_ended = await subscriptions.choose(conn, ended, "standard")
    of_kept = await subscriptions.choose(conn, kept, "plus")

    merge_id = await customers.merge(conn, ended, kept, "test")
    assert await subscriptions.chosen(conn, kept) == of_kept
    await customers.undo_merge(conn, merge_id)

    assert await subscriptions.chosen(conn, ended) == of_ended
    assert await subscriptions.chosen(conn, kept) == of_kept
    assert await broken_promises(conn) == []


ADD = sql("insert into customers (display_name) values ('Amina') returning id").into(UUID)
HISTORY = sql("""
    select plan_code || ' ' || status from subscriptions
     where customer_id = %(id)s order by start_date, end_date
""").into(str)
EVENTS = sql("""
    select plan_code || ': ' || was || ' → ' || became || ' by ' || subscription_events.changed_by
      from subscription_events join subscriptions on subscriptions.id = subscription_id
     order by subscription_events.id
""").into(str)
DAYS_LEFT = sql("""
    select extract(day from end_date - now())::int from subscriptions
     where customer_id = %(id)s and status = 'active'
""").into(int)
AGE = sql("""
    update subscriptions
       set start_date = start_date - make_interval(days => %(days)s),
           end_date = end_date - make_interval(days => %(days)s),
           created_at = created_at - make_interval(days => %(days)s)
     where status <> 'pending_payment'
""")
END_NOW = sql("""
    update subscriptions set start_date = now() - interval '31 days', end_date = now() - interval '1 day'
     where customer_id = %(id)s and status = 'active'
""")
# Between the end of one plan and the start of the next: customers whose time has a hole.
GAPS = sql("""
    select customer_id from subscriptions ended
     where status = 'expired'
       and not exists (select from subscriptions next
                        where next.customer_id = ended.customer_id and next.start_date = ended.end_date)
""").into(UUID)
