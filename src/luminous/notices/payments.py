"""What became of a payment: the receipt, why it failed and what to do next, that a person looks at it."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from luminous import conversations, orders, outbox, payments, subscriptions
from luminous.db import Connection
from luminous.messages import Content, TemplateUse
from luminous.notices import replacing
from luminous.notices.plans import tell_plan_confirmed
from luminous.outbox import Purpose
from luminous.payments import Method, Payment, Settled
from luminous.replies import Shop, order_words, payment_words
from luminous.subscriptions import Chosen


async def tell_payment(conn: Connection, settled: Settled, shop: Shop) -> None:
    """Owe the customer what they have to know, in the transaction that settled it. Once for each end."""
    payment, words = settled.payment, shop.words
    if settled.what != "nothing":
        await outbox.forget_waiting(conn, payment.customer_id, f"payment:{payment.id}:")
    match settled.what:
        case "order_paid":
            await _tell_receipt(conn, payment, shop)
        case "plan_active":
            await _tell_plan(conn, payment, shop)
        case "failed":
            waiting = await payments.payable(conn, payment.customer_id)
            thing_id = payment.order_id or payment.subscription_id
            if thing_id in await payments.looked_at(conn, payment.customer_id):
                return  # they know that a person looks at an earlier one
            what = next((each for each in waiting if each.id == thing_id), None)
            await _owe(conn, payment, "failed", payment_words.failed(words, what, payment))
        case "stale":
            await _owe(conn, payment, "stale", payment_words.no_answer_yet(words, payment))
        case "needs_review":
            reason = f"a payment to be looked at: {payment.id} ({(payment.reason or '').replace('_', ' ')})"
            await conversations.hand_over(conn, payment.customer_id, reason)
            await _owe(conn, payment, "review", payment_words.a_person_looks(words, payment))
        case "nothing":
            pass


async def confirm_payment(
    conn: Connection, shop: Shop, order_id: UUID, *, amount: int, method: Method, reference: str, by: str
) -> Settled:
    """Staff have seen money for an order: it counts, and the customer is told. Raises PaymentRefused."""
    settled = await payments.confirm(conn, order_id, amount=amount, method=method, reference=reference, by=by)
    await tell_payment(conn, settled, shop)
    return settled


async def confirm_plan_payment(
    conn: Connection, shop: Shop, chosen: Chosen, *, amount: int, method: Method, reference: str, by: str
) -> Settled:
    """Staff have seen money for a plan that was chosen: it begins, and the customer is told.

    Raises PaymentRefused.
    """
    settled = await payments.confirm_plan(
        conn, chosen.id, price=chosen.amount, amount=amount, method=method, reference=reference, by=by
    )
    await tell_payment(conn, settled, shop)
    return settled


async def decide_payment(
    conn: Connection,
    shop: Shop,
    payment_id: UUID,
    decision: Literal["apply", "owe_back", "nothing_came"],
    *,
    by: str,
    paid_amount: int | None = None,
) -> Payment:
    """Staff decide about odd money; when it counts, the customer is told. Raises PaymentRefused."""
    match decision:
        case "apply":
            settled = await payments.apply(conn, payment_id, by=by, paid_amount=paid_amount)
            await tell_payment(conn, settled, shop)
            return settled.payment
        case "owe_back":
            decided = await payments.owe_back(conn, payment_id, by=by)
        case "nothing_came":
            decided = await payments.nothing_came(conn, payment_id, by=by)
    await outbox.forget_waiting(conn, decided.customer_id, f"payment:{decided.id}:review")
    return decided


async def _tell_receipt(conn: Connection, payment: Payment, shop: Shop) -> None:
    order = await orders.get(conn, payment.order_id) if payment.order_id else None
    if order is not None:
        content, template = order_words.receipt(shop.words, order)
        old = await replacing.of_order(conn, order)
        await _owe(conn, payment, "receipt", content, template, purpose="receipt", instead_of=old)


async def _tell_plan(conn: Connection, payment: Payment, shop: Shop) -> None:
    bought = await subscriptions.bought_with(conn, payment.id)
    if bought is not None:
        await tell_plan_confirmed(conn, shop, bought)
    tries = await payments.page_of_customer(conn, payment.customer_id, most=20)
    old = replacing.failed([each for each in tries if each.subscription_id == payment.subscription_id])
    await outbox.forget_waiting(conn, payment.customer_id, *old)


async def _owe(
    conn: Connection,
    payment: Payment,
    key: str,
    content: Content,
    template: TemplateUse | None = None,
    purpose: Purpose = "reply",
    instead_of: Sequence[str] = (),
) -> None:
    await outbox.owe_where_they_write(
        conn,
        payment.customer_id,
        content,
        purpose=purpose,
        dedupe_key=f"payment:{payment.id}:{key}",
        template=template,
        instead_of=instead_of,
    )
