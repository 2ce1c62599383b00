"""`list`, `show` and `pdf`: what waits, everything about one, and its document."""

import asyncio
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from luminous import money, quotes
from luminous.cli.customers.paper import (
    count,
    excerpt,
    facts,
    heading,
    lines,
    moment,
    print_as_json,
    say,
)
from luminous.cli.output import AsJson, console, database_of, in_database, print_table, settings_with_database
from luminous.cli.quotes.named import Quotation, the_one
from luminous.db import Connection
from luminous.errors import QuotationClosed
from luminous.quotes import Detail, Line, Status, Waiting

WAITING: list[Status] = ["requested", "draft", "collecting", "info_needed", "sent"]
EVERYTHING: list[Status] = [*WAITING, "accepted", "declined", "expired", "withdrawn", "rejected"]
NEXT = {
    "collecting": "the customer is adding to it",
    "requested": "price it",
    "info_needed": "waits for the customer",
    "draft": "send it",
    "sent": "the customer decides",
}
LABELS = {
    "service_fee": "service fee",
    "service_fee_discount": "discount on the fee",
    "shipping": "shipping",
    "shipping_discount": "discount on shipping",
    "customs": "customs and taxes",
    "last_mile": "delivery",
}


def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the quotations that are open, those that waited longest first."""
    settings = settings_with_database()
    statuses = EVERYTHING if everything else WAITING
    found = asyncio.run(in_database(settings, lambda conn: quotes.queue(conn, statuses)))
    if as_json:
        print_as_json(found)
    elif not found:
        say("No quotation is open. A request comes in when a customer sends a link, a photo or words.")
    else:
        rows = [_row(each, settings.timezone) for each in found]
        print_table("Quotations", ("", "customer", "what", "stands", "since"), rows)


def show(quotation: Quotation, as_json: AsJson = False) -> None:
    """Show what was asked for, the price line by line, and what became of it."""
    settings = settings_with_database()
    found = asyncio.run(in_database(settings, lambda conn: everything_about(conn, quotation)))
    if as_json:
        print_as_json(found)
    else:
        print_detail(found, settings.timezone)


def pdf(
    quotation: Quotation,
    file: Annotated[Path, typer.Argument(help="Where to write it.", dir_okay=False)],
) -> None:
    """Write the document of the version that counts, as the customer has it."""
    settings = settings_with_database()

    async def work() -> bytes:
        async with database_of(settings) as database:
            async with database.transaction() as conn:
                found = await the_one(conn, quotation)
            if found.total is None:
                raise QuotationClosed(f"{found.name} was not sent yet: it has no document.")
            return await quotes.pdf(database.transaction, str(found.version_id))

    file.write_bytes(asyncio.run(work()))
    say(f"Wrote {file}.")


async def everything_about(conn: Connection, text: str) -> Detail:
    """The quotation that was named, whole."""
    found = await quotes.detail(conn, (await the_one(conn, text)).id)
    if found is None:
        raise QuotationClosed("It was deleted at this moment.")
    return found


def print_detail(found: Detail, zone: ZoneInfo) -> None:
    """Everything, the most asked for first."""
    now = found.quotation
    title = Text.assemble((f"{now.name}  ", "bold"), (excerpt(now.title, 60), ""))
    console.print(title, soft_wrap=True)
    rows = [
        ("stands", stands(now.status, now.version)),
        ("customer", f"{excerpt(found.customer_name, 40)}  {now.customer_id}"),
    ]
    if now.reason:
        rows.append(("said", now.reason))
    if now.status == "sent":
        rows.append(("valid until", moment(now.last_moment, zone)))
    if now.order_status:
        rows.append(("order", f"{now.order_id}: {now.order_status.replace('_', ' ')}"))
    facts(rows)
    heading(f"Asked for ({count(len(found.items), 'thing')})")
    lines([(each.kind, _item(each.url, each.words, each.inbox_id)) for each in found.items])
    if found.lines:
        heading(
            f"Price, version {now.version}" + ("" if now.total else " (a draft: terms of when it is sent)")
        )
        print_price(found.lines)
    notes = [each for each in found.offers if each.note]
    if notes:
        facts([("note", notes[-1].note)])
    heading("History")
    lines(
        [
            (moment(each.at, zone), each.changed_by, _happened(each.became, each.reason))
            for each in found.events
        ]
    )


def print_price(priced: tuple[Line, ...], currency: str = "UGX") -> None:
    """A price, line by line, amounts below each other, and the sum."""
    total = sum(line.amount for line in priced)
    amounts = [money.number(line.amount, currency) for line in priced] + [money.show(total, currency)]
    widest = max(len(each.removesuffix(f" {currency}")) for each in amounts)
    said = [*(_line(line) for line in priced), "total"]
    lines(
        [
            (
                each.removesuffix(f" {currency}").rjust(widest)
                + each[len(each.removesuffix(f" {currency}")) :],
                what,
            )
            for each, what in zip(amounts, said, strict=True)
        ]
    )


def stands(status: str, version: int) -> str:
    """How it stands, and whose turn it is."""
    versioned = f" (version {version})" if version else ""
    turn = f": {NEXT[status]}" if status in NEXT else ""
    return status.replace("_", " ") + versioned + turn


def _row(each: Waiting, zone: ZoneInfo) -> tuple[str, ...]:
    what = f"{excerpt(each.title, 40)} ({each.items})"
    total = "" if each.total is None else f", {money.show(each.total, each.currency or 'UGX')}"
    who = f"{excerpt(each.display_name, 24)} · {each.plan_name}"
    state = each.status.replace("_", " ") + total
    since = each.updated_at.astimezone(zone)
    return (f"Q-{each.number}", who, what, state, f"{since:%d %b %H:%M}")


def _item(url: str | None, words: str, inbox_id: int | None) -> str:
    where = "" if inbox_id is None else f" (message {inbox_id})"
    return " ".join(filter(None, (url, words))) + where


def _line(line: Line) -> str:
    if line.unit_price is None or line.currency is None or line.rate is None:
        return LABELS.get(line.kind, line.kind)
    price = money.show(line.unit_price, line.currency)
    return f"{line.quantity} × {price} at {line.rate.normalize():,f}: {excerpt(line.description, 60)}"


def _happened(became: str, reason: str | None) -> str:
    return became.replace("_", " ") + (f": {excerpt(reason, 60)}" if reason else "")
