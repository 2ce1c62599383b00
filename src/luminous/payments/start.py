"""Starting to pay: stored first, and at most one attempt under way for one thing."""

from dataclasses import dataclass
from uuid import UUID

from luminous.charges import ProviderName
from luminous.db import Connection, sql
from luminous.errors import PaymentRefused
from luminous.phone import Phone


@dataclass(frozen=True, slots=True)
class Started:
    """A payment that is under way. is_new: False when it was before; then nobody is asked twice."""

    id: UUID
    amount: int
    currency: str
    payer: str
    is_new: bool


async def pay_order(
    conn: Connection,
    order_id: UUID,
    payer: Phone,
    *,
    customer_id: UUID,
    provider: ProviderName = "momo",
    cause: str | None = None,
) -> Started:
    """Ask this number to pay the order. Raises PaymentRefused when it cannot be paid now."""
    status = await LOCK_PAYABLE.maybe(conn, id=order_id, customer_id=customer_id)
    if status is None:
        raise PaymentRefused("That order is not yours, or there is none.")
    if status == "overdue":
        raise PaymentRefused("The time to pay for that order is over.", "overdue")
    if status == "paid":
        raise PaymentRefused("That order is paid already.", "paid")
    if status != "payable":
        raise PaymentRefused("That order does not wait for a payment any more.")
    is_new = await START_ORDER.run(conn, id=order_id, payer=payer, provider=provider, cause=cause) == 1
    open_one = await OPEN_OF_ORDER.one(conn, id=order_id)
    return Started(open_one.id, open_one.amount, open_one.currency, open_one.payer, is_new)


async def pay_subscription(
    conn: Connection,
    subscription_id: UUID,
    payer: Phone,
    *,
    customer_id: UUID,
    provider: ProviderName = "momo",
    cause: str | None = None,
) -> Started:
    """Ask this number to pay the plan that was chosen. Raises PaymentRefused when it waits for no payment."""
    values = {"id": subscription_id, "customer_id": customer_id}
    if await LOCK_CHOSEN.maybe(conn, **values) is None:
        raise PaymentRefused("That plan was not chosen, or it is paid already.")
    is_new = await START_PLAN.run(conn, id=subscription_id, payer=payer, provider=provider, cause=cause) == 1
    open_one = await OPEN_OF_PLAN.one(conn, id=subscription_id)
    return Started(open_one.id, open_one.amount, open_one.currency, open_one.payer, is_new)


async def wake(conn: Connection, reference: UUID) -> bool:
    """Somebody says that this charge moved: look soon, and no more. False: there is nothing to look at.

    At most one look in five seconds, however often it is said.
    """
    return await WAKE.run(conn, id=reference) == 1


@dataclass(frozen=True, slots=True)
class OpenOne:
    """The attempt that is under way."""

    id: UUID
    amount: int
    currency: str
    payer: str


# Locked, so that the clock does not cancel what is being paid.
LOCK_PAYABLE = sql("""
    select case when paid_at is not null then 'paid'
                when status = 'awaiting_payment' and pay_until > now() then 'payable'
                when status in ('awaiting_payment', 'cancelled_unpaid') then 'overdue'
                else status end
      from orders where id = %(id)s and customer_id = %(customer_id)s for no key update
""").into(str)

START_ORDER = sql("""
    insert into payments (customer_id, order_id, provider, amount, currency, payer, payer_text, cause)
    select orders.customer_id, orders.id, %(provider)s, orders.amount, orders.currency, %(payer)s,
           'Quotation Q-' || quotation_number, %(cause)s
      from orders join orders_now on orders_now.id = orders.id
     where orders.id = %(id)s
    on conflict (order_id) where payment_is_open(status) do nothing
""")

OPEN_OF_ORDER = sql("""
    select id, amount, currency, payer from payments
     where order_id = %(id)s and payment_is_open(status)
""").into(OpenOne)

LOCK_CHOSEN = sql("""
    select id from subscriptions
     where id = %(id)s and customer_id = %(customer_id)s and status = 'pending_payment'
       for no key update
""").into(UUID)

START_PLAN = sql("""
    insert into payments (customer_id, subscription_id, provider, amount, currency, payer, payer_text, cause)
    select subscriptions.customer_id, subscriptions.id, %(provider)s, amount_paid_per_cycle,
           subscriptions.currency, %(payer)s, 'Plan ' || plan.name, %(cause)s
      from subscriptions join subscription_plans plan on plan.id = plan_id
     where subscriptions.id = %(id)s
    on conflict (subscription_id) where payment_is_open(status) do nothing
""")

OPEN_OF_PLAN = sql("""
    select id, amount, currency, payer from payments
     where subscription_id = %(id)s
       and payment_is_open(status)
""").into(OpenOne)

WAKE = sql("""
    update payments set next_look_at = greatest(now(), looked_at + interval '5 seconds')
     where id = %(id)s and provider <> 'manual'
       and (payment_is_open(status) or status = 'failed')
""")
