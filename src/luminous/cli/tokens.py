"""Tokens for programs that use the JSON API: made, listed, revoked."""

import asyncio
from functools import partial
from typing import Annotated, cast

import typer

from luminous.api import tokens
from luminous.api.tokens import SCOPES, Scope, Token
from luminous.cli.customers.paper import moment, print_as_json, say
from luminous.cli.output import AsJson, in_database, print_json, print_table, settings_with_database
from luminous.config import Settings
from luminous.errors import LuminousError

app = typer.Typer(no_args_is_help=True, help="Tokens for programs that use the JSON API.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose it is: website, back office, …")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", "-s", help="What it may do; give it several times. “all” for everything."),
    ],
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it lives. Without it: until it is revoked.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and show it, once. Scopes: see `luminous tokens scopes`."""
    scopes = chosen(scope)
    settings = settings_with_database()
    if not name.strip():
        raise LuminousError("Give the token a name, so that it can be told from others.")
    secret = asyncio.run(
        in_database(settings, partial(tokens.create, name=name.strip(), scopes=scopes, days=days))
    )
    if as_json:
        print_json({"token": secret, "scopes": list(scopes)})
    else:
        typer.echo(secret)
        say("It is shown this once: keep it where your program reads its secrets.", "dim")


@app.command()
def scopes() -> None:
    """List what a token may be allowed to do."""
    for each in SCOPES:
        typer.echo(each)


@app.command(name="list")
def list_tokens(as_json: AsJson = False) -> None:
    """List tokens, live ones first: by how they begin, never whole."""
    settings = settings_with_database()
    found = asyncio.run(in_database(settings, tokens.listed))
    if as_json:
        print_as_json(found)
    elif not found:
        say("There is no token. `luminous tokens create` makes one.")
    else:
        print_tokens(found, settings)


@app.command()
def revoke(token: Annotated[str, typer.Argument(help="How it begins, or its id: see `list`.")]) -> None:
    """End a token at once."""
    settings = settings_with_database()
    revoked = asyncio.run(in_database(settings, partial(tokens.revoke, token=token)))
    if not revoked:
        raise LuminousError(
            "There is no live token of that beginning or id. `luminous tokens list` shows them."
        )
    print_tokens(revoked, settings)


def chosen(names: list[str]) -> tuple[Scope, ...]:
    """The scopes that were typed. Raises LuminousError, which names those that there are."""
    unknown = [name for name in names if name not in (*SCOPES, "all")]
    if unknown:
        raise LuminousError(f"There is no scope {unknown[0]}. There are: {', '.join(SCOPES)}, or all.")
    return SCOPES if "all" in names else tuple(dict.fromkeys(cast(list[Scope], names)))


def print_tokens(found: list[Token], settings: Settings) -> None:
    """A table of them."""
    print_table(
        "Tokens",
        ("begins", "name", "scopes", "made", "last used", "ends", ""),
        [
            (
                each.prefix,
                each.name,
                ", ".join(each.scopes),
                moment(each.created_at, settings.timezone),
                moment(each.last_used_at, settings.timezone),
                moment(each.expires_at, settings.timezone),
                "live" if each.is_live else "revoked" if each.revoked_at else "expired",
            )
            for each in found
        ],
    )
