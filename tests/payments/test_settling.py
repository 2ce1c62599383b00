"""What counts as paid: exactly what was asked for, whoever says so, whenever it comes."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from luminous import orders, payments, subscriptions
from luminous.db import Connection, sql
from luminous.errors import PaymentRefused
from luminous.payments import next_look
from luminous.payments.start import MOST_IN_AN_HOUR
from luminous.phone import Phone
from tests.network import DUE_NOW
from tests.quotes.making import a_customer, time_passes

from .making import (
    PAYER,
    Mtn,
    an_order,
    asked,
    beginning,
    grows_older,
    order_status,
    status_of,
    work_off,
)

ODD: dict[str, tuple[dict[str, Any], str]] = {
    "less than was asked": ({"amount": 44_500}, "underpaid"),
    "more than was asked": ({"amount": 10**9}, "overpaid"),
    "an amount that nobody said": ({"amount": None}, "overpaid"),
    "another currency": ({"currency": "EUR"}, "other_currency"),
    "another payer": ({"payer": "256702000000"}, "other_payer"),
    "a payer that nobody said": ({"payer": None}, "other_payer"),
}


@pytest.mark.parametrize(("moved", "reason"), ODD.values(), ids=ODD)
async def test_odd_money_pays_for_nothing_and_waits_for_staff(
    conn: Connection, moved: dict[str, Any], reason: str
) -> None:
    customer_id, order_id, _ = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    mtn.approve(payment_id, **moved)
    await work_off(beginning(conn), mtn, rounds=2)

    found = await payments.get(conn, payment_id)
    assert found
    assert (found.status, found.reason) == ("needs_review", reason)
    assert await order_status(conn, order_id) == "awaiting_payment"
    assert [each.id for each in await payments.for_staff(conn)] == [payment_id]
    assert await payments.payable(conn, customer_id) == []
    with pytest.raises(PaymentRefused, match="need not pay again"):
        await asked(conn, order_id, customer_id)


async def test_a_payment_that_was_begun_in_time_counts_after_the_time_is_over(conn: Connection) -> None:
    customer_id, order_id, _ = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    await time_passes(conn)
    assert await orders.cancel_unpaid(conn) == []
    mtn.approve(payment_id)
    await work_off(beginning(conn), mtn)
    assert await order_status(conn, order_id) == "paid"


async def test_what_nobody_pays_is_cancelled_once_and_cannot_be_paid_then(conn: Connection) -> None:
    customer_id, order_id, _ = await an_order(conn)
    assert await orders.cancel_unpaid(conn) == []
    await time_passes(conn)
    with pytest.raises(PaymentRefused, match="time to pay"):
        await asked(conn, order_id, customer_id)
    assert [each.id for each in await orders.cancel_unpaid(conn)] == [order_id]
    assert await orders.cancel_unpaid(conn) == []
    with pytest.raises(PaymentRefused, match="time to pay"):
        await asked(conn, order_id, customer_id)


async def test_money_for_a_cancelled_order_is_never_lost_and_staff_can_let_it_count(conn: Connection) -> None:
    customer_id, order_id, amount = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    mtn.end(payment_id, "expired")
    await work_off(beginning(conn), mtn)
    await time_passes(conn)
    assert await orders.cancel_unpaid(conn)

    mtn.approve(payment_id)  # after all, and late
    await payments.wake(conn, payment_id)
    await work_off(beginning(conn), mtn)
    found = await payments.get(conn, payment_id)
    assert found
    assert (found.status, found.reason, found.paid_amount) == ("needs_review", "order_not_payable", amount)

    applied = await payments.apply(conn, payment_id, by="Aisha")
    assert (applied.what, applied.receipt_number) == ("order_paid", 1)
    assert await order_status(conn, order_id) == "paid"
    with pytest.raises(PaymentRefused):
        await payments.apply(conn, payment_id, by="Aisha")


async def test_a_second_press_asks_nobody_twice_and_a_new_attempt_comes_after_a_failure(
    conn: Connection,
) -> None:
    customer_id, order_id, _ = await an_order(conn)
    first = await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)
    second = await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)
    assert (second.id, second.is_new) == (first.id, False)
    mtn = Mtn(faults=["refused"])
    await work_off(beginning(conn), mtn)
    assert await status_of(conn, first.id) == "failed"
    third = await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)
    assert third.is_new
    assert third.id != first.id


async def test_only_a_number_that_can_have_mobile_money_is_asked_whoever_asks(conn: Connection) -> None:
    customer_id, order_id, _ = await an_order(conn)
    plan = await subscriptions.choose(conn, customer_id, "plus")
    airtel = Phone("+256702240146")
    for start, thing_id in ((payments.pay_order, order_id), (payments.pay_subscription, plan.id)):
        with pytest.raises(PaymentRefused, match="a number of Airtel") as refused:
            await start(conn, thing_id, airtel, customer_id=customer_id)
        assert refused.value.code == "not_mtn"


async def test_who_had_phones_asked_in_vain_waits_until_the_first_of_them_is_an_hour_ago(
    conn: Connection,
) -> None:
    customer_id, order_id, _ = await an_order(conn)
    for seconds in range(MOST_IN_AN_HOUR, 0, -1):
        payment_id = await asked(conn, order_id, customer_id)
        await grows_older(conn, payment_id, seconds * 60)
        await payments.refuse(conn, payment_id, "refused", None)
    plan = await subscriptions.choose(conn, customer_id, "plus")
    for start, thing_id in ((payments.pay_order, order_id), (payments.pay_subscription, plan.id)):
        with pytest.raises(PaymentRefused, match="in 55 minutes") as refused:
            await start(conn, thing_id, PAYER, customer_id=customer_id)
        assert (refused.value.code, refused.value.minutes) == ("often", 55)

    await conn.execute("update payments set created_at = created_at - interval '55 minutes'")
    assert (await payments.pay_order(conn, order_id, PAYER, customer_id=customer_id)).is_new


async def test_of_two_payments_that_both_succeed_one_pays_and_one_waits_for_staff(conn: Connection) -> None:
    customer_id, order_id, amount = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    by_hand = await payments.confirm(
        conn, order_id, amount=amount, method="bank", reference="FT 123", by="Aisha"
    )
    assert by_hand.what == "order_paid"
    mtn.approve(payment_id)
    await work_off(beginning(conn), mtn)
    found = await payments.get(conn, payment_id)
    assert found
    assert (found.status, found.reason) == ("needs_review", "order_not_payable")

    await payments.owe_back(conn, payment_id, by="Aisha")
    await payments.refund(conn, payment_id, amount=amount, reference="R1", reason="twice", by="Aisha")
    assert await status_of(conn, payment_id) == "refunded"
    assert await order_status(conn, order_id) == "paid"


async def test_a_reference_that_staff_confirm_counts_once(conn: Connection) -> None:
    _, order_id, amount = await an_order(conn)
    short = await payments.confirm(
        conn, order_id, amount=amount - 1, method="bank", reference="FT 1", by="Aisha"
    )
    assert (short.what, short.payment.reason) == ("needs_review", "underpaid")
    with pytest.raises(PaymentRefused, match="counted before"):
        async with conn.transaction():
            await payments.confirm(
                conn, order_id, amount=amount, method="bank", reference="FT  1", by="Aisha"
            )
    assert await order_status(conn, order_id) == "awaiting_payment"
    with pytest.raises(PaymentRefused):
        await payments.confirm(conn, uuid4(), amount=amount, method="bank", reference="FT 2", by="Aisha")


async def test_success_and_then_failure_stays_paid_and_both_words_are_kept(conn: Connection) -> None:
    customer_id, order_id, _ = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    mtn.approve(payment_id)
    claimed_before = await status_of(conn, payment_id)
    await work_off(beginning(conn), mtn)
    mtn.end(payment_id)
    settled = await payments.settle(conn, payment_id, mtn.charges[payment_id], age=timedelta(), looks=1)
    assert settled
    assert (claimed_before, settled.what) == ("pending", "nothing")
    assert await order_status(conn, order_id) == "paid"
    assert await WORDS.all(conn, id=payment_id) == ["failed", "succeeded"]


async def test_without_an_answer_it_is_stale_after_five_minutes_and_for_staff_after_a_week(
    conn: Connection,
) -> None:
    customer_id, order_id, amount = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    await grows_older(conn, payment_id, 301)
    await work_off(beginning(conn), mtn)
    assert await status_of(conn, payment_id) == "stale"
    await grows_older(conn, payment_id, 7 * 86_400)
    await work_off(beginning(conn), mtn)
    found = await payments.get(conn, payment_id)
    assert found
    assert (found.status, found.reason, found.next_look_at) == ("needs_review", "no_answer", None)

    with pytest.raises(PaymentRefused, match="--amount"):
        await payments.apply(conn, payment_id, by="Aisha")
    applied = await payments.apply(conn, payment_id, by="Aisha", paid_amount=amount)
    assert applied.what == "order_paid"


async def test_nobody_is_asked_to_pay_ten_minutes_after_they_wanted_to(conn: Connection) -> None:
    customer_id, order_id, _ = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await grows_older(conn, payment_id, 601)
    await work_off(beginning(conn), mtn)
    assert mtn.prompts == []
    found = await payments.get(conn, payment_id)
    assert found
    assert (found.status, found.reason) == ("failed", "never_asked")


async def test_a_forged_callback_only_makes_us_look_and_not_more_often_than_every_five_seconds(
    conn: Connection,
) -> None:
    customer_id, order_id, _ = await an_order(conn)
    payment_id, mtn = await asked(conn, order_id, customer_id), Mtn()
    await work_off(beginning(conn), mtn)
    await DUE_NOW.run(conn)
    assert await payments.claim(conn)  # it is being looked at now
    for _ in range(1000):
        await payments.wake(conn, payment_id)
    pause = await PAUSE.one(conn, id=payment_id)
    assert pause == timedelta(seconds=5)
    assert not await payments.wake(conn, uuid4())
    assert await order_status(conn, order_id) == "awaiting_payment"


async def test_a_plan_is_live_when_it_is_paid_and_the_customer_has_one(conn: Connection) -> None:
    customer_id = await a_customer(conn)
    chosen = await subscriptions.choose(conn, customer_id, "standard")
    started = await payments.pay_subscription(conn, chosen.id, PAYER, customer_id=customer_id)
    again = await payments.pay_subscription(conn, chosen.id, PAYER, customer_id=customer_id)
    assert (started.amount, again.is_new) == (29_900, False)
    mtn = Mtn()
    await work_off(beginning(conn), mtn)
    mtn.approve(started.id)
    await work_off(beginning(conn), mtn)
    assert (await subscriptions.entitlements(conn, customer_id)).plan_code == "standard"
    await payments.refund(conn, started.id, amount=29_900, reference="R1", reason="wish", by="Aisha")
    assert (await subscriptions.entitlements(conn, customer_id)).plan_code == "guest"


async def test_an_order_of_somebody_else_is_not_paid(conn: Connection) -> None:
    _, order_id, _ = await an_order(conn)
    with pytest.raises(PaymentRefused, match="not yours"):
        await asked(conn, order_id, uuid4())


async def test_refunds_never_exceed_what_came(conn: Connection) -> None:
    _, order_id, amount = await an_order(conn)
    await payments.confirm(conn, order_id, amount=amount, method="cash", reference="C1", by="Aisha")
    (paid,) = await payments.of_order(conn, order_id)
    cancelled = await payments.cancel_order(conn, order_id, by="Aisha", reason="sold out")
    assert cancelled.status == "refund_due"

    async def give_back(part: int, reference: str) -> str:
        after = await payments.refund(
            conn, paid.id, amount=part, reference=reference, reason="sold out", by="Aisha"
        )
        return after.status

    assert await give_back(amount - 1000, "R1") == "partially_refunded"
    assert await order_status(conn, order_id) == "partially_refunded"
    for part, reference in ((1001, "R2"), (0, "R2"), (-5, "R2")):
        with pytest.raises(PaymentRefused):
            async with conn.transaction():
                await give_back(part, reference)
    with pytest.raises(PaymentRefused, match="recorded already"):
        async with conn.transaction():
            await give_back(1000, "R1")
    assert await give_back(1000, "R2") == "refunded"
    assert await order_status(conn, order_id) == "refunded"


async def test_money_that_goes_back_ends_what_it_paid_for_and_nothing_else(conn: Connection) -> None:
    customer_id, order_id, amount = await an_order(conn)

    async def comes(reference: str) -> UUID:
        came = await payments.confirm(
            conn, order_id, amount=amount, method="bank", reference=reference, by="Aisha"
        )
        return came.payment.id

    async def goes_back(payment_id: UUID, part: int) -> None:
        await payments.refund(conn, payment_id, amount=part, reference="R", reason="taken back", by="Aisha")

    first, second = await comes("FT 1"), await comes("FT 2")
    await payments.owe_back(conn, second, by="Aisha")
    await goes_back(second, amount)
    assert await order_status(conn, order_id) == "paid", "it was paid by the other one"
    await goes_back(first, amount)
    assert await order_status(conn, order_id) == "refunded"

    chosen = await subscriptions.choose(conn, customer_id, "plus")
    for reference in ("S 1", "S 2"):
        twice = await payments.confirm_plan(
            conn,
            chosen.id,
            price=chosen.amount,
            amount=chosen.amount,
            method="cash",
            reference=reference,
            by="Aisha",
        )
    await payments.owe_back(conn, twice.payment.id, by="Aisha")
    await goes_back(twice.payment.id, chosen.amount)
    assert (await subscriptions.entitlements(conn, customer_id)).plan_code == "plus"


def test_looks_come_in_growing_pauses_for_a_week() -> None:
    seconds = [next_look(timedelta(seconds=1), looks) for looks in range(8)]
    assert [each.total_seconds() for each in seconds if each] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert next_look(timedelta(hours=2), 30) == timedelta(hours=1)
    assert next_look(timedelta(days=3), 60) == timedelta(days=1)
    assert next_look(timedelta(days=7), 70) is None


WORDS = sql("select status from provider_events where reference = %(id)s order by status").into(str)
PAUSE = sql("select next_look_at - looked_at from payments where id = %(id)s").into(timedelta)
