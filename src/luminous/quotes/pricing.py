"""One landed price in shillings, line by line. Pure: the same basket on the same terms is the same price.

goods (foreign price at the rate) + service fee − discount + shipping − discount + customs + last mile

Each line is whole shillings, rounded by one rule; the total is the sum of the lines and of nothing else. A
discount is the difference to the rounded fee that remains, so that 15 % less 40 % is 9 % to the shilling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

from luminous import money
from luminous.errors import NoPrice

Kind = Literal[
    "goods", "service_fee", "service_fee_discount", "shipping", "shipping_discount", "customs", "last_mile"
]
MOST = 10**12  # shillings in a line; PostgreSQL holds the same limit


@dataclass(frozen=True, slots=True)
class Goods:
    """What is bought abroad."""

    description: str
    quantity: int
    unit_price: int  # of one piece, in the smallest unit of `currency`
    currency: str


@dataclass(frozen=True, slots=True)
class Basket:
    """What staff put together: the goods, and in shillings what it costs to bring them."""

    goods: tuple[Goods, ...]
    shipping: int
    customs: int
    last_mile: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a price is made with. Frozen with the version that is sent."""

    plan_code: str
    plan_name: str
    base_fee_percent: Decimal
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    rounding_step: int  # each line is a multiple of so many shillings
    rates: Mapping[str, Decimal]  # shillings for one unit of each currency
    currency: str = "UGX"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a price. Only goods have a description and a foreign price; the others go by their kind."""

    kind: Kind
    amount: int  # shillings; a discount is negative
    description: str = ""
    quantity: int | None = None
    unit_price: int | None = None
    currency: str | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """The lines in the order in which they are shown, and their sum."""

    lines: tuple[Line, ...]
    total: int


def price(basket: Basket, terms: Terms) -> Price:
    """Price a basket. Raises NoPrice: a rate is missing, there are no goods, or a number makes no sense."""
    if not basket.goods:
        raise NoPrice('A price needs at least one product: --item "2 x 129.99 USD Nike Air Max 90".')
    goods = [_goods(each, terms) for each in basket.goods]
    goods_total = sum(line.amount for line in goods)
    fee, fee_discount = _discounted(
        _rounded(money.percent_of(terms.base_fee_percent, goods_total), terms),
        money.percent_of(_left(terms.base_fee_percent, terms.service_fee_discount_percent), goods_total),
        terms,
    )
    shipping = _rounded(Decimal(basket.shipping), terms)
    shipping, shipping_discount = _discounted(
        shipping, money.percent_of(Decimal(100) - terms.shipping_discount_percent, shipping), terms
    )
    others = [
        Line("service_fee", fee),
        Line("service_fee_discount", -fee_discount),
        Line("shipping", shipping),
        Line("shipping_discount", -shipping_discount),
        Line("customs", _rounded(Decimal(basket.customs), terms)),
        Line("last_mile", _rounded(Decimal(basket.last_mile), terms)),
    ]
    lines = (*goods, *(line for line in others if line.amount))
    total = sum(line.amount for line in lines)
    if total > MOST:
        raise NoPrice(f"{money.show(total, terms.currency)} is more than a price can be. Is a number wrong?")
    return Price(lines, total)


def basket_of(lines: tuple[Line, ...]) -> Basket:
    """What a price was made of: priced again on the same terms, it is the same price."""
    goods = tuple(
        Goods(line.description, line.quantity, line.unit_price, line.currency)
        for line in lines
        if line.quantity is not None and line.unit_price is not None and line.currency is not None
    )
    amounts = {line.kind: line.amount for line in lines}
    return Basket(goods, amounts.get("shipping", 0), amounts.get("customs", 0), amounts.get("last_mile", 0))


def _goods(goods: Goods, terms: Terms) -> Line:
    if not (1 <= goods.quantity <= 100_000 and 1 <= goods.unit_price <= 10**15):
        raise NoPrice(
            f"{goods.description}: the quantity or the price is not between 1 and what makes sense."
        )
    rate = Decimal(1) if goods.currency == terms.currency else terms.rates.get(goods.currency)
    if rate is None:
        raise NoPrice(
            f"There is no exchange rate for {goods.currency}. "
            f"Set one with `luminous quote rates {goods.currency} RATE`."
        )
    with localcontext(money.EXACT):
        exact = money.in_units(goods.unit_price, goods.currency) * goods.quantity * rate
    amount = _rounded(exact, terms)
    return Line("goods", amount, goods.description, goods.quantity, goods.unit_price, goods.currency, rate)


def _left(percent: Decimal, discount: Decimal) -> Decimal:
    """What is left of a percentage: 15 less 40 % is 9."""
    return percent * (100 - discount) / 100


def _discounted(full: int, exact_rest: Decimal, terms: Terms) -> tuple[int, int]:
    """The full amount, and the discount that leaves the rounded rest of it."""
    return full, full - min(full, _rounded(exact_rest, terms))


def _rounded(amount: Decimal, terms: Terms) -> int:
    return money.rounded(amount, terms.rounding_step)
