"""What a customer asked for, bought and paid, as far as their record shows it."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from luminous import money, orders, payments, quotes
from luminous.cli.customers.paper import NOTHING, excerpt, heading, lines, moment
from luminous.db import Connection
from luminous.orders import Order
from luminous.payments import Payment
from luminous.quotes import Standing

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Business:
    """The last ten of each, the latest first; of quotations the open ones before them."""

    quotations: list[Standing]
    orders: list[Order]
    payments: list[Payment]


async def business_of(conn: Connection, customer_id: UUID) -> Business:
    """What there is between the customer and the shop."""
    return Business(
        await quotes.of_customer(conn, customer_id, most=SHOWN),
        await orders.page_of_customer(conn, customer_id, most=SHOWN),
        await payments.page_of_customer(conn, customer_id, most=SHOWN),
    )


def print_business(business: Business, zone: ZoneInfo) -> None:
    """Each by what its own commands call it."""
    if business.quotations:
        heading("Quotations")
        lines(
            [
                (each.name, words(each.status), total(each), excerpt(each.title))
                for each in business.quotations
            ]
        )
    if business.orders:
        heading("Orders")
        lines(
            [(each.name, words(each.status), amount(each), excerpt(each.title)) for each in business.orders]
        )
    if business.payments:
        heading("Payments")
        lines(
            [
                (
                    each.name,
                    words(each.status),
                    amount(each),
                    f"{each.pays_for}, {moment(each.created_at, zone)}",
                )
                for each in business.payments
            ]
        )


def words(status: str) -> str:
    """A status as it is read."""
    return status.replace("_", " ")


def amount(thing: Order | Payment) -> str:
    """What it costs."""
    return money.show(thing.amount, thing.currency)


def total(quotation: Standing) -> str:
    """What was offered, if anything was."""
    if quotation.total is None or quotation.currency is None:
        return NOTHING
    return money.show(quotation.total, quotation.currency)
