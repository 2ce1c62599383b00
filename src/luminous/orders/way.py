"""From the payment to the door: paid, bought, on its way, delivered, rated. One guarded statement each."""

from datetime import datetime
from uuid import UUID

from luminous import conversations
from luminous.db import Connection, sql
from luminous.errors import OrderRefused
from luminous.orders.standing import MILESTONES, Milestone, Order, get

PAYABLE = ("awaiting_payment",)
PAYABLE_BY_STAFF = ("awaiting_payment", "cancelled_unpaid")  # money that came late may still count
ADDRESSABLE = (*PAYABLE, "paid", "sourcing", "variation_pending", "purchased", "at_hub")  # until it travels

LONGEST_ADDRESS = 500  # characters
SATISFIED = 4  # of 5


async def lock(conn: Connection, order_id: UUID) -> str | None:
    """The order's status, which nobody else changes until the end of the transaction. None: no such order."""
    return await LOCK.maybe(conn, id=order_id)


async def pay(
    conn: Connection, order_id: UUID, *, payment_id: UUID, by: str, from_statuses: tuple[str, ...] = PAYABLE
) -> int | None:
    """The full price was paid: return the receipt's number, the next one. None: it does not wait for money.

    Call it with the order locked: numbers have no gaps.
    """
    return await PAY.maybe(
        conn, id=order_id, from_statuses=list(from_statuses), by=by, cause=f"payment {payment_id}"
    )


async def reach(
    conn: Connection, order_id: UUID, milestone: Milestone, *, by: str, at: datetime | None = None
) -> bool:
    """The parcel has reached this milestone; True when it is the furthest so far and was not known.

    What is reported late, or twice, is kept once and moves nothing. Raises OrderRefused for an order that
    is not on its way.
    """
    moved = await REACH.run(conn, id=order_id, milestone=milestone, by=by, at=at) == 1
    found = await get(conn, order_id)
    if found is None:
        raise OrderRefused("There is no such order.")
    if not moved and not is_behind(found, milestone):
        raise OrderRefused(
            f"This order is {found.status.replace('_', ' ')}, from where it cannot become "
            f"{milestone.replace('_', ' ')}."
        )
    await NOTE.run(conn, id=order_id, milestone=milestone, by=by, at=at)
    return moved


def is_behind(order: Order, milestone: Milestone) -> bool:
    """Whether the order is at this milestone already, or past it."""
    return order.milestone is not None and MILESTONES.index(milestone) <= MILESTONES.index(order.milestone)


async def set_address(conn: Connection, order_id: UUID, address: str, *, by: str) -> Order:
    """Where it is to be delivered.

    Raises OrderRefused once it travels, and for an address without words or with too many.
    """
    words = " ".join(address.split())
    if len(words) > LONGEST_ADDRESS:
        raise OrderRefused(f"An address has at most {LONGEST_ADDRESS} characters: say it in fewer words.")
    if not words:
        raise OrderRefused("An address needs words: the place, the road, and what is near it.")
    changed = await SET_ADDRESS.run(conn, id=order_id, address=words, by=by, statuses=list(ADDRESSABLE))
    found = await get(conn, order_id)
    if found is None:
        raise OrderRefused("There is no such order.")
    if not changed and found.delivery_address != words:
        raise OrderRefused(
            "The address can be changed until the parcel travels. "
            f"This order is {found.status.replace('_', ' ')}."
        )
    return found


async def rate(conn: Connection, order_id: UUID, rating: int, *, customer_id: UUID) -> Order | None:
    """The customer says how it was, 1 to 5; the last word counts. Below 4 a person takes the conversation.

    None: not theirs, or not delivered.
    """
    if not await RATE.run(conn, id=order_id, rating=rating, customer_id=customer_id):
        return None
    order = await get(conn, order_id)
    if order is not None and rating < SATISFIED:
        await conversations.hand_over(conn, customer_id, f"rates order {order.number} with {rating} of 5")
    return order


async def complain(
    conn: Connection, order_id: UUID, reason: str, *, customer_id: UUID, cause: str | None = None
) -> bool:
    """The customer complains about what was delivered: a person takes the conversation.

    False: it is not theirs, or past its 72 hours.
    """
    number = await DISPUTE.maybe(conn, id=order_id, reason=reason, customer_id=customer_id, cause=cause)
    if number is None:
        return False
    await conversations.hand_over(conn, customer_id, f"complains about order {number}")
    return True


LOCK = sql("select status from orders where id = %(id)s for no key update").into(str)

PAY = sql("""
    with counted as (
      update receipt_counter set last_number = last_number + 1
       where exists (select from orders where id = %(id)s and status = any(%(from_statuses)s::text[]))
      returning last_number
    ), paid as (
      update orders
         set status = 'paid', number = last_number, paid_at = now(), changed_by = %(by)s, cause = %(cause)s,
             reason = null, updated_at = now()
        from counted
       where orders.id = %(id)s and status = any(%(from_statuses)s::text[])
      returning orders.id, number
    ), noted as (
      insert into order_milestones (order_id, milestone, noted_by) select id, 'ordered', %(by)s from paid
    )
    select number from paid
""").into(int)

# `paid` and `sourcing` are the milestone `ordered`; what waits or is in dispute is moved by its own command.
REACH = sql("""
    update orders
       set status = %(milestone)s, changed_by = %(by)s, cause = null, reason = null, updated_at = now(),
           delivered_at = case when %(milestone)s = 'delivered' then least(%(at)s::timestamptz, now())
                               else delivered_at end
     where id = %(id)s and %(milestone)s <> 'ordered' and status <> %(milestone)s
       and order_may_become(status, %(milestone)s)
""")

NOTE = sql("""
    insert into order_milestones (order_id, milestone, noted_by, reached_at)
    values (%(id)s, %(milestone)s, %(by)s, coalesce(least(%(at)s::timestamptz, now()), now()))
    on conflict do nothing
""")

SET_ADDRESS = sql("""
    update orders set delivery_address = %(address)s, changed_by = %(by)s, updated_at = now()
     where id = %(id)s
       and status = any(%(statuses)s::text[])
""")

RATE = sql("""
    update orders set rating = %(rating)s, rated_at = now(), updated_at = now()
     where id = %(id)s and customer_id = %(customer_id)s and status in ('delivered', 'closed', 'disputed')
       and delivered_at is not null
""")

DISPUTE = sql("""
    update orders
       set status = 'disputed', reason = %(reason)s, changed_by = 'customer', cause = %(cause)s,
           updated_at = now()
     where id = %(id)s and customer_id = %(customer_id)s and status = 'delivered'
       and delivered_at > now() - interval '72 hours'
    returning number
""").into(int)
