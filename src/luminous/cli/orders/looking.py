"""`list`, `show` and `receipt`: which orders there are, and everything about one."""

import asyncio
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from luminous import money, orders, payments
from luminous.cli.customers.paper import excerpt, facts, heading, lines, moment, print_as_json, say
from luminous.cli.orders.named import Named, name, the_one
from luminous.cli.output import AsJson, console, database_of, in_database, print_table, settings_with_database
from luminous.cli.payments.looking import came_by, stands
from luminous.db import Connection
from luminous.orders import Event, Order, Reached
from luminous.payments import Payment

Everything = tuple[Order, list[Reached], list[Event], list[Payment]]
ALL = [
    *("awaiting_payment", "cancelled_unpaid", "paid", "sourcing", "variation_pending", "purchased", "at_hub"),
    *("in_transit", "customs", "detained", "out_for_delivery", "delivery_failed", "delivered", "closed"),
    *("disputed", "refund_due", "partially_refunded", "refunded", "cancelled"),
]


def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the orders that are under way, the oldest first."""
    settings = settings_with_database()
    statuses = ALL if everything else None
    found = asyncio.run(in_database(settings, lambda conn: orders.in_status(conn, statuses)))
    if as_json:
        print_as_json(found)
    elif not found:
        say("No order is under way. One begins when a customer accepts a quotation.")
    else:
        rows = [
            (
                each.name,
                excerpt(each.customer_name, 24),
                excerpt(each.title, 36),
                each.status.replace("_", " "),
                money.show(each.amount, each.currency),
            )
            for each in found
        ]
        print_table("Orders", ("", "customer", "what", "stands", "amount"), rows)


def show(order: Named, as_json: AsJson = False) -> None:
    """Show where an order is, its payments, and what became of it."""
    settings = settings_with_database()

    async def work(conn: Connection) -> Everything:
        found = await the_one(conn, order)
        return (
            found,
            await orders.way_of(conn, found.id),
            await orders.events_of(conn, found.id),
            await payments.of_order(conn, found.id),
        )

    found = asyncio.run(in_database(settings, work))
    if as_json:
        print_as_json(dict(zip(("order", "milestones", "events", "payments"), found, strict=True)))
    else:
        print_everything(found, settings.timezone)


def receipt(
    order: Named, file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)]
) -> None:
    """Write the receipt of a paid order, as the customer has it."""
    settings = settings_with_database()

    async def work() -> bytes:
        async with database_of(settings) as database:
            async with database.transaction() as conn:
                found = await the_one(conn, order)
            return await orders.receipt_pdf(database.transaction, str(found.id))

    file.write_bytes(asyncio.run(work()))
    say(f"Wrote {file}.")


def print_everything(found: Everything, zone: ZoneInfo) -> None:
    """Where it is first, what became of it last."""
    order, way, events, paid = found
    console.print(Text.assemble((f"{name(order)}  ", "bold"), (excerpt(order.title, 60), "")), soft_wrap=True)
    rows = [
        ("stands", order.status.replace("_", " ")),
        ("amount", money.show(order.amount, order.currency)),
        ("customer", f"{excerpt(order.customer_name, 40)}  {order.customer_id}"),
        ("deliver to", order.delivery_address or "no address yet"),
    ]
    if order.reason:
        rows.append(("because", order.reason))
    if order.rating:
        rows.append(("rated", f"{order.rating} of 5"))
    facts(rows)
    if way:
        heading("Way")
        lines([(moment(e.reached_at, zone), e.milestone.replace("_", " "), e.noted_by) for e in way])
    if paid:
        heading("Payments")
        lines([(e.name, f"{came_by(e)}: {stands(e)}") for e in paid])
    heading("History")
    lines([(moment(e.at, zone), e.changed_by, e.became.replace("_", " ")) for e in events])
