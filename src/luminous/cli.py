"""The command line. Each command says what it did, and exits with 1 when it could not."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, TypeVar
from uuid import UUID

import typer
import uvicorn
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from luminous import conversations, inbound, inbox, log, postgres, proof
from luminous.app import create_app
from luminous.channels.parsers import PARSERS
from luminous.config import WAYS_IN, WAYS_OUT, Settings
from luminous.db import Connection, Database, connect
from luminous.errors import UNDEFINED_TABLE, LuminousError, sqlstate
from luminous.migrations import migrate as apply_migrations
from luminous.up import up as run_everything
from luminous.wake import Bell
from luminous.worker import working

Result = TypeVar("Result")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The system behind a shop's WhatsApp number."
)
db = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL of this directory.")
handover = typer.Typer(
    no_args_is_help=True, help="Conversations that a person has; the bot is silent in them."
)
app.add_typer(db, name="db")
app.add_typer(handover, name="handover")
console = Console(highlight=False)


def main() -> None:
    """Run one command; what stands in the way is said in one sentence."""
    try:
        app()
    except Exception as error:
        if sqlstate(error) == UNDEFINED_TABLE:
            error = LuminousError("This database has no tables of Luminous yet. Run `luminous migrate`.")
        if not isinstance(error, LuminousError):
            raise
        Console(stderr=True, highlight=False).print(f"[red]✗[/] {escape(str(error))}", soft_wrap=True)
        raise SystemExit(1) from None


@app.command()
def up() -> None:
    """Run everything on this machine: PostgreSQL, web, worker and a simulated phone."""
    log.configure(for_people=True)
    run_everything(console)


@app.command()
def serve() -> None:
    """Serve the webhook. Answers are given by `luminous worker`, which runs beside it."""
    settings = Settings.read()
    settings.require_a_way(WAYS_IN)
    log.configure(for_people=False)
    uvicorn.run(
        create_app(settings, database_of(settings), Bell()),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=25,
    )


@app.command()
def worker() -> None:
    """Answer and send, until SIGTERM or Ctrl-C; what is being done then is finished first."""
    settings = Settings.read()
    settings.require_a_way(WAYS_OUT)
    log.configure(for_people=False)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with database_of(settings) as database, working(settings, database, Bell()):
            await stop.wait()

    asyncio.run(run())


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the database's schema up to date. Safe to run twice, and from two places at once."""
    settings = settings_with_database()
    applied = asyncio.run(in_database(settings, lambda c: apply_migrations(c, settings.database_schema)))
    names = [f"{migration.version}_{migration.name}" for migration in applied]
    if as_json:
        print_json({"applied": names})
    else:
        for name in names:
            console.print(f"[green]✓[/] {name}")
        console.print("The schema is up to date.")


@app.command()
def verify(
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Leave out every check that writes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check live what a first message promises: a customer, a Guest plan, no duplicates. ✗ exits with 1."""
    settings = settings_with_database()
    findings = asyncio.run(
        proof.verify(settings.database_url, schema=settings.schema_to_set, read_only=read_only)
    )
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = [(finding.verdict, finding.item, finding.evidence) for finding in findings]
        print_table("Verification", ("", "item", "evidence"), rows)
    if any(finding.verdict == "✗" for finding in findings):
        raise typer.Exit(1)


@app.command()
def replay(as_json: AsJson = False) -> None:
    """Try every dead letter again with this version's code."""
    settings = settings_with_database()

    async def run() -> list[dict[str, object]]:
        async with database_of(settings) as database:
            async with database.transaction() as conn:
                letters = await inbox.open_dead_letters(conn)
            return [
                {
                    "id": letter.id,
                    "position": letter.position,
                    "reason": letter.reason,
                    "taken": await inbound.replay(database.transaction, letter, PARSERS[letter.channel]),
                }
                for letter in letters
            ]

    tried = asyncio.run(run())
    if as_json:
        print_json(tried)
    elif not tried:
        console.print("There are no dead letters.")
    else:
        rows = [
            (str(t["id"]), str(t["position"]), str(t["reason"]), "✓ taken" if t["taken"] else "✗ not yet")
            for t in tried
        ]
        print_table("Dead letters", ("id", "where in the body", "why", "now"), rows)
    if not all(letter["taken"] for letter in tried):
        raise typer.Exit(1)


@db.command("url")
def db_url() -> None:
    """Print the connection URL of the running embedded server."""
    url = postgres.running_url(Settings.read().luminous_home.absolute())
    if url is None:
        raise LuminousError("No PostgreSQL of this directory is running. Start it with `make up`.")
    typer.echo(url)


@db.command("stop")
def db_stop() -> None:
    """Stop the embedded server. Its data stays."""
    stopped = postgres.stop(Settings.read().luminous_home.absolute())
    console.print("PostgreSQL has stopped; its data stays." if stopped else "No PostgreSQL was running here.")


@handover.command("list")
def handover_list(as_json: AsJson = False) -> None:
    """List who waits for a person, longest first."""
    waiting = asyncio.run(in_database(settings_with_database(), conversations.handed_over))
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
                f"{one.handed_over_at:%d %b %H:%M}",
                one.reason + (" (24 hours ago: the bot answers again)" if one.bot_answers_again else ""),
                (one.last_text or "")[:60],
            )
            for one in waiting
        ]
        print_table("With a person", ("customer", "name", "phone", "since", "why", "last message"), rows)


@handover.command("release")
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


def settings_with_database() -> Settings:
    """The settings; without DATABASE_URL, those of the embedded server if it is running."""
    settings = Settings.read()
    url = settings.database_url or postgres.running_url(settings.luminous_home.absolute())
    if not url:
        raise LuminousError("No database: set DATABASE_URL, or start the embedded one with `make up`.")
    return settings.model_copy(update={"database_url": url})


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
