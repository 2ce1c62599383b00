"""The command line. Each command says what it did, and exits with 1 when it could not."""

import typer
from rich.console import Console
from rich.markup import escape

from luminous.cli import (
    accounts,
    customers,
    database,
    handover,
    orders,
    outbox,
    payments,
    plans,
    privacy,
    quotes,
    templates,
    tokens,
)
from luminous.cli.inbox import replay
from luminous.cli.measuring import bench
from luminous.cli.proof import chaos, check, verify
from luminous.cli.running import migrate, serve, up, worker
from luminous.errors import UNDEFINED_TABLE, LuminousError, sqlstate

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The system behind a shop's WhatsApp number."
)
for command in (up, serve, worker, migrate, verify, check, chaos, replay, bench):
    app.command()(command)
app.add_typer(database.app, name="db")
app.add_typer(customers.app, name="customers")
app.add_typer(accounts.app, name="accounts")
app.add_typer(handover.app, name="handover")
app.add_typer(outbox.app, name="outbox")
app.add_typer(templates.app, name="templates")
app.add_typer(quotes.app, name="quote")
app.add_typer(orders.app, name="orders")
app.add_typer(payments.app, name="payments")
app.add_typer(plans.app, name="plans")
app.add_typer(privacy.app, name="privacy")
app.add_typer(tokens.app, name="tokens")


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
