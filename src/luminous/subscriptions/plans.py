"""The plans as the owner edits them. What was bought or priced keeps its terms."""

from dataclasses import dataclass
from decimal import Decimal

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Plan:
    """What a subscription buys."""

    code: str
    name: str
    price: int
    currency: str
    duration_days: int
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    open_quote_limit: int
    is_active: bool  # on sale
    holders: int  # who have it now, by the clock


@dataclass(frozen=True, slots=True)
class Changes:
    """What the owner changes about a plan; None leaves it as it is."""

    name: str | None = None
    price: int | None = None
    duration_days: int | None = None
    service_fee_discount_percent: Decimal | None = None
    shipping_discount_percent: Decimal | None = None
    open_quote_limit: int | None = None
    is_active: bool | None = None


async def plans(conn: Connection) -> list[Plan]:
    """Every plan, the cheapest first."""
    return await PLANS.all(conn)


async def change_plan(conn: Connection, code: str, changes: Changes) -> bool:
    """Change a plan for whoever is priced or buys from now on. Returns False when there is no such plan.

    Who holds it has its new discounts and limit at once; what they paid for, and until when, stays.
    """
    return (
        await CHANGE.run(
            conn,
            code=code,
            name=changes.name,
            price=changes.price,
            days=changes.duration_days,
            fee=changes.service_fee_discount_percent,
            shipping=changes.shipping_discount_percent,
            limit=changes.open_quote_limit,
            is_active=changes.is_active,
        )
        == 1
    )


PLANS = sql("""
    select code, name, price, currency, duration_days, service_fee_discount_percent,
           shipping_discount_percent, open_quote_limit, is_active,
           (select count(*) from subscriptions
             where plan_id = plan.id and status in ('active', 'cancel_scheduled')
               and (end_date is null or end_date > now())) as holders
      from subscription_plans plan
     order by price, code
""").into(Plan)

CHANGE = sql("""
    update subscription_plans
       set name = coalesce(%(name)s::text, name),
           price = coalesce(%(price)s::bigint, price),
           duration_days = coalesce(%(days)s::int, duration_days),
           service_fee_discount_percent = coalesce(%(fee)s::numeric, service_fee_discount_percent),
           shipping_discount_percent = coalesce(%(shipping)s::numeric, shipping_discount_percent),
           open_quote_limit = coalesce(%(limit)s::int, open_quote_limit),
           is_active = coalesce(%(is_active)s::boolean, is_active),
           updated_at = now()
     where code = %(code)s
""")
