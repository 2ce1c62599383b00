"""The plans that the shop sells, as the migrations bring them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest

from luminous.db import Connection, sql

from .people import PHONE, add


@dataclass(frozen=True, slots=True)
class Plan:
    code: str
    name: str
    price: int
    currency: str
    duration_days: int
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    open_quote_limit: int
    is_active: bool


async def test_three_plans_are_there_from_the_beginning(conn: Connection) -> None:
    assert await PLANS.all(conn) == [
        Plan("guest", "Guest User", 0, "UGX", 30, Decimal(0), Decimal(0), 1, is_active=True),
        Plan("standard", "Standard", 29_900, "UGX", 30, Decimal(40), Decimal(3), 5, is_active=True),
        Plan("plus", "Plus", 51_900, "UGX", 30, Decimal(60), Decimal(5), 15, is_active=True),
    ]


REFUSED: dict[LiteralString, str] = {
    "update subscription_plans set price = -1": "subscription_plans_price_is_not_negative",
    "update subscription_plans set currency = 'shillings'": "subscription_plans_currency_is_iso_4217",
    "update subscription_plans set duration_days = 0": "subscription_plans_last_at_least_a_day",
    "update subscription_plans set service_fee_discount_percent = 101": (
        "subscription_plans_service_fee_discount_is_a_percentage"
    ),
    "update subscription_plans set shipping_discount_percent = -1": (
        "subscription_plans_shipping_discount_is_a_percentage"
    ),
    "update subscription_plans set open_quote_limit = -1": "subscription_plans_allow_open_quotes",
    "update subscription_plans set code = 'plus' where code = 'standard'": "subscription_plans_one_per_code",
    "delete from subscription_plans where code = 'guest'": "subscriptions_hold_one_plan",
}


@pytest.mark.parametrize(("statement", "constraint"), REFUSED.items(), ids=REFUSED.values())
async def test_what_is_refused_is_refused_by_name(
    conn: Connection, statement: LiteralString, constraint: str
) -> None:
    await add(conn, PHONE)

    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        await conn.execute(statement)

    assert refused.value.diag.constraint_name == constraint


async def test_a_plan_that_is_renamed_takes_its_subscriptions_along(conn: Connection) -> None:
    await add(conn, PHONE)

    await conn.execute("update subscription_plans set code = 'visitor' where code = 'guest'")

    assert await CODES_HELD.all(conn) == ["visitor"]


PLANS = sql("""
    select code, name, price, currency, duration_days, service_fee_discount_percent,
           shipping_discount_percent, open_quote_limit, is_active
      from subscription_plans order by price
""").into(Plan)
CODES_HELD = sql("select plan_code from subscriptions").into(str)
