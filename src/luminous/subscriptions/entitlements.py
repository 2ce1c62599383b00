"""What a customer may use now, by the database's clock."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Entitlements:
    """The terms of the customer's plan. Where no subscription is live these are the Guest terms."""

    plan_code: str
    plan_name: str
    price: int  # for one period, in the currency's smallest unit
    currency: str
    service_fee_percent: Decimal  # what is left of the shop's base fee
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    open_quote_limit: int
    is_ending: bool  # cancelled, and live until `valid_until`
    is_trial: bool
    valid_until: datetime | None  # None: until something else is chosen
    open_quotes: int = 0  # of the limit


async def entitlements(conn: Connection, customer_id: UUID) -> Entitlements:
    """Return what the customer may use. Raises LookupError for an unknown customer."""
    return await ENTITLEMENTS.one(conn, customer_id=customer_id)


ENTITLEMENTS = sql("""
    select plan_code, plan_name, price, currency, service_fee_percent, service_fee_discount_percent,
           shipping_discount_percent, open_quote_limit, open_quotes, is_ending, is_trial, valid_until
      from customer_entitlements
     where customer_id = %(customer_id)s
""").into(Entitlements)
