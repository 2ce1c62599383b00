"""How an order ends: cancelled, not paid in time, closed after its days of complaint, paid back."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.errors import OrderRefused
from luminous.orders.standing import Order, get

Trouble = Literal["sourcing", "variation_pending", "detained", "delivery_failed"]


@dataclass(frozen=True, slots=True)
class Ended:
    """An order that the clock ended."""

    id: UUID
    customer_id: UUID


async def cancel(conn: Connection, order_id: UUID, *, by: str, reason: str) -> Order:
    """End an order: what was not paid is cancelled, what was paid is to be paid back.

    Raises OrderRefused for one that has ended, is delivered, or is being paid at this moment.
    """
    await LOCK.run(conn, id=order_id)
    changed = await CANCEL.run(conn, id=order_id, by=by, reason=reason)
    found = await get(conn, order_id)
    if found is None:
        raise OrderRefused("There is no such order.")
    if not changed and found.status not in ("cancelled", "refund_due"):
        if found.status == "awaiting_payment":
            raise OrderRefused("A payment for it is under way. Look at it again in a few minutes.")
        raise OrderRefused(
            f"This order is {found.status.replace('_', ' ')} and cannot be cancelled any more."
        )
    return found


async def mark(conn: Connection, order_id: UUID, trouble: Trouble, *, by: str, reason: str) -> Order:
    """Something stands in its way, or no longer does (`sourcing`). Raises OrderRefused."""
    changed = await MARK.run(conn, id=order_id, status=trouble, by=by, reason=reason)
    found = await get(conn, order_id)
    if found is None:
        raise OrderRefused("There is no such order.")
    if not changed and found.status != trouble:
        raise OrderRefused(
            f"This order is {found.status.replace('_', ' ')}, from where it cannot become "
            f"{trouble.replace('_', ' ')}."
        )
    return found


async def close(conn: Connection, order_id: UUID, *, by: str, reason: str) -> Order:
    """A complaint is settled, or a part of the money was enough: nothing more is to be done.

    Raises OrderRefused.
    """
    changed = await CLOSE.run(conn, id=order_id, by=by, reason=reason)
    found = await get(conn, order_id)
    if found is None:
        raise OrderRefused("There is no such order.")
    if not changed and found.status != "closed":
        raise OrderRefused(
            f"This order is {found.status.replace('_', ' ')}. Closed are those with a complaint or a partial "
            "refund; a delivered one closes by itself after 72 hours."
        )
    return found


async def refunded(conn: Connection, order_id: UUID, *, by: str, is_whole: bool) -> None:
    """Money went back. The whole of it ends an order whose parcel has not arrived, or that is in dispute; a
    part of it one that is to be paid back, which can go on then. What is delivered or closed stays so.
    """
    if is_whole:
        await IS_DUE_BACK.run(conn, id=order_id, by=by)
    await REFUNDED.run(conn, id=order_id, by=by, status="refunded" if is_whole else "partially_refunded")


async def cancel_unpaid(conn: Connection) -> list[Ended]:
    """Cancel what was not paid in time. What is being paid waits for its end: money beats the clock."""
    overdue = await LOCK_OVERDUE.all(conn)
    return await CANCEL_UNPAID.all(conn, ids=overdue) if overdue else []


async def close_delivered(conn: Connection) -> int:
    """Close what was delivered 72 hours ago without a complaint. Returns how many."""
    return await CLOSE_DELIVERED.run(conn)


LOCK = sql("select from orders where id = %(id)s for no key update")

CANCEL = sql("""
    update orders
       set status = case status when 'awaiting_payment' then 'cancelled' else 'refund_due' end,
           changed_by = %(by)s, reason = %(reason)s, cause = null, updated_at = now()
     where id = %(id)s
       and (order_may_become(status, 'refund_due') and status <> 'refund_due'
            or status = 'awaiting_payment'
               and not exists (select from payments where order_id = orders.id and payment_is_open(status)))
""")

MARK = sql("""
    update orders
       set status = %(status)s, changed_by = %(by)s, reason = %(reason)s, cause = null, updated_at = now()
     where id = %(id)s and status <> %(status)s and order_may_become(status, %(status)s)
""")

CLOSE = sql("""
    update orders
       set status = 'closed', changed_by = %(by)s, reason = %(reason)s, cause = null, updated_at = now()
     where id = %(id)s and status in ('disputed', 'partially_refunded')
""")

IS_DUE_BACK = sql("""
    update orders set status = 'refund_due', changed_by = %(by)s, cause = null, updated_at = now()
     where id = %(id)s and status not in ('refund_due', 'partially_refunded')
       and order_may_become(status, 'refund_due')
""")

REFUNDED = sql("""
    update orders set status = %(status)s, changed_by = %(by)s, cause = null, updated_at = now()
     where id = %(id)s and status in ('refund_due', 'partially_refunded')
""")

# Locked first, looked at again in a statement of its own: a payment that was begun meanwhile is seen.
LOCK_OVERDUE = sql("""
    select id from orders where status = 'awaiting_payment' and pay_until <= now()
     order by pay_until limit 200 for no key update skip locked
""").into(UUID)

CANCEL_UNPAID = sql("""
    update orders
       set status = 'cancelled_unpaid', changed_by = 'clock', cause = null, updated_at = now()
     where id = any(%(ids)s) and status = 'awaiting_payment'
       and not exists (select from payments where order_id = orders.id
                          and (payment_is_open(status) or status = 'needs_review'))
    returning id, customer_id
""").into(Ended)

CLOSE_DELIVERED = sql("""
    update orders set status = 'closed', changed_by = 'clock', cause = null, updated_at = now()
     where status = 'delivered' and delivered_at <= now() - interval '72 hours'
""")
