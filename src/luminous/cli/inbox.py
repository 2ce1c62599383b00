"""What arrived and could not be taken."""

import asyncio

import typer

from luminous import inbound, inbox
from luminous.channels.parsers import PARSERS
from luminous.cli.output import AsJson, console, database_of, print_json, print_table, settings_with_database


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
