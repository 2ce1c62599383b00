"""`conflicts` and `confirm`: open questions of whose website account it is, and their answers."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from luminous import accounts, customers
from luminous.accounts import AccountConflict, SettledAccount
from luminous.cli.customers.paper import (
    NOTHING,
    age,
    command,
    glance_facts,
    heading,
    moment,
    name,
    print_as_json,
    say,
    side_by_side,
)
from luminous.cli.output import AsJson, console, in_database, settings_with_database
from luminous.cli.quotes.named import By, in_transaction
from luminous.customers import Glance
from luminous.db import Connection

app = typer.Typer(no_args_is_help=True, help="Website accounts: whose they are where two people claim one.")

WHY = {
    "customer_has_another_account": "Whoever is signed in to the first account proved this WhatsApp as "
    "theirs, but it belongs to the second account.",
    "account_has_another_customer": "Somebody says that both are theirs: the account and WhatsApp of the "
    "one, and the WhatsApp of the other.",
    "email_of_another_customer": "Somebody in the account of the one proved the e-mail of the other's.",
}
IF_SAME = (
    "One person. They have one record (the older one) in one account; the other account ends, and its e-mail "
    "goes over where the one that stays has none."
)
IF_DIFFERENT = "Two people. Nothing moves."


@app.command()
def conflicts(
    settled: Annotated[bool, typer.Option("--settled", help="Those that were answered.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the open questions, oldest first. While one is open, nothing moves."""
    settings = settings_with_database()

    async def work(conn: Connection) -> tuple[list[AccountConflict], dict[UUID, Glance]]:
        found = await accounts.account_conflicts(conn, settled=settled)
        people = {each for one in found for each in (one.customer_id, one.other_customer_id) if each}
        return found, await customers.glance(conn, people)

    found, people = asyncio.run(in_database(settings, work))
    if as_json:
        print_as_json(found)
    elif not found:
        say("None was settled yet." if settled else "Nothing is open: it is clear whose each account is.")
    for conflict in [] if as_json else found:
        print_conflict(conflict, people, settings.timezone)


@app.command()
def confirm(
    conflict: Annotated[int, typer.Argument(help="The conflict's number, from `conflicts`.")],
    answer: Annotated[
        Literal["same", "different"], typer.Argument(help="Is it one person, or are they two?")
    ],
    why: Annotated[str, typer.Option(help="How you know it. It is kept with the answer.")],
    by: By,
) -> None:
    """Answer an open question, and say what came of it."""

    async def work(conn: Connection) -> SettledAccount:
        return await accounts.settle_account(
            conn, conflict, is_same_person=answer == "same", by=by, reason=why
        )

    done = asyncio.run(in_transaction(settings_with_database(), work))
    say(IF_SAME if answer == "same" else IF_DIFFERENT)
    if done.customer_id is not None:
        command(f"luminous customers show {done.customer_id}")
    if done.merge_id is not None:
        say("\nIf the merge of the two records was wrong:")
        command(f"luminous customers undo {done.merge_id}")


def print_conflict(conflict: AccountConflict, people: dict[UUID, Glance], zone: ZoneInfo) -> None:
    """The question with the people and e-mails concerned; then what each answer does, or which was given."""
    verb = "open" if conflict.resolved_at is None else "was open"
    heading(f"Conflict {conflict.id}, {verb} for {age(conflict.open_seconds)}")
    say(WHY[conflict.kind])
    first, other = conflict.email or "no e-mail", conflict.other_email or NOTHING
    say(f"The account signed in to: {first}. The other: {other}.")
    ids = dict.fromkeys(each for each in (conflict.customer_id, conflict.other_customer_id) if each)
    records = [people[each] for each in ids if each in people]
    console.print()
    side_by_side([name(each) for each in records], [glance_facts(each, zone) for each in records])
    console.print()
    if conflict.resolved_at is None:
        command(f'luminous accounts confirm {conflict.id} same --why "…"', IF_SAME)
        command(f'luminous accounts confirm {conflict.id} different --why "…"', IF_DIFFERENT)
    else:
        at = moment(conflict.resolved_at, zone)
        say(f"{conflict.resolved_by} answered “{conflict.resolution}”, {at}: {conflict.reason}")
