"""The plans that can be bought."""

from dataclasses import dataclass
from decimal import Decimal

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan on sale."""

    code: str
    name: str
    price: int  # for one period, in the currency's smallest unit
    currency: str
    duration_days: int
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    open_quote_limit: int


async def plans_on_sale(conn: Connection) -> list[Plan]:
    """Every plan on sale, cheapest first."""
    return await ON_SALE.all(conn)


ON_SALE = sql("""
    select code, name, price, currency, duration_days, service_fee_discount_percent,
           shipping_discount_percent, open_quote_limit
      from subscription_plans where is_active
     order by price, code
""").into(Plan)
