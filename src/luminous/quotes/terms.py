"""What prices are made with, set by staff and the owner: rates, the base fee, rounding, days off."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from luminous import subscriptions
from luminous.db import Connection, sql
from luminous.quotes.pricing import Terms


@dataclass(frozen=True, slots=True)
class Rate:
    """How many shillings one unit of a currency costs now."""

    currency: str
    rate: Decimal
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class ShopTerms:
    """What holds for every price, whatever the plan."""

    base_fee_percent: Decimal
    rounding_step: int


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the shop does not work."""

    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A working day of the week."""

    weekday: int  # ISO: Monday is 1
    opens_at: time
    closes_at: time


async def terms_for(conn: Connection, customer_id: UUID) -> Terms:
    """What a price for this customer is made with now."""
    shop = await shop_terms(conn)
    plan = await subscriptions.entitlements(conn, customer_id)
    return Terms(
        plan_code=plan.plan_code,
        plan_name=plan.plan_name,
        base_fee_percent=shop.base_fee_percent,
        service_fee_discount_percent=plan.service_fee_discount_percent,
        shipping_discount_percent=plan.shipping_discount_percent,
        rounding_step=shop.rounding_step,
        rates={each.currency: each.rate for each in await rates(conn)},
    )


async def shop_terms(conn: Connection) -> ShopTerms:
    """The base fee and the rounding."""
    return await SHOP_TERMS.one(conn)


async def set_shop_terms(
    conn: Connection, *, base_fee_percent: Decimal | None = None, rounding_step: int | None = None
) -> ShopTerms:
    """Change what is given; what was sent keeps what it was priced with."""
    return await SET_SHOP_TERMS.one(conn, fee=base_fee_percent, step=rounding_step)


async def rates(conn: Connection) -> list[Rate]:
    """The latest rate of each currency."""
    return await RATES.all(conn)


async def set_rate(conn: Connection, currency: str, rate: Decimal, by: str) -> None:
    """From now on prices are made with this rate."""
    await SET_RATE.run(conn, currency=currency, rate=rate, by=by)


async def closed_days(conn: Connection) -> list[ClosedDay]:
    """The days off from today on, at most a year's."""
    return await CLOSED_DAYS.all(conn)


async def close_on(conn: Connection, day: date, why: str) -> None:
    """The shop does not work on that day."""
    await CLOSE_ON.run(conn, day=day, why=why)


async def open_on(conn: Connection, day: date) -> bool:
    """The shop works on that day after all. Returns False when it was no day off."""
    return await OPEN_ON.run(conn, day=day) == 1


async def opening_hours(conn: Connection) -> list[Opening]:
    """When the shop works."""
    return await OPENING_HOURS.all(conn)


SHOP_TERMS = sql("select base_fee_percent, rounding_step from shop_settings").into(ShopTerms)

SET_SHOP_TERMS = sql("""
    update shop_settings
       set base_fee_percent = coalesce(%(fee)s::numeric, base_fee_percent),
           rounding_step = coalesce(%(step)s::bigint, rounding_step)
    returning base_fee_percent, rounding_step
""").into(ShopTerms)

RATES = sql("""
    select distinct on (currency) currency, rate, set_by, set_at
      from exchange_rates order by currency, id desc
""").into(Rate)

SET_RATE = sql("""
    insert into exchange_rates (currency, rate, set_by) values (%(currency)s, %(rate)s, %(by)s)
""")

CLOSED_DAYS = sql("""
    select day, why from closed_days
     where day >= current_date and day < current_date + 366
     order by day
""").into(ClosedDay)

CLOSE_ON = sql("""
    insert into closed_days (day, why) values (%(day)s, %(why)s)
    on conflict (day) do update set why = excluded.why
""")

OPEN_ON = sql("delete from closed_days where day = %(day)s")

OPENING_HOURS = sql("select weekday, opens_at, closes_at from opening_hours order by weekday").into(Opening)
