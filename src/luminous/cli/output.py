"""What every command shares: the settings it works with, and how it prints."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from luminous import postgres
from luminous.config import Settings
from luminous.db import Connection, Database, connect
from luminous.errors import LuminousError
from luminous.machine import BUSINESS_NUMBER

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

console = Console(highlight=False)


def settings_with_database() -> Settings:
    """The settings; without DATABASE_URL, those of `luminous up` if it is running here."""
    settings = Settings.read()
    if settings.database_url:
        return settings
    url = postgres.running_url(settings.luminous_home.absolute())
    if not url:
        raise LuminousError("No database: set DATABASE_URL, or start the embedded one with `make up`.")
    number = settings.whatsapp_number or BUSINESS_NUMBER
    return settings.model_copy(update={"database_url": url, "whatsapp_number": number})


def database_of(settings: Settings) -> Database:
    """The pool that a process works with."""
    return Database(
        settings.database_url, schema=settings.schema_to_set, size=20, prepare=settings.database_prepare
    )


async def in_database(settings: Settings, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Run one thing on a connection of its own."""
    async with connect(settings.database_url, settings.schema_to_set) as conn:
        return await work(conn)


def print_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows for a person. What customers wrote is shown as text, never as markup.

    The first column stays whole, to be copied; elsewhere a long word is broken, never cut off.
    """
    first, *others = columns
    folded = [Column(name, overflow="fold") for name in others]
    table = Table(Column(first, no_wrap=True), *folded, title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
