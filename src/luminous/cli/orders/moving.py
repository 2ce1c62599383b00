"""`milestone`, `trouble`, `close`, `address`, `cancel` and `refund`: what staff do with an order."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from luminous import money, notices, orders, payments
from luminous.cli.customers.paper import command, say
from luminous.cli.orders.named import Named, name, the_one
from luminous.cli.output import settings_with_database
from luminous.cli.payments.looking import came_by, stands
from luminous.cli.quotes.named import By, in_transaction
from luminous.db import Connection
from luminous.errors import OrderRefused
from luminous.orders import Milestone, Order, Trouble
from luminous.payments import Payment
from luminous.shop import shop_of

Reason = Annotated[str, typer.Argument(help="Why, as the customer reads it.")]


def milestone(
    order: Named,
    reached: Annotated[Milestone, typer.Argument(help="What the parcel has reached.")],
    by: By,
    at: Annotated[datetime | None, typer.Option(help="When, if not now; on the shop's clock.")] = None,
) -> None:
    """Note how far the parcel is. The customer is told once; steps may be left out."""
    settings = settings_with_database()
    shop = shop_of(settings)
    when = None if at is None else at.replace(tzinfo=settings.timezone)

    async def work(conn: Connection) -> tuple[Order, bool]:
        found = await the_one(conn, order)
        return await notices.reach_milestone(conn, shop, found.id, reached, by=by, at=when)

    found, is_told = asyncio.run(in_transaction(settings, work))
    said = "the customer is told." if is_told else "it was known, or is behind: nobody is told."
    say(f"{name(found)} is {reached.replace('_', ' ')}: {said}")


def trouble(
    order: Named, what: Trouble, reason: Annotated[str, typer.Argument(help="For staff.")], by: By
) -> None:
    """Note that something stands in its way, or (`sourcing`) no longer does. The customer is not told."""

    async def work(conn: Connection) -> Order:
        found = await the_one(conn, order)
        return await orders.mark(conn, found.id, what, by=by, reason=reason)

    found = asyncio.run(in_transaction(settings_with_database(), work))
    say(f"{name(found)} is {found.status.replace('_', ' ')}.")


def close(
    order: Named, reason: Annotated[str, typer.Argument(help="How it was settled, for staff.")], by: By
) -> None:
    """Close an order whose complaint is settled, or that a partial refund has settled."""

    async def work(conn: Connection) -> Order:
        found = await the_one(conn, order)
        return await orders.close(conn, found.id, by=by, reason=reason)

    found = asyncio.run(in_transaction(settings_with_database(), work))
    say(f"{name(found)} is closed.")


def address(
    order: Named, place: Annotated[str, typer.Argument(help="Where it is to be delivered.")], by: By
) -> None:
    """Keep the delivery address. It can be changed until the parcel travels."""

    async def work(conn: Connection) -> Order:
        found = await the_one(conn, order)
        return await orders.set_address(conn, found.id, place, by=by)

    found = asyncio.run(in_transaction(settings_with_database(), work))
    say(f"{name(found)} goes to: {found.delivery_address}")


def cancel(order: Named, reason: Reason, by: By) -> None:
    """End an order and tell the customer. What was paid is then due back."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> Order:
        found = await the_one(conn, order)
        return await notices.cancel_order(conn, shop, found.id, by=by, reason=reason)

    found = asyncio.run(in_transaction(settings, work))
    say(f"{name(found)} is {found.status.replace('_', ' ')}.")
    if found.status == "refund_due":
        price = money.show(found.amount, found.currency)
        say(f"Send {price} back, then record it:")
        command(f"luminous orders refund {found.number} {found.amount} --reference <of the transfer>")


def refund(
    order: Named,
    amount: Annotated[str, typer.Argument(help="How much went back, as 45,000.")],
    reference: Annotated[str, typer.Option(help="Of the transfer that sent it back.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why, for staff.")] = "refund",
) -> None:
    """Record money that went back for an order with one payment, and tell the customer."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> tuple[Payment, Order]:
        found = await the_one(conn, order)
        paid = await _the_payment(conn, found)
        value = money.read_amount(amount, found.currency)
        after = await notices.record_refund(
            conn, shop, paid.id, amount=value, reference=reference, reason=reason, by=by
        )
        return after, await the_one(conn, order)

    payment, found = asyncio.run(in_transaction(settings, work))
    back = money.show(payment.refunded_amount, payment.currency)
    came = money.show(payment.paid_amount or 0, payment.currency)
    say(f"{back} of {came} went back; the customer is told.")
    say(f"{name(found)} is {found.status.replace('_', ' ')}.")


async def _the_payment(conn: Connection, order: Order) -> Payment:
    """The one that can be paid back. With several it matters which: each pays back, one ends the order."""
    paid = [each for each in await payments.of_order(conn, order.id) if each.can_be_refunded]
    if not paid:
        raise OrderRefused(f"{name(order)} has no payment that could be paid back.")
    if len(paid) > 1:
        each_one = ", ".join(f"{each.name} ({came_by(each)}, {stands(each)})" for each in reversed(paid))
        raise OrderRefused(
            f"{name(order)} has several payments that could be paid back: {each_one}. "
            "Name the one whose money went back: `luminous payments refund <id>`."
        )
    return paid[0]
