"""The command line. Each command says what it did, and exits with 1 when it could not."""

import gc
from importlib import import_module
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_group

from luminous.errors import UNDEFINED_TABLE, LuminousError, sqlstate

# Where each command is: a function of its name, or the `app` of a group.
COMMANDS = {
    "up": "running",
    "serve": "running",
    "worker": "running",
    "migrate": "running",
    "verify": "proof",
    "check": "proof",
    "chaos": "proof",
    "replay": "inbox",
    "bench": "measuring",
    "db": "database",
    "customers": "customers",
    "accounts": "accounts",
    "handover": "handover",
    "outbox": "outbox",
    "templates": "templates",
    "quote": "quotes",
    "orders": "orders",
    "payments": "payments",
    "plans": "plans",
    "privacy": "privacy",
    "tokens": "tokens",
}


class Commands(TyperGroup):
    """A command is imported when it is called: it does not wait for what the others need."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"luminous.cli.{COMMANDS[cmd_name]}")
        alone = typer.Typer(add_completion=False)
        if hasattr(module, "app"):
            alone.add_typer(module.app, name=cmd_name)
        else:
            alone.command(cmd_name)(getattr(module, cmd_name))
        return get_group(alone).commands[cmd_name]


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False)


@app.callback()
def luminous() -> None:
    """The system behind a shop's WhatsApp number."""


def main() -> None:
    """Run one command; what stands in the way is said in one sentence."""
    gc.set_threshold(10_000, 20, 20)  # at a start nothing is garbage, and Python looks after 700 objects
    try:
        app()
    except Exception as error:
        if sqlstate(error) == UNDEFINED_TABLE:
            error = LuminousError("This database has no tables of Luminous yet. Run `luminous migrate`.")
        if not isinstance(error, LuminousError):
            raise
        Console(stderr=True, highlight=False).print(f"[red]✗[/] {escape(str(error))}", soft_wrap=True)
        raise SystemExit(1) from None
