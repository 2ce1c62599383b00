"""Conversations that a person has."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from luminous import conversations
from luminous.cli.customers.paper import moment
from luminous.cli.output import AsJson, console, in_database, print_json, print_table, settings_with_database
from luminous.errors import LuminousError

app = typer.Typer(no_args_is_help=True, help="Conversations that a person has; the bot is silent in them.")


@app.command("list")
def handover_list(as_json: AsJson = False) -> None:
    """List who waits for a person, longest first."""
    settings = settings_with_database()
    waiting = asyncio.run(in_database(settings, conversations.handed_over))
    if as_json:
        print_json(
            [
                {
                    "customer_id": str(one.customer_id),
                    "display_name": one.display_name,
                    "phone_number": one.phone_number,
                    "reason": one.reason,
                    "handed_over_at": one.handed_over_at.isoformat(),
                    "bot_answers_again": one.bot_answers_again,
                    "last_text": one.last_text,
                }
                for one in waiting
            ]
        )
    elif not waiting:
        console.print("No conversation is with a person: the bot answers everybody.")
    else:
        rows = [
            (
                str(one.customer_id),
                one.display_name,
                one.phone_number or "hidden",
                moment(one.handed_over_at, settings.timezone),
                one.reason + (" (24 hours ago: the bot answers again)" if one.bot_answers_again else ""),
                (one.last_text or "")[:60],
            )
            for one in waiting
        ]
        print_table("With a person", ("customer", "name", "phone", "since", "why", "last message"), rows)


@app.command("release")
def handover_release(
    customer: Annotated[str, typer.Argument(help="The customer's id, from `list`.")],
) -> None:
    """Give a conversation back to the bot."""
    try:
        customer_id = UUID(customer)
    except ValueError:
        raise LuminousError(f"{customer} is not a customer's id. See `luminous handover list`.") from None
    released = asyncio.run(
        in_database(settings_with_database(), lambda conn: conversations.release(conn, customer_id))
    )
    if not released:
        raise LuminousError("No person has this customer's conversation. See `luminous handover list`.")
    console.print("The bot answers this customer again.")
