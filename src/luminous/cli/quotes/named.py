"""What the commands about quotations share: which one is meant, and who says so."""

import getpass
import re
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from luminous import quotes
from luminous.cli.output import database_of
from luminous.config import Settings
from luminous.db import Connection, again
from luminous.db.retry import Result
from luminous.errors import LuminousError, QuotationClosed
from luminous.quotes import Standing

Quotation = Annotated[str, typer.Argument(metavar="QUOTATION", help="Its number, as Q-17 or 17.")]
By = Annotated[str, typer.Option(help="Who of the staff does it.", default_factory=getpass.getuser)]


async def the_one(conn: Connection, text: str) -> Standing:
    """The quotation that was named. Raises QuotationClosed."""
    match = re.fullmatch(r"(?:q[- ]?)?(\d{1,12})", text.strip(), re.IGNORECASE | re.ASCII)
    if match is None:
        raise LuminousError(f"“{text}” is not a quotation's number. Write it as Q-17.")
    found = await quotes.numbered(conn, int(match[1]))
    if found is None:
        raise QuotationClosed(f"There is no quotation Q-{match[1]}. `luminous quote list --all` shows them.")
    return found


async def in_transaction(settings: Settings, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Do all of it or nothing, and again when PostgreSQL says that this may help."""
    async with database_of(settings) as database:
        return await again(database.transaction, work)
