"""What becomes of an order: how far its parcel is, that it ended, that money went back. Each is said once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from luminous import orders, outbox, payments
from luminous.db import Connection
from luminous.messages import Content, TemplateUse
from luminous.notices import replacing
from luminous.orders import Milestone, Order
from luminous.outbox import Purpose
from luminous.payments import Payment
from luminous.replies import Shop, order_words


async def reach_milestone(
    conn: Connection,
    shop: Shop,
    order_id: UUID,
    milestone: Milestone,
    *,
    by: str,
    at: datetime | None = None,
) -> tuple[Order, bool]:
    """The parcel has come as far as this: note it, and tell the customer once when it is the furthest so far.

    While the last milestone waits for the customer's next message, this one waits in its place. Returns the
    order and whether the customer is told. Raises OrderRefused.
    """
    moved = await orders.reach(conn, order_id, milestone, by=by, at=at)
    order = await orders.get(conn, order_id)
    assert order is not None  # noqa: S101 - reach has found it
    if moved:
        content, template = order_words.reached(shop.words, order, milestone)
        old = (replacing.of_way(order),)
        await _owe(conn, order, f"milestone:{milestone}", content, template, instead_of=old)
    return order, moved


async def cancel_order(conn: Connection, shop: Shop, order_id: UUID, *, by: str, reason: str) -> Order:
    """End an order; what was paid for it is due back. Raises OrderRefused."""
    order = await payments.cancel_order(conn, order_id, by=by, reason=reason)
    said, old = order_words.cancelled(shop.words, order), await replacing.of_order(conn, order)
    await _owe(conn, order, "cancelled", said, purpose="reply", instead_of=old)
    return order


async def record_refund(
    conn: Connection,
    shop: Shop,
    payment_id: UUID,
    *,
    amount: int,
    reference: str,
    reason: str,
    by: str,
) -> Payment:
    """Money went back: record it and tell the customer, also after STOP. Raises PaymentRefused."""
    payment = await payments.refund(
        conn, payment_id, amount=amount, reference=reference, reason=reason, by=by
    )
    order = await orders.get(conn, payment.order_id) if payment.order_id else None
    what = order_words.name(shop.words, order) if order else payment.pays_for
    await outbox.owe_where_they_write(
        conn,
        payment.customer_id,
        order_words.refunded(shop.words, what, amount, payment.currency, reference),
        purpose="receipt",
        dedupe_key=f"payment:{payment.id}:refund:{reference}",
        instead_of=await _ended_by(conn, payment, order),
    )
    return payment


async def tell_orders_unpaid(conn: Connection, shop: Shop) -> int:
    """Cancel what was not paid in time, however long ago, and tell each customer once. Returns how many."""
    over = await orders.cancel_unpaid(conn)
    for each in over:
        order = await orders.get(conn, each.id)
        if order is not None:
            content = order_words.unpaid(shop.words, order.quotation_number)
            await _owe(conn, order, "unpaid", content, instead_of=await replacing.of_order(conn, order))
    return len(over)


async def _ended_by(conn: Connection, payment: Payment, order: Order | None) -> tuple[str, ...]:
    """What waits about the order or plan that went back with the money."""
    if order is not None and order.status == "refunded":
        return await replacing.of_order(conn, order)
    if payment.subscription_id is not None and payment.status == "refunded":
        return (f"plan:{payment.subscription_id}:",)
    return ()


async def _owe(
    conn: Connection,
    order: Order,
    key: str,
    content: Content,
    template: TemplateUse | None = None,
    *,
    purpose: Purpose = "notice",
    instead_of: Sequence[str] = (),
) -> None:
    await outbox.owe_where_they_write(
        conn,
        order.customer_id,
        content,
        purpose=purpose,
        dedupe_key=f"order:{order.id}:{key}",
        template=template,
        instead_of=instead_of,
    )
