"""Quotations as staff make them: the queue, prices, and what is said to the customer."""

import typer

from luminous.cli.quotes.looking import list_, pdf, show
from luminous.cli.quotes.pricing import REVISE, price, send
from luminous.cli.quotes.talking import accept, ask, reject, withdraw
from luminous.cli.quotes.terms import days, goods, rates

app = typer.Typer(no_args_is_help=True, help="Requests and quotations: the queue, prices, sending them.")
app.command("list")(list_)
app.command()(price)
app.command("revise", help=REVISE)(price)
for command in (show, send, ask, reject, withdraw, accept, pdf, rates, goods, days):
    app.command()(command)

__all__ = ["app"]
