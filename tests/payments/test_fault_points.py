"""The worker is killed between any two steps, and the ledger is exact all the same."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from luminous import payments
from luminous.db import Database, Query, Statement
from luminous.paying import pay_next
from luminous.payments import Settled

from .making import (
    NUMBERS,
    Mtn,
    an_order,
    another_order,
    asked,
    grows_older,
    is_due,
    order_status,
    silent,
    status_of,
    work_off,
)


class Killed(BaseException):
    """The process is gone: nothing after this line happens."""


@dataclass
class Countdown:
    """Kills at the so-manieth step that it is told of."""

    left: int
    has_struck: bool = False

    def step(self) -> None:
        if self.left == 0 and not self.has_struck:
            self.has_struck = True
            raise Killed
        self.left -= 1


@contextmanager
def dying_at(step: int, mtn: Mtn) -> Generator[Countdown]:
    """Inside, the process dies before its so-manieth statement or at that point of a provider's call."""
    countdown = Countdown(step)

    async def on_call() -> None:
        countdown.step()

    run, rows = Statement.run, Query[Any].all

    async def dying_run(self: Statement, conn: Any, **params: object) -> int:
        countdown.step()
        return await run(self, conn, **params)

    async def dying_rows(self: Query[Any], conn: Any, **params: object) -> list[Any]:
        countdown.step()
        return await rows(self, conn, **params)

    mtn.on_call = on_call
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statement, "run", dying_run)
        patch.setattr(Query, "all", dying_rows)
        yield countdown
    mtn.on_call = None


async def begun(database: Database, customer_id: UUID) -> tuple[UUID, UUID]:
    async with database.transaction() as conn:
        order_id, _ = await another_order(conn, customer_id)
        return order_id, await asked(conn, order_id, customer_id)


@pytest.mark.parametrize("what", ["asking", "learning of success", "learning of failure"])
async def test_a_worker_that_dies_between_any_two_steps_changes_no_outcome(
    database: Database, what: str
) -> None:
    async with database.transaction() as conn:
        customer_id, _, _ = await an_order(conn, "plus")
        await conn.execute("update subscription_plans set open_quote_limit = 1000 where code = 'plus'")
    step, paid = 0, 0
    while True:
        mtn = Mtn()
        order_id, payment_id = await begun(database, customer_id)
        if what != "asking":
            await work_off(database.transaction, mtn)
            if what == "learning of success":
                mtn.approve(payment_id)
            else:
                mtn.end(payment_id)
            await is_due(database.transaction)
        with dying_at(step, mtn) as countdown, suppress(Killed):
            await pay_next(database.transaction, {"momo": mtn}, silent)
        await work_off(database.transaction, mtn, rounds=4)
        if what == "asking":
            assert mtn.prompts == [payment_id]
            mtn.approve(payment_id)
            await work_off(database.transaction, mtn)
        is_paid = what != "learning of failure"
        async with database.transaction() as conn:
            expected = ("succeeded", "paid") if is_paid else ("failed", "awaiting_payment")
            assert (await status_of(conn, payment_id), await order_status(conn, order_id)) == expected, step
            paid += is_paid
            assert await NUMBERS.all(conn) == list(range(1, paid + 1))
            await grows_older(conn, payment_id, 3600)  # the next one is not too much for an hour
        if not countdown.has_struck:
            break
        step += 1
    assert step >= 5  # there were that many places to die at, or the loop proves nothing


async def test_what_was_stored_and_never_asked_is_asked_by_the_next_worker(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id, order_id, amount = await an_order(conn)
        payment_id = await asked(conn, order_id, customer_id)
    mtn = Mtn()
    await work_off(database.transaction, mtn)
    assert mtn.charges[payment_id].amount == amount
    assert mtn.prompts == [payment_id]


@pytest.mark.parametrize(
    "faults", [["lost"], ["lost", "lost", "lost"], ["answer_lost"], ["answer_lost", "lost"]]
)
async def test_lost_calls_ask_once_and_are_found_again(database: Database, faults: list[Any]) -> None:
    async with database.transaction() as conn:
        customer_id, order_id, _ = await an_order(conn)
        payment_id = await asked(conn, order_id, customer_id)
    mtn = Mtn(faults=faults)
    await work_off(database.transaction, mtn, rounds=6)
    assert mtn.prompts == [payment_id]
    mtn.approve(payment_id)
    await work_off(database.transaction, mtn)
    async with database.transaction() as conn:
        assert await order_status(conn, order_id) == "paid"
        became = [event.became for event in await payments.events_of(conn, payment_id)]
        assert became[:2] == ["created", "submitted"]
        assert became[-1] == "succeeded"


async def test_what_is_told_is_told_once(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id, order_id, _ = await an_order(conn)
        payment_id = await asked(conn, order_id, customer_id)
    mtn, told = Mtn(), list[str]()

    async def tell(_: Any, settled: Settled) -> None:
        told.append(settled.what)

    await pay_next(database.transaction, {"momo": mtn}, tell)
    mtn.approve(payment_id)
    for _ in range(3):
        await is_due(database.transaction)
        await pay_next(database.transaction, {"momo": mtn}, tell)
        async with database.transaction() as conn:
            await payments.wake(conn, payment_id)
    assert told == ["order_paid"]
