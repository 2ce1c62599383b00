"""Buying a plan: chosen, paid, live. Whatever the customer had before ends in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.errors import PlanNotOnSale


@dataclass(frozen=True, slots=True)
class Chosen:
    """A plan that was chosen and waits for its payment."""

    id: UUID  # of the subscription: what the payment points at
    plan_code: str
    plan_name: str
    amount: int  # to pay, in the currency's smallest unit
    currency: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan that a customer holds or held."""

    id: UUID
    customer_id: UUID
    plan_code: str
    plan_name: str
    status: str
    end_date: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan that a customer can buy now."""

    code: str
    name: str
    price: int
    currency: str
    duration_days: int
    service_fee_percent: Decimal  # what is left of the shop's base fee
    shipping_discount_percent: Decimal
    open_quote_limit: int
    is_renewal: bool  # the customer holds it: its days are added


async def offers(conn: Connection, customer_id: UUID) -> list[Offer]:
    """The plans that the customer can buy now, the cheapest first: theirs again, and dearer ones."""
    return await OFFERS.all(conn, customer_id=customer_id)


async def choose(conn: Connection, customer_id: UUID, plan_code: str, *, by: str = "customer") -> Chosen:
    """The customer wants this plan: return what is to pay. The same choice twice is the same one.

    Another choice that was not paid is given up. Raises PlanNotOnSale for a plan that `offers` does not name.
    """
    if plan_code not in {offer.code for offer in await offers(conn, customer_id)}:
        raise PlanNotOnSale(f"{plan_code} is not a plan that this customer can buy now.")
    await GIVE_UP_OTHERS.run(conn, customer_id=customer_id, plan_code=plan_code, by=by)
    await CHOOSE.run(conn, customer_id=customer_id, plan_code=plan_code, by=by)
    return await CHOSEN.one(conn, customer_id=customer_id)


async def chosen(conn: Connection, customer_id: UUID) -> Chosen | None:
    """What the customer chose and has not paid; None when there is nothing."""
    return await CHOSEN.maybe(conn, customer_id=customer_id)


async def chosen_last(conn: Connection, customer_id: UUID) -> Chosen | None:
    """The same, or else what they chose last and was given up since: money that comes late counts.

    Not what they chose before the plan that they bought last began: that took its place.
    """
    return await CHOSEN_LAST.maybe(conn, customer_id=customer_id)


async def activate(
    conn: Connection, subscription_id: UUID, *, payment_id: UUID, by: str
) -> Subscription | None:
    """It was paid: make it the customer's live plan, and end in the same transaction what was live before.

    The days that are left of the same plan are added. Money that comes late counts too. The same payment
    again returns the same subscription. None: it cannot be applied (paid already by another payment, or the
    customer holds a dearer plan), and somebody has to look at the money.
    """
    customer_id = await LOCK_ALL.maybe(conn, id=subscription_id)
    if customer_id is None:
        return None
    known = await bought_with(conn, payment_id)
    if known is not None:
        return known
    held = await END_LIVE.maybe(conn, id=subscription_id, customer_id=customer_id, by=by)
    return await ACTIVATE.maybe(
        conn, id=subscription_id, customer_id=customer_id, payment_id=payment_id, held_until=held, by=by
    )


async def bought_with(conn: Connection, payment_id: UUID) -> Subscription | None:
    """The subscription that this payment paid for; None when it paid for none."""
    return await BOUGHT_WITH.maybe(conn, payment_id=payment_id)


async def give_up(conn: Connection, subscription_id: UUID, *, by: str = "customer") -> bool:
    """Nobody pays for it any more. Returns False when it did not wait for a payment."""
    return await GIVE_UP.run(conn, id=subscription_id, by=by) == 1


async def give_up_unpaid(conn: Connection) -> int:
    """Give up what was chosen a day ago and is not being paid. Money that comes all the same counts."""
    overdue = await LOCK_OVERDUE.all(conn)
    return await GIVE_UP_UNPAID.run(conn, ids=overdue) if overdue else 0


OFFERS = sql("""
    select plan.code, plan.name, plan.price, plan.currency, plan.duration_days,
           base_fee_percent * (100 - plan.service_fee_discount_percent) / 100 as service_fee_percent,
           plan.shipping_discount_percent, plan.open_quote_limit, plan.code = held.plan_code as is_renewal
      from customer_entitlements held
     cross join subscription_plans plan
     cross join shop_settings
     where held.customer_id = %(customer_id)s and plan.is_active and plan.price > 0
       and (plan.price > held.price or plan.code = held.plan_code)
     order by plan.price, plan.code
""").into(Offer)

GIVE_UP_OTHERS = sql("""
    update subscriptions set status = 'abandoned', changed_by = %(by)s, updated_at = now()
      from subscription_plans plan
     where plan.code = %(plan_code)s and customer_id = %(customer_id)s and status = 'pending_payment'
       and (plan_id, amount_paid_per_cycle, subscriptions.currency) <> (plan.id, plan.price, plan.currency)
""")

CHOOSE = sql("""
    insert into subscriptions
      (customer_id, plan_id, plan_code, status, amount_paid_per_cycle, currency, changed_by)
    select %(customer_id)s, id, code, 'pending_payment', price, currency, %(by)s
      from subscription_plans where code = %(plan_code)s
    on conflict (customer_id) where status = 'pending_payment' do update set updated_at = now()
""")

CHOSEN = sql("""
    select subscriptions.id, plan_code, plan.name as plan_name, amount_paid_per_cycle as amount,
           subscriptions.currency
      from subscriptions join subscription_plans plan on plan.id = plan_id
     where customer_id = %(customer_id)s and status = 'pending_payment'
""").into(Chosen)

CHOSEN_LAST = sql("""
    select subscriptions.id, plan_code, plan.name as plan_name, amount_paid_per_cycle as amount,
           subscriptions.currency
      from subscriptions join subscription_plans plan on plan.id = plan_id
     where customer_id = %(customer_id)s and status in ('pending_payment', 'abandoned')
       and (status = 'pending_payment'
            or not exists (select from subscriptions bought
                            where bought.customer_id = %(customer_id)s and bought.payment_id is not null
                              and bought.start_date >= subscriptions.created_at))
     order by status = 'pending_payment' desc, subscriptions.updated_at desc limit 1
""").into(Chosen)

GIVE_UP = sql("""
    update subscriptions set status = 'abandoned', changed_by = %(by)s, updated_at = now()
     where id = %(id)s and status = 'pending_payment'
""")

# Locked first, looked at again in a statement of its own: a payment that was begun meanwhile is seen.
LOCK_OVERDUE = sql("""
    select id from subscriptions where status = 'pending_payment' and updated_at <= now() - interval '1 day'
     order by updated_at limit 200 for no key update skip locked
""").into(UUID)

GIVE_UP_UNPAID = sql("""
    update subscriptions set status = 'abandoned', changed_by = 'clock', updated_at = now()
     where id = any(%(ids)s) and status = 'pending_payment'
       and not exists (select from payments
                        where subscription_id = subscriptions.id
                          and (payment_is_open(status) or status = 'needs_review'))
""")

# Whoever changes what a customer holds comes one after the other.
LOCK_ALL = sql("""
    select customer_id from subscriptions
     where customer_id = (select customer_id from subscriptions where id = %(id)s)
     order by id for no key update
""").into(UUID)

BOUGHT_WITH = sql("""
    select subscriptions.id, customer_id, plan_code, plan.name as plan_name, status, end_date
      from subscriptions join subscription_plans plan on plan.id = plan_id
     where payment_id = %(payment_id)s
""").into(Subscription)

# Returns until when the same plan was held, null for another one.
END_LIVE = sql("""
    update subscriptions held
       set status = case when held.end_date <= now() then 'expired' else 'superseded' end,
           changed_by = %(by)s, updated_at = now()
      from subscriptions bought, subscription_plans plan, subscription_plans held_plan
     where bought.id = %(id)s and bought.status in ('pending_payment', 'abandoned')
       and plan.id = bought.plan_id and held_plan.id = held.plan_id
       and held.customer_id = %(customer_id)s and held.status in ('active', 'cancel_scheduled')
       and (held_plan.price <= plan.price or held.end_date <= now())
    returning case when held.plan_id = bought.plan_id then held.end_date end
""").into(datetime)

ACTIVATE = sql("""
    update subscriptions
       set status = 'active', payment_id = %(payment_id)s, start_date = now(), changed_by = %(by)s,
           updated_at = now(),
           end_date = greatest(now(), %(held_until)s) + make_interval(days => plan.duration_days)
      from subscription_plans plan
     where subscriptions.id = %(id)s and status in ('pending_payment', 'abandoned') and plan.id = plan_id
       and not exists (select from subscriptions live
                        where live.customer_id = %(customer_id)s
                          and live.status in ('active', 'cancel_scheduled'))
    returning subscriptions.id, customer_id, plan_code, plan.name as plan_name, status, end_date
""").into(Subscription)
