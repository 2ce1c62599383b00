"""Races made real: the plan's limit, one outcome of a quotation, one order of an acceptance."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from luminous import quotes
from luminous.db import Connection, Database, again, sql
from luminous.errors import QuotationClosed
from luminous.quotes import Accepted, Standing
from tests.database.people import OTHER_PHONE

from .making import KAMPALA, LINK, SHOES, a_customer, requested, sent, time_passes

Work = Callable[[Connection], Awaitable[object]]


async def all_at_once(database: Database, works: list[Work]) -> list[object]:
    """Each in a transaction of its own; an error is its outcome."""
    return await asyncio.gather(
        *(again(database.transaction, work) for work in works), return_exceptions=True
    )


@pytest.mark.parametrize(("plan", "limit"), [("guest", 1), ("standard", 5)])
async def test_of_a_hundred_requests_at_once_as_many_are_open_as_the_plan_allows(
    database: Database, plan: str, limit: int
) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn, plan)

    async def ask(conn: Connection) -> bool:
        """Each is complete at once, so that the next one has to be a new one."""
        asked = await quotes.request(conn, customer_id, [LINK])
        return asked is not None and await quotes.complete(conn, customer_id) is not None

    outcomes = await all_at_once(database, [ask] * 100)

    assert Counter(outcomes) == {True: limit, False: 100 - limit}
    assert await count(database) == limit


async def test_whoever_inserts_by_hand_meets_the_same_limit(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn, "standard")

    async def insert(conn: Connection) -> int:
        return await INSERT.run(conn, customer_id=customer_id)

    outcomes = await all_at_once(database, [insert] * 30)

    assert sum(outcome == 1 for outcome in outcomes) == 5
    assert await count(database) == 5


async def test_a_place_that_becomes_free_is_taken_by_one(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn)
        first = await requested(conn, customer_id)

    async def ask(conn: Connection) -> bool:
        return await quotes.request(conn, customer_id, [LINK]) is not None and (
            await quotes.complete(conn, customer_id) is not None
        )

    async def withdraw(conn: Connection) -> bool:
        return not await quotes.withdraw(conn, first.id)

    for _ in range(3):
        outcomes = await all_at_once(database, [ask, ask, withdraw, ask, ask])
        assert sum(outcome is True for outcome in outcomes) <= 1
    async with database.transaction() as conn:
        assert await OPEN.one(conn, id=customer_id) <= 1


async def test_a_lowered_limit_keeps_what_is_open_and_lets_nothing_in(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn, "standard")
        for _ in range(3):
            await requested(conn, customer_id)
        await conn.execute(
            "update subscriptions set start_date = now() - interval '9 days', end_date = now()"
        )

    async with database.transaction() as conn:
        assert await quotes.request(conn, customer_id, [LINK]) is None
        assert [each.status for each in await quotes.of_customer(conn, customer_id)] == ["requested"] * 3
        assert await OPEN.one(conn, id=customer_id) == 3


async def test_64_acceptances_at_once_make_one_order(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn)
        quotation = await sent(conn, customer_id)

    async def accept(conn: Connection) -> object:
        return await quotes.accept(conn, quotation.id, 1, customer_id=customer_id)

    outcomes = await all_at_once(database, [accept] * 64)

    accepted = [each for each in outcomes if isinstance(each, Accepted)]
    assert len(accepted) == 64
    assert len({each.order_id for each in accepted}) == 1
    assert sum(each.is_first for each in accepted) == 1
    async with database.transaction() as conn:
        assert await ORDERS.one(conn) == 1


async def test_accept_revise_decline_withdraw_and_the_clock_have_one_outcome(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn, "plus")
    for round_ in range(12):
        async with database.transaction() as conn:
            quotation = await sent(conn, customer_id)
        works = works_on(quotation, customer_id)
        outcomes = await all_at_once(database, works[round_ % len(works) :] + works[: round_ % len(works)])
        assert not [
            each for each in outcomes if isinstance(each, Exception) and not isinstance(each, QuotationClosed)
        ]

        async with database.transaction() as conn:
            found = await quotes.standing(conn, quotation.id)
            detail = await quotes.detail(conn, quotation.id)
            assert found
            assert detail
            ended = [event.became for event in detail.events if event.was == "sent"]
            assert len(ended) == 1, "one of them left `sent`"
            assert (found.order_id is not None) == (found.status == "accepted")
            await CLOSE.run(conn, id=quotation.id)


def works_on(quotation: Standing, customer_id: UUID) -> list[Work]:
    async def accept(conn: Connection) -> object:
        return await quotes.accept(conn, quotation.id, 1, customer_id=customer_id)

    async def revise(conn: Connection) -> object:
        return await quotes.draft(conn, quotation.id, SHOES, by="Aisha")

    async def decline(conn: Connection) -> object:
        return await quotes.decline(conn, quotation.id, 1, customer_id=customer_id)

    return [accept, revise, decline, quotes.run_out]


async def test_at_the_end_of_its_time_it_is_accepted_or_it_has_run_out(database: Database) -> None:
    """The clock's work and an acceptance, at the very end: whoever comes first, never both."""
    async with database.transaction() as conn:
        customer_id = await a_customer(conn, "plus")
    for _ in range(6):
        async with database.transaction() as conn:
            quotation = await sent(conn, customer_id)
            await ENDS_SOON.run(conn, id=quotation.id)

        async def accept(conn: Connection, quotation: Standing = quotation) -> object:
            return await quotes.accept(conn, quotation.id, 1, customer_id=customer_id)

        status, found, outcomes = "sent", None, list[object]()
        while status == "sent":
            outcomes = await all_at_once(database, [accept, quotes.run_out, accept, quotes.run_out])
            async with database.transaction() as conn:
                found = await quotes.standing(conn, quotation.id)
                assert found
                status = await STATUS.one(conn, id=quotation.id)
        assert status in ("accepted", "expired")
        assert found
        assert (found.order_id is not None) == (status == "accepted")
        assert any(isinstance(each, Accepted) for each in outcomes) == (status == "accepted")
        async with database.transaction() as conn:
            await CLOSE.run(conn, id=quotation.id)


async def test_an_old_button_after_three_versions_changes_nothing_and_says_which_counts(
    conn: Connection,
) -> None:
    customer_id = await a_customer(conn)
    quotation = await sent(conn, customer_id)
    for version in (2, 3):
        await quotes.draft(conn, quotation.id, SHOES, by="Aisha")
        pressed = await quotes.accept(conn, quotation.id, version - 1, customer_id=customer_id)
        assert isinstance(pressed, quotes.Refused)
        assert pressed.why == "revised"
        await quotes.send(conn, quotation.id, version, KAMPALA, by="Aisha")

    for old in (1, 2):
        pressed = await quotes.accept(conn, quotation.id, old, customer_id=customer_id)
        assert isinstance(pressed, quotes.Refused)
        assert pressed.why == "replaced"
        assert pressed.quotation
        assert pressed.quotation.version == 3
        assert await quotes.decline(conn, quotation.id, old, customer_id=customer_id) == pressed
    assert isinstance(await quotes.accept(conn, quotation.id, 3, customer_id=customer_id), Accepted)
    pressed = await quotes.accept(conn, quotation.id, 2, customer_id=customer_id)
    assert isinstance(pressed, quotes.Refused)


async def test_nobody_decides_on_the_quotation_of_somebody_else(conn: Connection) -> None:
    quotation = await sent(conn, await a_customer(conn))
    other = await a_customer(conn, phone=OTHER_PHONE)

    assert await quotes.accept(conn, quotation.id, 1, customer_id=other) == quotes.Refused("unknown", None)
    assert await quotes.decline(conn, quotation.id, 1, customer_id=other) == quotes.Refused("unknown", None)
    with pytest.raises(QuotationClosed):
        await quotes.withdraw(conn, quotation.id, customer_id=other)
    assert await quotes.ask_again(conn, quotation.id, other) is None


async def test_what_ran_out_is_over_while_the_worker_stands_still(conn: Connection) -> None:
    customer_id = await a_customer(conn)
    quotation = await sent(conn, customer_id)
    await time_passes(conn)

    found = await quotes.standing(conn, quotation.id)
    assert found
    assert (found.status, found.is_open) == ("expired", False)
    assert isinstance(await quotes.accept(conn, quotation.id, 1, customer_id=customer_id), quotes.Refused)
    with pytest.raises(QuotationClosed, match="has run out"):
        await quotes.draft(conn, quotation.id, SHOES, by="Aisha")
    again_ = await quotes.ask_again(conn, quotation.id, customer_id)
    assert again_
    assert (again_.status, again_.title) == ("requested", "size 42")
    assert await quotes.ask_again(conn, quotation.id, customer_id) == again_


async def count(database: Database) -> int:
    async with database.transaction() as conn:
        return await QUOTATIONS.one(conn)


QUOTATIONS = sql("select count(*) from quotations").into(int)
ORDERS = sql("select count(*) from orders").into(int)
OPEN = sql("select open_quotes from customer_entitlements where customer_id = %(id)s").into(int)
STATUS = sql("select status from quotations where id = %(id)s").into(str)
INSERT = sql("insert into quotations (customer_id, changed_by) values (%(customer_id)s, 'psql')")
CLOSE = sql("""
    delete from orders
     where quotation_version_id in (select id from quotation_versions where quotation_id = %(id)s)
""")
ENDS_SOON = sql("""
    with stays as (select set_config('session_replication_role', 'replica', true))
    update quotation_versions set valid_until = clock_timestamp() + interval '30 milliseconds'
      from stays where quotation_id = %(id)s
""")
