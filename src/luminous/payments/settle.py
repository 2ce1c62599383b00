"""What follows from how a charge stands: the one place where money becomes an order or a plan.

Called with the order locked first and the payment after it. Whatever arrives twice, late, or out of order
ends in the same state: a success counts whenever it comes, and no later word takes it back.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from luminous import orders, subscriptions
from luminous.charges import Reason, Standing
from luminous.db import Connection, sql
from luminous.payments.claim import next_look
from luminous.payments.standing import OPEN, Payment, get, lock

STALE_AFTER = timedelta(minutes=5)
LOOK_AGAIN = timedelta(hours=1)  # at what the provider never took: should it be wrong, the money still counts

What = Literal["nothing", "order_paid", "plan_active", "failed", "needs_review", "stale"]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a payment became now. what `nothing`: no more than was known, or not the end yet."""

    what: What
    payment: Payment
    receipt_number: int | None = None


async def lock_in_order(conn: Connection, payment_id: UUID) -> Payment | None:
    """The payment and before it its order, so that two who settle wait instead of blocking each other."""
    found = await get(conn, payment_id)
    if found is not None and found.order_id is not None:
        await orders.lock(conn, found.order_id)
    return await lock(conn, payment_id)


async def settle(
    conn: Connection, payment_id: UUID, standing: Standing, *, age: timedelta, looks: int
) -> Settled | None:
    """Record how the charge stands, and do what follows. None: there is no such payment."""
    payment = await lock_in_order(conn, payment_id)
    if payment is None:
        return None
    if standing.status in ("succeeded", "failed"):
        await keep_word(conn, payment, standing)
    match standing.status:
        case "succeeded" if payment.status in OPEN or payment.status == "failed":
            return await _succeed(conn, payment, standing)
        case "failed" if payment.status in OPEN:
            return await _fail(conn, payment, standing.reason or "provider", standing.reason_code)
        case "absent" if payment.status in ("unknown", "stale"):
            await MOVE.run(conn, id=payment.id, status="not_created", after=timedelta())
            return Settled("nothing", payment)
        case _:
            return await _go_on(conn, payment, "pending", age=age, looks=looks)


async def in_doubt(conn: Connection, payment_id: UUID, *, age: timedelta, looks: int) -> Settled | None:
    """The call told nothing: the charge may stand. It is looked at before anything else."""
    payment = await lock_in_order(conn, payment_id)
    return payment and await _go_on(conn, payment, "unknown", age=age, looks=looks)


async def _go_on(
    conn: Connection, payment: Payment, word: Literal["pending", "unknown"], *, age: timedelta, looks: int
) -> Settled:
    """Not the end: look again later. After five minutes it is stale, after a week staff decide."""
    if payment.status not in OPEN:
        await FORGET.run(conn, id=payment.id)
        return Settled("nothing", payment)
    pause = next_look(age, looks)
    if pause is None and payment.status != "submitted":
        await REVIEW.run(conn, id=payment.id, reason="no_answer", **_money(Standing("pending")))
        return await _became(conn, payment, "needs_review")
    becomes_stale = age >= STALE_AFTER and payment.status in ("pending", "unknown")
    learns = payment.status == "submitted" or (payment.status, word) == ("unknown", "pending")
    status = "stale" if becomes_stale else word if learns else payment.status
    await MOVE.run(conn, id=payment.id, status=status, after=pause)
    return await _became(conn, payment, "stale") if becomes_stale else Settled("nothing", payment)


async def refuse(conn: Connection, payment_id: UUID, reason: Reason, code: str | None) -> Settled | None:
    """Surely nobody was asked: it has failed."""
    payment = await lock_in_order(conn, payment_id)
    if payment is None or payment.status not in OPEN:
        return None if payment is None else Settled("nothing", payment)
    return await _fail(conn, payment, reason, code)


async def keep_word(conn: Connection, payment: Payment, standing: Standing) -> None:
    """What the provider said at the end, the first time that it said so."""
    await KEEP_WORD.run(
        conn,
        provider=payment.provider,
        reference=payment.id,
        status=standing.status,
        amount=standing.amount,
        currency=standing.currency,
        payer=standing.payer,
        transaction_id=standing.transaction_id,
        reason_code=standing.reason_code,
    )


async def _succeed(conn: Connection, payment: Payment, standing: Standing) -> Settled:
    """The money has moved. It counts if it is what was asked for and the thing still waits for it."""
    odd = oddity(payment, standing)
    if standing.transaction_id and await COUNTED.maybe(
        conn, provider=payment.provider, transaction_id=standing.transaction_id
    ):
        odd, standing = "counted_already", replace(standing, transaction_id=None)
    number = None
    if odd is None:
        odd, number = await apply_to(conn, payment, by=payment.provider)
    if odd is not None:
        await REVIEW.run(conn, id=payment.id, reason=odd, **_money(standing))
        return await _became(conn, payment, "needs_review")
    await SUCCEED.run(conn, id=payment.id, **_money(standing))
    return await _became(conn, payment, "order_paid" if payment.order_id else "plan_active", number)


async def apply_to(
    conn: Connection, payment: Payment, *, by: str, from_statuses: tuple[str, ...] = orders.PAYABLE
) -> tuple[str | None, int | None]:
    """Pay the thing with it: why that cannot be, and the receipt's number."""
    if payment.order_id is not None:
        number = await orders.pay(
            conn, payment.order_id, payment_id=payment.id, by=by, from_statuses=from_statuses
        )
        return (None, number) if number is not None else ("order_not_payable", None)
    if payment.subscription_id is not None:
        active = await subscriptions.activate(conn, payment.subscription_id, payment_id=payment.id, by=by)
        return (None, None) if active is not None else ("plan_not_payable", None)
    raise AssertionError(payment)  # a constraint forbids it


async def _fail(conn: Connection, payment: Payment, reason: Reason, code: str | None) -> Settled:
    after = LOOK_AGAIN if reason == "never_asked" and payment.status != "created" else None
    await FAIL.run(conn, id=payment.id, reason=reason, code=code, after=after)
    return await _became(conn, payment, "failed")


async def _became(conn: Connection, was: Payment, what: What, number: int | None = None) -> Settled:
    return Settled(what, await get(conn, was.id) or was, number)


def oddity(payment: Payment, standing: Standing) -> str | None:
    """What does not fit between the money that was asked for and the money that moved; None: it is exact."""
    if standing.currency != payment.currency:
        return "other_currency"
    if standing.amount != payment.amount:
        return "underpaid" if standing.amount is not None and standing.amount < payment.amount else "overpaid"
    if (standing.payer or "").lstrip("+") != (payment.payer or "").lstrip("+"):
        return "other_payer"
    return None


def _money(standing: Standing) -> dict[str, object]:
    """What moved; nothing where it did not."""
    has_moved = standing.status == "succeeded"
    return {
        "paid_amount": (standing.amount or None) if has_moved else None,
        "paid_currency": standing.currency if has_moved else None,
        "paid_by": standing.payer if has_moved else None,
        "transaction_id": standing.transaction_id if has_moved else None,
    }


KEEP_WORD = sql("""
    insert into provider_events (provider, reference, status, amount, currency, payer, transaction_id,
                                 reason_code)
    values (%(provider)s, %(reference)s, %(status)s, %(amount)s, %(currency)s, %(payer)s, %(transaction_id)s,
            %(reason_code)s)
    on conflict do nothing
""")

COUNTED = sql("""
    select id from payments where provider = %(provider)s and transaction_id = %(transaction_id)s
""").into(UUID)

MOVE = sql("""
    update payments
       set status = %(status)s, next_look_at = now() + %(after)s::interval, lease_until = null,
           changed_by = provider, updated_at = now()
     where id = %(id)s
""")

FORGET = sql(
    "update payments set next_look_at = null, lease_until = null, updated_at = now() where id = %(id)s"
)

SUCCEED = sql("""
    update payments
       set status = 'succeeded', paid_amount = %(paid_amount)s, paid_currency = %(paid_currency)s,
           paid_by = %(paid_by)s, transaction_id = %(transaction_id)s, reason = null, reason_code = null,
           next_look_at = null, lease_until = null, changed_by = provider, updated_at = now()
     where id = %(id)s
""")

REVIEW = sql("""
    update payments
       set status = 'needs_review', paid_amount = %(paid_amount)s, paid_currency = %(paid_currency)s,
           paid_by = %(paid_by)s, transaction_id = %(transaction_id)s, reason = %(reason)s,
           reason_code = null, next_look_at = null, lease_until = null, changed_by = provider,
           updated_at = now()
     where id = %(id)s
""")

FAIL = sql("""
    update payments
       set status = 'failed', reason = %(reason)s, reason_code = %(code)s,
           next_look_at = now() + %(after)s::interval, lease_until = null, changed_by = provider,
           updated_at = now()
     where id = %(id)s
""")
