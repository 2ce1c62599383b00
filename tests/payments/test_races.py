"""Races made real: one charge, one order, one receipt, whoever comes at the same moment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from luminous import orders, payments
from luminous.db import Connection, Database, again
from luminous.errors import PaymentRefused
from luminous.paying import pay_next
from luminous.payments.start import MOST_IN_AN_HOUR
from tests.network import Mtn, is_due
from tests.quotes.making import time_passes

from .making import NUMBERS, PAYER, an_order, another_order, asked, order_status, silent, status_of, work_off

Work = Callable[[Connection], Awaitable[object]]


async def all_at_once(database: Database, works: list[Work]) -> list[object]:
    """Each in a transaction of its own; an error is its outcome."""
    return await asyncio.gather(
        *(again(database.transaction, work) for work in works), return_exceptions=True
    )


async def test_thirty_presses_at_once_ask_one_phone_once(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id, order_id, _ = await an_order(conn)

    async def press(conn: Connection) -> bool:
        return (await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)).is_new

    assert Counter(await all_at_once(database, [press] * 30)) == {True: 1, False: 29}
    mtn = Mtn()
    await asyncio.gather(*(pay_next(database.transaction, {"momo": mtn}, silent) for _ in range(8)))
    assert len(mtn.prompts) == 1


async def test_of_many_things_paid_at_once_as_many_phones_are_asked_as_may_be(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id, first, _ = await an_order(conn)
        await conn.execute("update subscription_plans set open_quote_limit = 100")
        order_ids = [first] + [(await another_order(conn, customer_id))[0] for _ in range(9)]

    def press(order_id: UUID) -> Work:
        return lambda conn: payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)

    outcomes = await all_at_once(database, [press(each) for each in order_ids])
    assert sum(isinstance(each, payments.Started) for each in outcomes) == MOST_IN_AN_HOUR
    assert {each.code for each in outcomes if isinstance(each, PaymentRefused)} == {"often"}


async def test_callbacks_and_eight_workers_at_once_make_one_order(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id, order_id, _ = await an_order(conn)
        payment_id = await asked(conn, order_id, customer_id)
    mtn = Mtn()
    await work_off(database.transaction, mtn)
    mtn.approve(payment_id)

    async def settle(conn: Connection) -> str | None:
        """As a worker does that has lost its lease."""
        settled = await payments.settle(conn, payment_id, mtn.charges[payment_id], age=timedelta(), looks=1)
        return settled and settled.what

    async def wake(conn: Connection) -> bool:
        return await payments.wake(conn, payment_id)

    await is_due(database.transaction)
    outcomes = await all_at_once(database, [settle, wake] * 16)
    assert Counter(outcomes)["order_paid"] == 1
    assert Counter(outcomes)["nothing"] == 15
    async with database.transaction() as conn:
        assert await NUMBERS.all(conn) == [1]
        assert await status_of(conn, payment_id) == "succeeded"


async def test_orders_paid_at_once_get_numbers_without_a_gap(database: Database) -> None:
    confirmations: list[Work] = []
    async with database.transaction() as conn:
        customer_id, first, amount = await an_order(conn)
        await conn.execute("update subscription_plans set open_quote_limit = 100")
        order_ids = [first] + [(await another_order(conn, customer_id))[0] for _ in range(15)]

    def confirming(order_id: UUID, number: int) -> Work:
        async def confirm(conn: Connection) -> object:
            confirmed = await payments.confirm(
                conn, order_id, amount=amount, method="bank", reference=f"FT {number}", by="Aisha"
            )
            if number % 4 == 0:
                raise PaymentRefused("rolled back")  # its number is free again
            return confirmed.receipt_number

        return confirm

    confirmations = [confirming(order_id, number) for number, order_id in enumerate(order_ids)]
    await all_at_once(database, confirmations)
    async with database.transaction() as conn:
        assert await NUMBERS.all(conn) == list(range(1, 13))


async def test_the_clock_and_a_press_in_the_same_moment_never_both_win(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id, _, _ = await an_order(conn)
        await conn.execute("update subscription_plans set open_quote_limit = 100")
    for wait_ms in range(0, 10, 2):
        async with database.transaction() as conn:
            order_id, _ = await another_order(conn, customer_id)
            until = (
                "update orders set pay_until = clock_timestamp() + make_interval(secs => %s) where id = %s"
            )
            await conn.execute(until, (wait_ms / 1000, order_id))

        async def press(conn: Connection, order_id: UUID = order_id) -> bool:
            return bool(await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id))

        async def cancel(conn: Connection, order_id: UUID = order_id) -> bool:
            return order_id in [each.id for each in await orders.cancel_unpaid(conn)]

        outcomes = await all_at_once(database, [press, cancel, cancel])
        async with database.transaction() as conn:
            status = await order_status(conn, order_id)
        assert status == ("awaiting_payment" if outcomes[0] is True else status)
        assert not (outcomes[0] is True and True in outcomes[1:])


async def test_an_order_is_not_cancelled_under_a_payment_that_has_begun_and_not_committed(
    database: Database,
) -> None:
    async with database.transaction() as conn:
        customer_id, order_id, _ = await an_order(conn)
    async with database.transaction() as paying:
        await asked(paying, order_id, customer_id)
        async with database.transaction() as clock:
            await clock.execute("set local lock_timeout = '50ms'")
            assert await orders.cancel_unpaid(clock) == [], "it is held by who is paying"
    async with database.transaction() as conn:
        await time_passes(conn)
        assert await orders.cancel_unpaid(conn) == []
        assert await order_status(conn, order_id) == "awaiting_payment"
