"""`list` and `show`: which payments there are, and everything about one."""

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from luminous import money, payments
from luminous.cli.customers.paper import command, excerpt, facts, heading, lines, moment, print_as_json, say
from luminous.cli.output import AsJson, console, in_database, print_table, settings_with_database
from luminous.db import Connection
from luminous.errors import PaymentRefused
from luminous.orders import Event
from luminous.payments import Payment

Named = Annotated[str, typer.Argument(metavar="PAYMENT", help="Its id from `list`, or how that begins.")]

SHORTEST = 6  # of an id's beginning


def list_(
    for_staff: Annotated[
        bool, typer.Option("--review", help="Only what waits for a decision, longest first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List payments, the latest first."""
    settings = settings_with_database()
    work = payments.for_staff if for_staff else payments.listed
    found = asyncio.run(in_database(settings, work))
    if as_json:
        print_as_json(found)
    elif not found:
        say("Nothing waits for a decision." if for_staff else "Nobody has begun to pay yet.")
    else:
        rows = [
            (
                each.name,
                excerpt(each.customer_name, 20),
                f"{each.pays_for} · {money.show(each.amount, each.currency)}",
                stands(each),
                moment(each.created_at, settings.timezone),
            )
            for each in found
        ]
        print_table("Payments", ("", "customer", "for", "stands", "since"), rows)


def came_by(payment: Payment) -> str:
    """The number that is asked, or how money came by hand."""
    return payment.payer or payment.payer_text


def stands(payment: Payment) -> str:
    """Its status, and why."""
    words = payment.status.replace("_", " ")
    return f"{words} ({payment.reason.replace('_', ' ')})" if payment.reason else words


def show(payment: Named, as_json: AsJson = False) -> None:
    """Show what was asked for, what moved, and what became of it."""
    settings = settings_with_database()

    async def work(conn: Connection) -> tuple[Payment, list[Event]]:
        found = await the_one(conn, payment)
        return found, await payments.events_of(conn, found.id)

    found, events = asyncio.run(in_database(settings, work))
    if as_json:
        print_as_json({"payment": found, "events": events})
    else:
        print_payment(found, events, settings.timezone)


async def the_one(conn: Connection, text: str) -> Payment:
    """The payment that was named. Raises PaymentRefused."""
    found = await payments.beginning_with(conn, text.strip()) if len(text.strip()) >= SHORTEST else []
    if len(found) > 1:
        raise PaymentRefused(f"Several payments begin with {excerpt(text)}: type more of the id.")
    if not found:
        raise PaymentRefused(f"There is no payment {excerpt(text)}. `luminous payments list` shows them.")
    return found[0]


def print_payment(payment: Payment, events: list[Event], zone: ZoneInfo) -> None:
    """What was asked for and what moved, side by side; then what can be done."""
    console.print(Text.assemble(("Payment  ", "bold"), str(payment.id)), soft_wrap=True)
    moved = payment.paid_amount
    rows = [
        ("stands", payment.status.replace("_", " ")),
        ("for", payment.pays_for),
        ("price", money.show(payment.amount, payment.currency)),
        ("came by" if payment.provider == "manual" else "asked", came_by(payment)),
        (
            "moved",
            "nothing that is known"
            if moved is None
            else money.show(moved, payment.paid_currency or payment.currency)
            + (f" from {payment.paid_by}" if payment.paid_by else ""),
        ),
        ("transaction", f"{payment.provider} {payment.transaction_id or '–'}"),
    ]
    if payment.reason:
        code = f" ({payment.reason_code})" if payment.reason_code else ""
        rows.append(("because", payment.reason.replace("_", " ") + code))
    if payment.refunded_amount:
        rows.append(("paid back", money.show(payment.refunded_amount, payment.currency)))
    facts(rows)
    heading("History")
    lines([(moment(e.at, zone), e.changed_by, e.became.replace("_", " ")) for e in events])
    print_what_can_be_done(payment)


def print_what_can_be_done(payment: Payment) -> None:
    """The commands that end it, where staff have to."""
    this = payment.name
    if payment.status == "needs_review":
        seen = "" if payment.paid_amount else " --amount AMOUNT"
        heading("Decide")
        command(f"luminous payments review {this} apply{seen}", "It counts, and pays for what it was for.")
        if payment.paid_amount:
            command(f"luminous payments review {this} owe-back", "It goes back; then record the refund.")
        else:
            command(f"luminous payments review {this} nothing-came", "The account shows no such money.")
    elif payment.status == "refund_due":
        heading("Pay it back, then")
        command(
            f"luminous payments refund {this} AMOUNT --reference R1", "Records it, and tells the customer."
        )
