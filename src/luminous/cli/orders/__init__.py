"""Orders as staff move them: where each is, what was reached, what goes back."""

import typer

from luminous.cli.orders.looking import list_, receipt, show
from luminous.cli.orders.moving import address, cancel, close, milestone, refund, trouble

app = typer.Typer(no_args_is_help=True, help="Orders: where they are, milestones, addresses, refunds.")
app.command("list")(list_)
for command in (show, milestone, trouble, close, address, cancel, refund, receipt):
    app.command()(command)

__all__ = ["app"]
