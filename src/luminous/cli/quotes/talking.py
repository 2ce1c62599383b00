"""`ask`, `reject`, `withdraw`, `accept`: what staff say and decide about a quotation."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from luminous import money, notices
from luminous.cli.customers.paper import say
from luminous.cli.output import settings_with_database
from luminous.cli.quotes.named import By, Quotation, in_transaction, the_one
from luminous.db import Connection
from luminous.errors import QuotationClosed
from luminous.outbox import Owed
from luminous.quotes import Accepted, Refused, Standing
from luminous.shop import shop_of

Told = tuple[Standing, Owed]


def ask(
    quotation: Quotation,
    question: Annotated[str, typer.Argument(help="What you need to know, as the customer reads it.")],
    by: By,
) -> None:
    """Ask the customer something before it is priced. What they write next answers it."""
    settings = settings_with_database()
    shop = shop_of(settings)
    asked = _tell(
        quotation, lambda conn, id_: notices.ask_customer(conn, shop, id_.id, by=by, question=question)
    )
    say(f"{asked.name} waits for the customer's answer.")


def reject(
    quotation: Quotation,
    reason: Annotated[str, typer.Argument(help="Why the shop does not buy it, as the customer reads it.")],
    by: By,
) -> None:
    """The shop does not buy this."""
    shop = shop_of(settings_with_database())
    done = _tell(quotation, lambda conn, it: notices.reject_request(conn, shop, it.id, by=by, reason=reason))
    say(f"{done.name} is rejected.")


def withdraw(
    quotation: Quotation,
    reason: Annotated[str, typer.Argument(help="Why, as the customer reads it.")],
    by: By,
) -> None:
    """Take a request or a quotation back, as long as the customer has not accepted it."""
    shop = shop_of(settings_with_database())
    done = _tell(
        quotation, lambda conn, it: notices.withdraw_quotation(conn, shop, it.id, by=by, reason=reason)
    )
    say(f"{done.name} is withdrawn.")


def accept(
    quotation: Quotation,
    by: By,
    version: Annotated[int, typer.Option(min=1, help="The version that the customer saw.")],
) -> None:
    """Accept on the customer's behalf, when they said so to you: the same as their button."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> Accepted | Refused:
        return await notices.accept_quotation(conn, shop, await the_one(conn, quotation), version, by=by)

    outcome = asyncio.run(in_transaction(settings, work))
    if isinstance(outcome, Refused):
        now = outcome.quotation
        how = f"it is {now.status}, at version {now.version}" if now else "it is not there"
        raise QuotationClosed(f"Version {version} of {quotation} cannot be accepted: {how}.")
    until = outcome.last_moment.astimezone(settings.timezone)
    amount = money.show(outcome.amount, outcome.currency)
    say(f"{outcome.quotation.name} is accepted: {amount}, to be paid until {until:%d %B %H:%M}.")


def _tell(quotation: str, tell: Callable[[Connection, Standing], Awaitable[Told]]) -> Standing:
    async def work(conn: Connection) -> Told:
        return await tell(conn, await the_one(conn, quotation))

    told, owed = asyncio.run(in_transaction(settings_with_database(), work))
    if owed == "never wrote":
        say("This customer never wrote to us on WhatsApp: nobody was told.", "yellow")
    return told
