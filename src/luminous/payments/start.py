"""Starting to pay: stored first, and at most one attempt under way for one thing."""

from dataclasses import dataclass
from uuid import UUID

from luminous.charges import ProviderName
from luminous.db import Connection, sql
from luminous.errors import PaymentRefused
from luminous.payments.payable import looked_at, pays_with_momo
from luminous.phone import Phone, network_of

MOST_IN_AN_HOUR = 5  # attempts of one customer that brought nothing: any phone can be named


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
    await LOCK_PAYMENTS.run(conn, id=customer_id)
    status = await LOCK_PAYABLE.maybe(conn, id=order_id, customer_id=customer_id)
    if status is None:
        raise PaymentRefused("That order is not yours, or there is none.")
    if status == "overdue":
        raise PaymentRefused("The time to pay for that order is over.", "overdue")
    if status == "paid":
        raise PaymentRefused("That order is paid already.", "paid")
    if status != "payable":
        raise PaymentRefused("That order does not wait for a payment any more.")
    under_way = await UNDER_WAY.maybe(conn, id=order_id)
    if under_way is not None:
        return under_way
    await _may_be_asked(conn, order_id, payer, customer_id)
    return await START_ORDER.one(conn, id=order_id, payer=payer, provider=provider, cause=cause)


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
    await LOCK_PAYMENTS.run(conn, id=customer_id)
    if await LOCK_CHOSEN.maybe(conn, id=subscription_id, customer_id=customer_id) is None:
        raise PaymentRefused("That plan was not chosen, or it is paid already.")
    under_way = await UNDER_WAY.maybe(conn, id=subscription_id)
    if under_way is not None:
        return under_way
    await _may_be_asked(conn, subscription_id, payer, customer_id)
    return await START_PLAN.one(conn, id=subscription_id, payer=payer, provider=provider, cause=cause)


async def _may_be_asked(conn: Connection, thing_id: UUID, payer: Phone, customer_id: UUID) -> None:
    """Raises PaymentRefused while a person looks at money for it, for a number that cannot pay, and for the
    customer who had many phones asked.
    """
    # In a statement after the one for what is under way: whatever ends between them is seen by one of them.
    if thing_id in await looked_at(conn, customer_id):
        raise PaymentRefused(
            "A person looks at your payment for it and writes to you on WhatsApp. You need not pay again.",
            "review",
        )
    if not pays_with_momo(payer):
        raise PaymentRefused(
            f"{payer} is a number of {network_of(payer)}, and only an MTN number can be asked. "
            "Use an MTN number, or pay another way.",
            "not_mtn",
        )
    minutes = await MINUTES_TO_WAIT.maybe(conn, customer_id=customer_id, most=MOST_IN_AN_HOUR)
    if minutes is not None:
        raise PaymentRefused(
            f"{MOST_IN_AN_HOUR} payments were asked for within an hour and none of them was approved. "
            f"The next one can be asked for in {minutes} minutes.",
            "often",
            minutes=minutes,
        )


async def wake(conn: Connection, reference: UUID) -> bool:
    """Somebody says that this charge moved: look soon, and no more. False: there is nothing to look at.

    At most one look in five seconds, however often it is said.
    """
    return await WAKE.run(conn, id=reference) == 1


# Whoever has phones asked for one customer comes one after the other, so that they are counted. Nobody else
# waits for them: a lock on the customer's row would hold up the intake.
LOCK_PAYMENTS = sql("select pg_advisory_xact_lock(hashtextextended('payments of ' || %(id)s::uuid, 0))")

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
    returning id, amount, currency, payer, true as is_new
""").into(Started)

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
    returning id, amount, currency, payer, true as is_new
""").into(Started)

UNDER_WAY = sql("""
    select id, amount, currency, payer, false as is_new from payments
     where %(id)s in (order_id, subscription_id) and payment_is_open(status)
""").into(Started)

# Until the earliest of so many attempts that brought nothing is an hour ago; no row: nobody has to wait.
MINUTES_TO_WAIT = sql("""
    select ceil(extract(epoch from created_at + interval '1 hour' - now()) / 60)::int
      from payments
     where customer_id = %(customer_id)s and provider <> 'manual' and paid_amount is null
       and created_at > now() - interval '1 hour'
     order by created_at desc offset %(most)s - 1 limit 1
""").into(int)

WAKE = sql("""
    update payments set next_look_at = greatest(now(), looked_at + interval '5 seconds')
     where id = %(id)s and provider <> 'manual'
       and (payment_is_open(status) or status = 'failed')
""")
