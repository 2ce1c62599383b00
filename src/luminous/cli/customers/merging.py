"""`merge` and `undo`: two records of one person become one, and two again."""

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from luminous import customers
from luminous.cli.customers.paper import command, excerpt, glance_facts, name, record_id, say, side_by_side
from luminous.cli.output import database_of, settings_with_database
from luminous.config import Settings
from luminous.customers import Glance, Merge
from luminous.db import Connection, again
from luminous.errors import MergeRefused

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")]


def merge(
    ended: Annotated[str, typer.Argument(metavar="FROM", help="The id of the record that ends.")],
    kept: Annotated[str, typer.Argument(metavar="INTO", help="The id of the record that goes on.")],
    yes: Yes = False,
) -> None:
    """Make two records of one person one. Both are shown first, and what comes of them; it can be undone."""
    settings = settings_with_database()
    from_id, into_id = record_id(ended), record_id(kept)
    records = asyncio.run(tried(settings, from_id, into_id))
    print_merge(*records, settings)
    if not yes and not typer.confirm("\nMerge them?"):
        say("Nothing was changed.")
        raise typer.Exit(1)
    merge_id = asyncio.run(merged(settings, from_id, into_id))
    say(f"They are one record now: {name(records[2])}, {into_id}. If it was wrong:")
    command(f"luminous customers undo {merge_id}")


def undo(
    merge_id: Annotated[
        int, typer.Argument(metavar="MERGE", help="The merge's number, from `show` or `merge`.")
    ],
) -> None:
    """Make two records again of what was merged. What came later stays with the one that went on."""
    settings = settings_with_database()
    undone = asyncio.run(undo_in(settings, merge_id))
    say(f"{excerpt(undone.from_name)} and {excerpt(undone.into_name)} are two records again:")
    command(f"luminous customers show {undone.from_id}")
    command(f"luminous customers show {undone.into_id}")
    say(
        "What came since the merge stays with the second. What was owed and had not left is not sent: it may "
        "show one of them to the other. They are not merged again unless somebody says so."
    )


async def tried(settings: Settings, from_id: UUID, into_id: UUID) -> tuple[Glance, Glance, Glance]:
    """The two records, and the one that a merge would make of them."""

    async def work(conn: Connection) -> tuple[Glance, Glance, Glance]:
        records = await customers.glance(conn, [from_id, into_id])
        ended, kept = live(records, from_id), live(records, into_id)
        if from_id == into_id:
            raise MergeRefused(f"Both are the same record: {name(ended)}.")
        return ended, kept, await customers.try_merge(conn, from_id, into_id)

    async with database_of(settings) as database:
        return await again(database.transaction, work)


async def merged(settings: Settings, from_id: UUID, into_id: UUID) -> int:
    """Merge, and return the merge's number."""
    async with database_of(settings) as database:
        return await again(
            database.transaction, partial(customers.merge, from_id=from_id, into_id=into_id, cause="staff")
        )


async def undo_in(settings: Settings, merge_id: int) -> Merge:
    """Undo, and return what was undone."""

    async def work(conn: Connection) -> Merge:
        found = await customers.merge_to_undo(conn, merge_id)
        await customers.undo_merge(conn, merge_id)
        return found

    async with database_of(settings) as database:
        return await again(database.transaction, work)


def live(records: dict[UUID, Glance], customer_id: UUID) -> Glance:
    """The record, if it can be merged. Raises MergeRefused, whose sentence says why not."""
    found = records.get(customer_id)
    if found is None:
        raise MergeRefused(f"There is no customer {customer_id}. Look with `luminous customers find`.")
    if found.survivor_id is not None:
        raise MergeRefused(
            f"{name(found)} ({customer_id}) is part of {found.survivor_id} already: use that id."
        )
    if not found.is_live:
        raise MergeRefused(f"{name(found)} ({customer_id}) was deleted, and cannot be merged.")
    return found


def print_merge(ended: Glance, kept: Glance, together: Glance, settings: Settings) -> None:
    """Both records, the one that they would be, and what would be lost."""
    side_by_side(
        [f"{name(ended)} (ends)", f"{name(kept)} (goes on)", "together"],
        [glance_facts(each, settings.timezone) for each in (ended, kept, together)],
    )
    for sentence in consequences(ended, kept, together):
        say(f"\n{sentence}")


def consequences(ended: Glance, kept: Glance, together: Glance) -> list[str]:
    """What staff would not expect."""
    found: list[str] = []
    if ended.phone_number and ended.phone_number != together.phone_number:
        others = f"{ended.phone_number} is nobody's number then. Who writes from it "
        found.append(
            others + "is known by the WhatsApp user id that ends with the record, if WhatsApp sends that."
            if ended.whatsapp_user_id
            else others + f"is a new customer, as {name(ended)} was never seen with a WhatsApp user id."
        )
    if ended.has_account and kept.has_account:
        found.append(
            f"Both have a website account. {name(kept)}'s stays; the other one shows nothing any more."
        )
    return found
