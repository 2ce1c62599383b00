"""The embedded PostgreSQL of this directory."""

import typer

from luminous import postgres
from luminous.cli.output import console
from luminous.config import Settings
from luminous.errors import LuminousError

app = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL of this directory.")


@app.command("url")
def db_url() -> None:
    """Print the connection URL of the running embedded server."""
    url = postgres.running_url(Settings.read().luminous_home.absolute())
    if url is None:
        raise LuminousError("No PostgreSQL of this directory is running. Start it with `make up`.")
    typer.echo(url)


@app.command("stop")
def db_stop() -> None:
    """Stop the embedded server. Its data stays."""
    stopped = postgres.stop(Settings.read().luminous_home.absolute())
    console.print("PostgreSQL has stopped; its data stays." if stopped else "No PostgreSQL was running here.")
