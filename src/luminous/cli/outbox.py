"""Messages that did not go, and what the ones that went cost."""

import asyncio
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from luminous import outbox
from luminous.cli.customers.paper import moment
from luminous.cli.output import AsJson, console, in_database, print_json, print_table, settings_with_database
from luminous.db import Connection
from luminous.errors import LuminousError
from luminous.outbox import NotSent, StoppedNumber, Trouble

app = typer.Typer(no_args_is_help=True, help="Messages that did not go, and what the others cost.")

TROUBLES: tuple[Trouble, ...] = ("failed", "dead", "uncertain", "parked")
REFUSALS = {
    "not failed": "Message {id} has not failed: there is nothing to try again.",
    "never twice": "Message {id} lets somebody in or asks them to pay: it never goes twice. "
    "They get a new one when they ask for it.",
    "no such message": "There is no message {id}. See `luminous outbox list`.",
    "its customer is gone": "The customer of message {id} was deleted or merged: write to them anew.",
}


@app.command("list")
def outbox_list(
    days: Annotated[int, typer.Option(help="How far back.", min=1)] = 7,
    everything: Annotated[bool, typer.Option("--all", help="Also what was rightly not sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what failed, was given up, is in doubt or waits, with the reason; the latest first."""
    statuses = (*TROUBLES, "suppressed", "stale") if everything else TROUBLES

    async def read(conn: Connection) -> tuple[list[NotSent], list[StoppedNumber]]:
        found = await outbox.not_sent(conn, statuses, within=timedelta(days=days))
        return found, await outbox.numbers_that_cannot_send(conn)

    settings = settings_with_database()
    found, stopped = asyncio.run(in_database(settings, read))
    if as_json:
        print_json({"messages": [_as_json(each) for each in found], "stopped_numbers": len(stopped)})
        return
    for number in stopped:
        console.print(
            f"[red]✗[/] {number.channel} number {number.business_number_id} cannot send "
            f"since {moment(number.stopped_at, settings.timezone)}: {number.reason}"
        )
    if not found:
        console.print(f"Nothing failed or waits that changed in the last {days} days.")
        return
    rows = [
        (
            str(each.id),
            each.display_name,
            each.purpose,
            each.status,
            why(each, settings.timezone),
            each.text[:60],
            moment(each.updated_at, settings.timezone),
        )
        for each in found
    ]
    print_table("Not sent", ("message", "to", "purpose", "status", "why", "text", "since"), rows)


@app.command("retry")
def outbox_retry(message: Annotated[int, typer.Argument(help="The message's number, from `list`.")]) -> None:
    """Send a message again that failed or was given up. Where it is in doubt, it may come twice."""
    became = asyncio.run(in_database(settings_with_database(), lambda conn: outbox.retry(conn, message)))
    if became != "owed again":
        raise LuminousError(REFUSALS[became].format(id=message))
    console.print(f"Message {message} is owed again; a worker sends it.")


@app.command("cost")
def outbox_cost(
    days: Annotated[int, typer.Option(help="How many days, today included.", min=1)] = 30,
    as_json: AsJson = False,
) -> None:
    """Show how many messages WhatsApp bills, day by day."""
    settings = settings_with_database()
    found = asyncio.run(
        in_database(settings, lambda conn: outbox.costs(conn, zone=settings.shop_timezone, days=days))
    )
    if as_json:
        print_json(
            [
                {
                    "day": each.day.isoformat(),
                    "sent": each.sent,
                    "billed": each.billed,
                    "billed_templates": each.billed_templates,
                    "unpriced": each.unpriced,
                }
                for each in found
            ]
        )
        return
    if not found:
        console.print("Nothing was sent in that time.")
        return
    rows = [
        (
            f"{each.day:%a %d %b %Y}",
            f"{each.sent:,}",
            f"{each.billed:,}",
            f"{each.billed_templates:,}",
            f"{each.unpriced:,}",
        )
        for each in found
    ]
    print_table("Messages", ("day", "sent", "billed", "of them templates", "not priced yet"), rows)


def why(message: NotSent, zone: ZoneInfo) -> str:
    """The reason, and until when it is set aside."""
    said = message.reason or ""
    return said if message.again_at is None else f"{said} (again {moment(message.again_at, zone)})"


def _as_json(message: NotSent) -> dict[str, object]:
    return {
        "id": message.id,
        "customer_id": str(message.customer_id),
        "purpose": message.purpose,
        "status": message.status,
        "reason": message.reason,
        "error_code": message.error_code,
        "text": message.text,
        "again_at": message.again_at and message.again_at.isoformat(),
        "created_at": message.created_at.isoformat(),
        "updated_at": message.updated_at.isoformat(),
    }
