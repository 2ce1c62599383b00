"""Payments as staff see them: what is under way, money that does not fit, money that came by hand."""

import typer

from luminous.cli.payments.deciding import confirm, confirm_plan, refund, review
from luminous.cli.payments.looking import list_, show

app = typer.Typer(
    no_args_is_help=True, help="Payments: what is under way, odd money, money by hand, refunds."
)
app.command("list")(list_)
for command in (show, confirm, confirm_plan, review, refund):
    app.command()(command)

__all__ = ["app"]
