"""Who the customers are: found, looked at, merged, told apart."""

import typer

from luminous.cli.customers.conflicts import confirm, conflicts
from luminous.cli.customers.look import find, show
from luminous.cli.customers.merging import merge, undo
from luminous.cli.customers.retiring import retire_bsuids

app = typer.Typer(
    no_args_is_help=True, help="Who the customers are: find, look at, merge and tell them apart."
)
for command in (find, show, merge, undo, conflicts, confirm, retire_bsuids):
    app.command()(command)

__all__ = ["app"]
