"""`find` and `show`: who it is, who it was, and everything on the record."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer
from pydantic_core import to_jsonable_python

from luminous import customers
from luminous.cli.customers.business import Business, business_of
from luminous.cli.customers.paper import excerpt, print_as_json, say
from luminous.cli.customers.sheets import print_all_found, print_record
from luminous.cli.output import AsJson, in_database, settings_with_database
from luminous.customers import Record
from luminous.db import Connection
from luminous.errors import LuminousError


def find(
    text: Annotated[
        str,
        typer.Argument(
            help="A name or part of it, a phone number or its last digits, a user id, a customer's id."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Find customers, also by what they had before, and records that were merged. Nobody exits with 1."""
    settings = settings_with_database()
    found = asyncio.run(in_database(settings, lambda conn: customers.find(conn, text, settings.shop_region)))
    if as_json:
        print_as_json(found)
    elif not found:
        say(f"Nobody fits “{excerpt(text)}”: no name, no number, no id, now or before.")
    else:
        print_all_found(found, settings.timezone)
    if not found:
        raise typer.Exit(1)


def show(
    customer: Annotated[
        str, typer.Argument(help="The customer's id, or what `find` finds exactly one customer by.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show everything on a customer's record."""
    settings = settings_with_database()

    async def work(conn: Connection) -> tuple[Record, Business]:
        customer_id = await the_one(conn, customer, settings.shop_region)
        record = await customers.record_of(conn, customer_id)
        if record is None:
            raise LuminousError(f"There is no customer {customer}. Look with `luminous customers find`.")
        return record, await business_of(conn, customer_id)

    record, business = asyncio.run(in_database(settings, work))
    if as_json:
        print_as_json({**to_jsonable_python(record), **to_jsonable_python(business)})
    else:
        print_record(record, business, settings.timezone)


async def the_one(conn: Connection, text: str, region: str) -> UUID:
    """The id of who has this number or user id now, else of the one live customer, else record, that fits."""
    try:
        return UUID(text.strip())
    except ValueError:
        found = await customers.find(conn, text, region)
    live = [each for each in found if each.record.is_live]
    holders = [each for each in live if any(held.until_at is None for held in each.held)]
    fitting = holders or live or found
    if not fitting:
        raise LuminousError(f"Nobody fits “{excerpt(text)}”. Look with `luminous customers find`.")
    if len(fitting) > 1:
        raise LuminousError(
            f"{len(fitting)} customers fit “{excerpt(text)}”. "
            "`luminous customers find` shows them with their ids."
        )
    return fitting[0].record.id
