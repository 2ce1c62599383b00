"""One price: whole shillings, line by line, the same for ever."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luminous import money
from luminous.errors import NoAmount, NoPrice
from luminous.quotes.pricing import Basket, Goods, Line, Terms, basket_of, price

PLANS = {"guest": ("0", "0", "15"), "standard": ("40", "3", "9"), "plus": ("60", "5", "6")}
RATES = {
    "USD": Decimal("3712.500000"),
    "CNY": Decimal("512.345678"),
    "JPY": Decimal("24.81"),
    "KWD": Decimal("12100.5"),
}

percents = st.decimals(0, 100, places=2)
rates = st.fixed_dictionaries(dict.fromkeys(RATES, st.decimals("0.000001", "9999", places=6)))
all_terms = st.builds(
    Terms,
    st.just("any"),
    st.just("Any"),
    percents,
    percents,
    percents,
    st.sampled_from([1, 5, 50, 100, 1000]),
    rates,
)
goods = st.builds(
    Goods, st.just("Shoes"), st.integers(1, 50), st.integers(1, 10**5), st.sampled_from([*RATES, "UGX"])
)
shillings = st.integers(0, 10**8)
baskets = st.builds(
    Basket, st.lists(goods, min_size=1, max_size=8).map(tuple), shillings, shillings, shillings
)


def terms(plan: str = "guest", step: int = 1) -> Terms:
    fee, shipping, _ = PLANS[plan]
    return Terms(plan, plan.title(), Decimal(15), Decimal(fee), Decimal(shipping), step, RATES)


@given(baskets, all_terms)
def test_the_total_is_the_sum_of_its_lines_and_each_is_whole(basket: Basket, on: Terms) -> None:
    priced = price(basket, on)

    assert priced.total == sum(line.amount for line in priced.lines)
    assert all(isinstance(line.amount, int) and line.amount % on.rounding_step == 0 for line in priced.lines)
    assert all((line.amount < 0) == line.kind.endswith("discount") for line in priced.lines if line.amount)


@given(baskets, all_terms)
def test_each_line_is_its_exact_value_rounded_once(basket: Basket, on: Terms) -> None:
    priced = price(basket, on)

    def nearest(exact: Fraction) -> int:
        """Half up, by another arithmetic than the one that is tested."""
        return int(exact / on.rounding_step + Fraction(1, 2)) * on.rounding_step

    expected = [
        nearest(
            Fraction(each.unit_price, 10 ** money.decimals(each.currency))
            * each.quantity
            * Fraction(on.rates.get(each.currency, Decimal(1)))
        )
        for each in basket.goods
    ]
    assert amounts(priced.lines, "goods") == expected
    fee = Fraction(on.base_fee_percent) * (100 - Fraction(on.service_fee_discount_percent)) / 10000
    assert sum(amounts(priced.lines, "service_fee", "service_fee_discount")) == nearest(fee * sum(expected))
    shipped = nearest(Fraction(basket.shipping))
    rest = nearest(shipped * (100 - Fraction(on.shipping_discount_percent)) / 100)
    assert sum(amounts(priced.lines, "shipping", "shipping_discount")) == rest


@given(baskets, all_terms)
def test_what_a_price_was_made_of_gives_the_same_price_again(basket: Basket, on: Terms) -> None:
    priced = price(basket, on)

    assert price(basket_of(priced.lines), on) == priced


@given(baskets, all_terms)
def test_a_plan_never_makes_anything_dearer(basket: Basket, on: Terms) -> None:
    guest = replace(on, service_fee_discount_percent=Decimal(0), shipping_discount_percent=Decimal(0))

    assert price(basket, on).total <= price(basket, guest).total


@pytest.mark.parametrize("plan", PLANS)
def test_guest_pays_15_standard_9_and_plus_6_percent_to_the_shilling(plan: str) -> None:
    for unit_price in (1, 999, 1999, 123457, 9999999):
        priced = price(Basket((Goods("Phone", 3, unit_price, "USD"),), 0, 0, 0), terms(plan))
        goods_total = priced.lines[0].amount

        assert priced.total - goods_total == money.rounded(goods_total * Decimal(PLANS[plan][2]) / 100, 1)


def test_a_price_with_every_line() -> None:
    basket = Basket(
        (Goods("Nike Air", 2, 12999, "USD"), Goods("Kettle", 1, 25000, "UGX")), 180000, 95000, 15000
    )

    assert [(line.kind, line.amount) for line in price(basket, terms("standard")).lines] == [
        ("goods", 965176),  # 259.98 × 3712.5 = 965,175.75
        ("goods", 25000),
        ("service_fee", 148526),
        ("service_fee_discount", -59410),
        ("shipping", 180000),
        ("shipping_discount", -5400),
        ("customs", 95000),
        ("last_mile", 15000),
    ]


@pytest.mark.parametrize(
    ("basket", "says"),
    [
        (Basket((), 1, 1, 1), "at least one product"),
        (Basket((Goods("Tea", 1, 5, "GBP"),), 0, 0, 0), "no exchange rate for GBP"),
        (Basket((Goods("Tea", 0, 5, "USD"),), 0, 0, 0), "quantity"),
        (Basket((Goods("Tea", -1, 5, "USD"),), 0, 0, 0), "quantity"),
        (Basket((Goods("Tea", 1, 0, "USD"),), 0, 0, 0), "price"),
        (Basket((Goods("Tea", 100_000, 10**12, "USD"),), 0, 0, 0), "more than a price can be"),
    ],
)
def test_what_cannot_be_priced_says_why(basket: Basket, says: str) -> None:
    with pytest.raises(NoPrice, match=says):
        price(basket, terms())


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("129.99", "USD", 12999),
        ("1,200,000", "UGX", 1200000),
        ("5", "USD", 500),
        ("12.50", "KWD", 12500),
        ("7.0", "UGX", 7),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, currency: str, amount: int) -> None:
    assert money.read_amount(typed, currency) == amount
    assert money.read_amount(money.number(amount, currency), currency) == amount


@pytest.mark.parametrize("typed", ["", "abc", "-5", "1.2.3", "12,34", "0x10", "1e5", "٣", "12.345"])
def test_what_is_no_amount_says_so(typed: str) -> None:
    with pytest.raises(NoAmount):
        money.read_amount(typed, "USD")


def amounts(lines: tuple[Line, ...], *kinds: str) -> list[int]:
    return [line.amount for line in lines if line.kind in kinds]
