"""The plans that the shop has on show, for everybody."""

from dataclasses import dataclass
from decimal import Decimal

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class PlanOnShow:
    """A plan and its terms."""

    code: str
    name: str
    price: int  # for one period, in the currency's smallest unit
    currency: str
    duration_days: int
    service_fee_percent: Decimal  # what is left of the shop's base fee
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    open_quote_limit: int


async def plans_on_show(conn: Connection) -> list[PlanOnShow]:
    """The plans on sale, the cheapest first."""
    return await ON_SHOW.all(conn)


ON_SHOW = sql("""
    select code, name, price, currency, duration_days,
           base_fee_percent * (100 - service_fee_discount_percent) / 100 as service_fee_percent,
           service_fee_discount_percent, shipping_discount_percent, open_quote_limit
      from subscription_plans cross join shop_settings
     where is_active
     order by price, code
""").into(PlanOnShow)
