"""`conflicts` and `confirm`: open questions of whose number it is, and their answers."""

import asyncio
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from luminous import customers
from luminous.cli.customers import words
from luminous.cli.customers.paper import (
    NOTHING,
    age,
    command,
    count,
    excerpt,
    glance_facts,
    heading,
    name,
    print_as_json,
    say,
    side_by_side,
)
from luminous.cli.output import AsJson, console, database_of, in_database, settings_with_database
from luminous.config import Settings
from luminous.customers import Question, Settled
from luminous.db import Connection, again

Answer = Literal["same", "different"]


def conflicts(as_json: AsJson = False) -> None:
    """List the open questions, oldest first. While one is open, nothing personal goes to the number."""
    settings = settings_with_database()
    found = asyncio.run(in_database(settings, customers.open_questions))
    if as_json:
        print_as_json(found)
    elif not found:
        say("Nothing is open: it is clear whose number each one is.")
    else:
        say(f"{count(len(found), 'conflict')} open. Until one is settled, its number gets nothing personal.")
        for question in found:
            print_question(question, settings.timezone)


def confirm(
    conflict: Annotated[int, typer.Argument(help="The conflict's number, from `conflicts`.")],
    answer: Annotated[Answer, typer.Argument(help="Is it one person (same) or are they two (different)?")],
) -> None:
    """Answer an open question, and say what came of it."""
    settings = settings_with_database()
    question, settled = asyncio.run(settle(settings, conflict, is_same_person=answer == "same"))
    say(words.if_same(question) if answer == "same" else words.if_different(question))
    console.print()
    records = [record for record in settled.records if record.is_live]
    side_by_side(
        [name(each) for each in records], [glance_facts(each, settings.timezone) for each in records]
    )
    for merge_id in settled.merge_ids:
        say("\nIf the merge was wrong:")
        command(f"luminous customers undo {merge_id}")
    for record in records:
        if record.is_with_person:
            say(f"\nA person still has the conversation with {name(record)}. To give it back to the bot:")
            command(f"luminous handover release {record.id}")


async def settle(settings: Settings, conflict_id: int, *, is_same_person: bool) -> tuple[Question, Settled]:
    """Record the answer, and return the question and what followed."""

    async def work(conn: Connection) -> tuple[Question, Settled]:
        question = await customers.open_question(conn, conflict_id)
        return question, await customers.settle(conn, question, is_same_person=is_same_person)

    async with database_of(settings) as database:
        return await again(database.transaction, work)


def print_question(question: Question, zone: ZoneInfo) -> None:
    """The question, both records, and what each answer does."""
    conflict, holder, writer = question.conflict, question.holder, question.writer
    did = "changed" if conflict.decision == "announced_conflict" else "wrote"
    of_holder = glance_facts(holder, zone)
    if writer is not None:
        of_writer = glance_facts(writer, zone)
    else:
        known = {
            "number": conflict.phone_number,
            "user id": conflict.whatsapp_user_id,
            "messages": str(conflict.messages),
            "last message": excerpt(conflict.last_text, 60),
        }
        of_writer = [(label, known.get(label) or NOTHING) for label, _ in of_holder]

    heading(f"Conflict {conflict.id}, open for {age(conflict.open_seconds)}")
    say(words.why(question))
    console.print()
    side_by_side(
        [f"{name(holder)} (has it)", f"{name(writer)} ({did})" if writer else f"whoever {did}"],
        [of_holder, of_writer],
    )
    console.print()
    command(f"luminous customers confirm {conflict.id} same", words.if_same(question))
    command(f"luminous customers confirm {conflict.id} different", words.if_different(question))
