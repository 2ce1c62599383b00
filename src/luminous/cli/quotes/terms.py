"""`rates`, `goods` and `days`: what prices and their validity are made with."""

import asyncio
import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from luminous import money, quotes
from luminous.cli.customers.paper import count, day, print_as_json, say
from luminous.cli.output import AsJson, in_database, print_table, settings_with_database
from luminous.cli.quotes.named import By, in_transaction
from luminous.db import Connection
from luminous.errors import LuminousError
from luminous.quotes import Rule

RULES = TypeAdapter(list[Rule])


def rates(
    by: By,
    currency: Annotated[str | None, typer.Argument(help="To set one: its currency, …")] = None,
    rate: Annotated[str | None, typer.Argument(help="… and shillings for one unit: 3712.5")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the exchange rates, or set one. What was sent keeps the rate that it was priced with."""
    settings = settings_with_database()
    if currency is not None:
        code, value = money.read_currency(currency), read_rate(rate)
        asyncio.run(in_database(settings, lambda conn: quotes.set_rate(conn, code, value, by)))
        say(f"1 {code} is {value.normalize():,f} shillings from now on.")
        return
    found = asyncio.run(in_database(settings, quotes.rates))
    if as_json:
        print_as_json(found)
    elif not found:
        say("No rate is set yet. Set one: luminous quote rates USD 3712.5")
    else:
        rows = [
            (each.currency, f"{each.rate.normalize():,f}", each.set_by, day(each.set_at, settings.timezone))
            for each in found
        ]
        print_table("Shillings for one unit", ("currency", "rate", "set by", "on"), rows)


def goods(
    by: By,
    publish: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Publish the list in this JSON file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the goods that the shop does not buy, or publish the next list: `--json`, changed."""
    settings = settings_with_database()
    if publish is not None:
        rules = read_rules(publish)

        async def work(conn: Connection) -> int:
            return await quotes.publish(conn, rules, by)

        version = asyncio.run(in_transaction(settings, work))
        say(f"List {version} counts from now on: {count(len(rules), 'rule')}.")
        return
    found = asyncio.run(in_database(settings, quotes.goods_list))
    if as_json:
        print_as_json(list(found.rules))
    else:
        rows = [(each.ruling, each.goods, ", ".join(each.words), each.advice) for each in found.rules]
        print_table(f"Goods, list {found.version}", ("", "goods", "words", "advice"), rows)


def days(
    close: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Do not work on it.")] = None,
    why: Annotated[str, typer.Option(help="Why: Eid al-Fitr.")] = "closed",
    open_: Annotated[
        datetime | None, typer.Option("--open", formats=["%Y-%m-%d"], help="Work on it after all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the days off of the next year, or change one. A quotation is valid to the end of a working day."""
    settings = settings_with_database()
    if close is not None:
        asyncio.run(in_database(settings, lambda conn: quotes.close_on(conn, close.date(), why)))
        say(f"The shop is closed on {_written(close.date())}: {why}.")
        return
    if open_ is not None:
        was_off = asyncio.run(in_database(settings, lambda conn: quotes.open_on(conn, open_.date())))
        if not was_off:
            raise LuminousError(f"{_written(open_.date())} is no day off. `luminous quote days` shows them.")
        say(f"The shop works on {_written(open_.date())}.")
        return
    found = asyncio.run(in_database(settings, quotes.closed_days))
    if as_json:
        print_as_json(found)
    else:
        print_table("Days off", ("day", "why"), [(_written(each.day), each.why) for each in found])


def read_rate(text: str | None) -> Decimal:
    """A rate as a person types it. Raises LuminousError."""
    try:
        rate = Decimal((text or "").strip().replace(",", ""))
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate < 10**12 or rate != rate.quantize(Decimal("0.000001")):
        raise LuminousError("Write how many shillings one unit costs: luminous quote rates USD 3712.5")
    return rate


def read_rules(path: Path) -> list[Rule]:
    """The rules in a file, in the form that `--json` prints. Raises LuminousError."""
    try:
        return RULES.validate_python(json.loads(path.read_text("utf-8")))
    except (ValueError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise LuminousError(
            f"{path} is not a list of goods: {first}. `luminous quote goods --json` shows one."
        ) from None


def _written(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b %Y}"
