"""`retire-bsuids`: the shop moves to another Meta portfolio, where everybody has another WhatsApp user id."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

from luminous import customers
from luminous.cli.customers.merging import Yes
from luminous.cli.customers.paper import count, moment, say
from luminous.cli.output import console, database_of, in_database, settings_with_database
from luminous.config import Settings
from luminous.customers import Retirement
from luminous.db import again
from luminous.errors import LuminousError

Moment = Annotated[
    str | None,
    typer.Option(
        "--before", help="Only what was learnt before this moment, as 2027-03-01T12:00. Without it: now."
    ),
]


def retire_bsuids(before: Moment = None, yes: Yes = False) -> None:
    """Give up every WhatsApp user id, once, when the shop has moved to another Meta portfolio.

    From then on the next message with a number and a new user id teaches the new one. Without this, each
    would look like a number that went to somebody else. Links, sessions and what is owed stay.
    """
    settings = settings_with_database()
    before_at = None if before is None else the_moment(before, settings)
    found = asyncio.run(in_database(settings, partial(customers.retirement, before_at=before_at)))
    if found.user_ids == 0:
        say("There is no user id to give up.")
        return
    print_retirement(found, settings)
    if not yes and not typer.confirm(f"\nGive up {count(found.user_ids, 'user id')}?"):
        say("Nothing was changed.")
        raise typer.Exit(1)
    done = asyncio.run(retire(settings, found))
    say(f"{count(done, 'user id')} given up. Who writes next with number and new user id is known by both.")


def the_moment(text: str, settings: Settings) -> datetime:
    """A moment on the shop's clock. Raises LuminousError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise LuminousError(f"“{text}” is no moment. Write one like 2027-03-01T12:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=settings.timezone)


def print_retirement(found: Retirement, settings: Settings) -> None:
    """What would follow, in customers."""
    when = moment(found.before_at, settings.timezone)
    say(f"{count(found.user_ids, 'customer')} known by a WhatsApp user id from before {when}.")
    if found.without_number:
        say(
            f"\n{count(found.without_number, 'customer')} of them without a number on record: nothing is "
            "left to know them by. At their next message they are new customers; merge them by hand with "
            "`luminous customers merge`.",
            "yellow",
        )
    if found.silent:
        say(
            f"\n{count(found.silent, 'customer')} of them silent for so long that the number alone proves "
            "nothing: their next message opens a conflict, and is answered without anything personal."
        )
    if found.learnt_since:
        say(f"\n{count(found.learnt_since, 'customer')} known by a user id learnt since: those stay.")
    if found.last_retired_at and found.last_retired_at < found.before_at:
        last = moment(found.last_retired_at, settings.timezone)
        say(
            f"\nUser ids were given up before, on {last}. What was learnt since is of the present portfolio: "
            f"if the shop did not move again, leave it with --before {found.last_retired_at.isoformat()}.",
            "yellow",
        )


async def retire(settings: Settings, found: Retirement) -> int:
    """Give them up, a thousand in a transaction; what is done stays done if it is interrupted."""
    after: UUID | None = None
    done = 0
    async with database_of(settings) as database:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Giving up", total=found.user_ids)
            while True:
                step = partial(customers.retire_some, before_at=found.before_at, after_id=after)
                ids = await again(database.transaction, step)
                if not ids:
                    return done
                after, done = max(ids), done + len(ids)
                progress.update(task, completed=done)
