"""What staff decide about money: confirmed by hand, applied after all, owed back, paid back."""

from typing import Literal
from uuid import UUID, uuid4

from luminous import orders, subscriptions
from luminous.db import Connection, sql
from luminous.errors import UNIQUE_VIOLATION, PaymentRefused, said_as
from luminous.payments.settle import Settled, apply_to, lock_in_order
from luminous.payments.standing import Payment, get, lock

Method = Literal["bank", "card", "airtel", "cash", "other"]


async def confirm(
    conn: Connection,
    order_id: UUID,
    *,
    amount: int,
    method: Method,
    reference: str,
    by: str,
) -> Settled:
    """Staff have seen money for this order: record it, and pay the order when it is exact.

    Raises PaymentRefused for an order that there is not, and for a reference that was counted before.
    """
    if await orders.lock(conn, order_id) is None:
        raise PaymentRefused("There is no such order.")
    found = await orders.get(conn, order_id)
    assert found is not None  # noqa: S101 - locked in the lines above
    payment_id = uuid4()
    number, odd = None, _difference(amount, found.amount)
    if odd is None:
        number = await orders.pay(
            conn, order_id, payment_id=payment_id, by=by, from_statuses=orders.PAYABLE_BY_STAFF
        )
        odd = None if number is not None else "order_not_payable"
    await _record(conn, payment_id, order_id, odd, amount, method, reference, by)
    return await _settled(conn, payment_id, "needs_review" if odd else "order_paid", number)


async def confirm_plan(
    conn: Connection,
    subscription_id: UUID,
    *,
    price: int,
    amount: int,
    method: Method,
    reference: str,
    by: str,
) -> Settled:
    """Staff have seen money for a plan that was chosen: record it, and begin the plan when it is exact.

    price: of the plan, as it was chosen. Raises PaymentRefused for a reference that was counted before.
    """
    payment_id = uuid4()
    odd = _difference(amount, price)
    if odd is None:
        bought = await subscriptions.activate(conn, subscription_id, payment_id=payment_id, by=by)
        odd = None if bought is not None else "plan_not_payable"
    await _record(conn, payment_id, subscription_id, odd, amount, method, reference, by)
    return await _settled(conn, payment_id, "needs_review" if odd else "plan_active", None)


async def apply(conn: Connection, payment_id: UUID, *, by: str, paid_amount: int | None = None) -> Settled:
    """The money counts after all: pay the order or plan with it, also one that the clock has cancelled.

    paid_amount: what staff saw, where the provider never said. Raises PaymentRefused.
    """
    payment = await _in_review(conn, payment_id)
    amount = payment.paid_amount or paid_amount
    if amount is None:
        raise PaymentRefused(
            "The provider never said that money moved. Say how much you have seen: --amount."
        )
    odd, number = await apply_to(conn, payment, by=by, from_statuses=orders.PAYABLE_BY_STAFF)
    if odd is not None:
        raise PaymentRefused(
            "What it was for cannot be paid any more: it is paid by another payment, or was cancelled. "
            "Pay the money back, and record that with `luminous payments refund`."
        )
    await DECIDE.run(conn, id=payment_id, status="applied", paid_amount=amount, by=by)
    return await _settled(conn, payment_id, "order_paid" if payment.order_id else "plan_active", number)


async def owe_back(conn: Connection, payment_id: UUID, *, by: str) -> Payment:
    """The money is to go back. Raises PaymentRefused."""
    payment = await _in_review(conn, payment_id)
    if payment.paid_amount is None:
        raise PaymentRefused("The provider never said that money moved: there is nothing to pay back.")
    await DECIDE.run(conn, id=payment_id, status="refund_due", paid_amount=payment.paid_amount, by=by)
    return await get(conn, payment_id) or payment


async def nothing_came(conn: Connection, payment_id: UUID, *, by: str) -> Payment:
    """Staff looked, and no money came. Raises PaymentRefused when the provider said that it did."""
    payment = await _in_review(conn, payment_id)
    if payment.paid_amount is not None:
        raise PaymentRefused("The provider said that this money moved. Apply it, or pay it back.")
    await DECIDE.run(conn, id=payment_id, status="failed", paid_amount=None, by=by)
    return await get(conn, payment_id) or payment


async def cancel_order(conn: Connection, order_id: UUID, *, by: str, reason: str) -> orders.Order:
    """End an order; what was paid for it is due back. Raises OrderRefused."""
    cancelled = await orders.cancel(conn, order_id, by=by, reason=reason)
    if cancelled.status == "refund_due":
        await OWE_BACK_ORDER.run(conn, order_id=order_id, by=by)
    return cancelled


async def refund(
    conn: Connection, payment_id: UUID, *, amount: int, reference: str, reason: str, by: str
) -> Payment:
    """Money went back: record it. All of it ends the plan that it paid for, or the order while it is not
    delivered.

    Raises PaymentRefused for more than came, for money that never came, and for the same reference again.
    """
    payment = await lock_in_order(conn, payment_id)
    if payment is None:
        raise PaymentRefused("There is no such payment.")
    with said_as(UNIQUE_VIOLATION, PaymentRefused(f"The refund {reference} is recorded already.")):
        recorded = await REFUND.run(
            conn, id=payment_id, amount=amount, reference=reference, reason=reason, by=by
        )
    if not recorded:
        left = (payment.paid_amount or 0) - payment.refunded_amount
        raise PaymentRefused(
            f"There are {left:,} {payment.currency} of this payment that can be paid back, and it is "
            f"{payment.status.replace('_', ' ')}."
        )
    after = await lock(conn, payment_id) or payment
    is_whole = after.status == "refunded"
    if not await HAD_COUNTED.one(conn, id=payment_id):
        return after  # what it was for is paid by another one, or is not paid
    if payment.order_id is not None:
        await orders.refunded(conn, payment.order_id, by=by, is_whole=is_whole)
    elif payment.subscription_id is not None and is_whole:
        await subscriptions.revoke(conn, payment.subscription_id, by=by)
    return after


def _difference(amount: int, price: int) -> str | None:
    """Why this amount is not the price; None: it is."""
    if amount == price:
        return None
    return "underpaid" if amount < price else "overpaid"


async def _record(
    conn: Connection,
    payment_id: UUID,
    thing_id: UUID,
    odd: str | None,
    amount: int,
    method: Method,
    reference: str,
    by: str,
) -> None:
    with said_as(UNIQUE_VIOLATION, PaymentRefused(f"The reference {reference} was counted before.")):
        await CONFIRM.run(
            conn,
            id=payment_id,
            thing_id=thing_id,
            status="needs_review" if odd else "succeeded",
            amount=amount,
            payer_text=method,
            transaction_id=f"{method} {' '.join(reference.split())}",
            reason=odd,
            by=by,
        )


async def _in_review(conn: Connection, payment_id: UUID) -> Payment:
    payment = await lock_in_order(conn, payment_id)
    if payment is None:
        raise PaymentRefused("There is no such payment.")
    if payment.status != "needs_review":
        raise PaymentRefused(f"This payment is {payment.status.replace('_', ' ')}: nothing is to be decided.")
    return payment


async def _settled(
    conn: Connection,
    payment_id: UUID,
    what: Literal["order_paid", "plan_active", "needs_review"],
    number: int | None,
) -> Settled:
    payment = await get(conn, payment_id)
    assert payment is not None  # noqa: S101 - written in this transaction
    return Settled(what, payment, number)


CONFIRM = sql("""
    insert into payments (id, customer_id, order_id, subscription_id, provider, status, amount, currency,
                          payer_text, paid_amount, paid_currency, transaction_id, reason, next_look_at,
                          changed_by)
    select %(id)s, customer_id, order_id, subscription_id, 'manual', %(status)s, price, currency,
           %(payer_text)s, %(amount)s, currency, %(transaction_id)s, %(reason)s, null, %(by)s
      from (select id, customer_id, id as order_id, null::uuid as subscription_id, amount as price, currency
              from orders
             union all
            select id, customer_id, null, id, amount_paid_per_cycle, currency from subscriptions) thing
     where thing.id = %(thing_id)s
""")

DECIDE = sql("""
    update payments
       set status = %(status)s, paid_amount = %(paid_amount)s,
           paid_currency = case when %(paid_amount)s::bigint is not null
                                then coalesce(paid_currency, currency) end,
           changed_by = %(by)s, updated_at = now()
     where id = %(id)s and status = 'needs_review'
""")

OWE_BACK_ORDER = sql("""
    update payments set status = 'refund_due', changed_by = %(by)s, updated_at = now()
     where order_id = %(order_id)s and status in ('succeeded', 'applied', 'partially_refunded')
""")

HAD_COUNTED = sql("""
    select exists (select from payment_events
                    where payment_id = %(id)s and became in ('succeeded', 'applied'))
""").into(bool)

REFUND = sql("""
    with paid as (
      update payments
         set refunded_amount = refunded_amount + %(amount)s,
             status = case when refunded_amount + %(amount)s = paid_amount then 'refunded'
                           else 'partially_refunded' end,
             changed_by = %(by)s, updated_at = now()
       where id = %(id)s and status in ('succeeded', 'applied', 'refund_due', 'partially_refunded')
         and refunded_amount + %(amount)s <= paid_amount and %(amount)s > 0
      returning id
    )
    insert into refunds (payment_id, amount, reference, reason, made_by)
    select id, %(amount)s, %(reference)s, %(reason)s, %(by)s from paid
""")
