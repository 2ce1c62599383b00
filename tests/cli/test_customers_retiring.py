"""`luminous customers retire-bsuids`: another Meta portfolio, and everybody has another user id."""

from datetime import UTC, datetime, timedelta

import pytest

from luminous.customers import retire
from luminous.db import Connection, sql
from tests.cli.conftest import Terminal
from tests.database.people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    broken_promises,
    live,
    open_conflicts,
    silent_for,
    writes,
)

NEW_USER = "UG.9001"


async def test_the_next_message_teaches_the_new_user_id_and_nobody_looks_recycled(
    terminal: Terminal, committing: Connection
) -> None:
    amina = (await writes(committing, PHONE, USER, "Amina")).customer_id
    epoch = (await live(committing))[amina].identity_epoch

    done = await terminal.type("retire-bsuids", "--yes")

    assert done.code == 0
    assert "1 user id given up" in done.says
    assert (await live(committing))[amina].identity_epoch == epoch  # links and what is owed are as before
    found = await writes(committing, PHONE, NEW_USER)
    assert (found.customer_id, found.decision) == (amina, "learned_user_id")
    assert await WENT.one(committing, value=USER) == "retired"
    assert await broken_promises(committing) == []


async def test_a_message_sent_before_the_move_is_known_by_the_old_id_which_is_not_learnt_again(
    terminal: Terminal, committing: Connection
) -> None:
    amina = (await writes(committing, PHONE, USER, "Amina")).customer_id
    hidden = (await writes(committing, None, OTHER_USER)).customer_id
    await terminal.type("retire-bsuids", "--yes")

    late = [await writes(committing, *sender) for sender in ((PHONE, USER), (None, USER), (None, OTHER_USER))]

    assert [each.customer_id for each in late] == [amina, amina, hidden]
    assert [each.whatsapp_user_id for each in (await live(committing)).values()] == [None, None]
    assert (await writes(committing, PHONE, NEW_USER)).decision == "learned_user_id"


async def test_who_was_silent_for_long_is_unproven_at_the_next_message_and_that_is_said_before(
    terminal: Terminal, committing: Connection
) -> None:
    amina = (await writes(committing, PHONE, USER)).customer_id
    await silent_for(committing, amina, 60)

    asked = await terminal.type("retire-bsuids", answer="y\n")

    assert "1 customer of them silent for so long that the number alone proves nothing" in asked.says
    assert (await writes(committing, PHONE, NEW_USER)).decision == "unproven_number"
    assert len(await open_conflicts(committing)) == 1


async def test_who_has_no_number_is_counted_and_asked_about(
    terminal: Terminal, committing: Connection
) -> None:
    await writes(committing, PHONE, USER)
    await writes(committing, None, OTHER_USER)

    asked = await terminal.type("retire-bsuids", answer="n\n")

    assert asked.code == 1
    assert "1 customer of them without a number on record: nothing is left to know them by." in asked.says
    assert "Give up 2 user ids? [y/N]" in asked.says
    assert "Nothing was changed." in asked.says
    assert {each.whatsapp_user_id for each in (await live(committing)).values()} == {USER, OTHER_USER}


async def test_what_was_learnt_after_a_moment_stays(terminal: Terminal, committing: Connection) -> None:
    moved_at = datetime.now(UTC) - timedelta(hours=1)
    await add(committing, OTHER_PHONE, OTHER_USER)
    await HELD_SINCE.run(committing, value=OTHER_USER, at=moved_at - timedelta(days=1))
    await writes(committing, PHONE, USER)

    done = await terminal.type("retire-bsuids", "--before", moved_at.isoformat(), "--yes")

    assert "1 customer known by a user id learnt since: those stay." in done.says
    assert {each.whatsapp_user_id for each in (await live(committing)).values()} == {USER, None}


async def test_a_second_time_is_warned_about(terminal: Terminal, committing: Connection) -> None:
    await writes(committing, PHONE, USER)
    await terminal.type("retire-bsuids", "--yes")
    await writes(committing, PHONE, NEW_USER)

    asked = await terminal.type("retire-bsuids", answer="n\n")

    assert "User ids were given up before" in asked.says
    assert "leave it with --before" in asked.says


async def test_everybody_is_done_however_many_batches_it_takes(
    terminal: Terminal, committing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retire, "BATCH", 3)
    for number in range(10):
        await add(committing, f"+25677200001{number}", f"UG.{number}")

    assert "10 user ids given up" in (await terminal.type("retire-bsuids", "--yes")).says
    assert {each.whatsapp_user_id for each in (await live(committing)).values()} == {None}


async def test_nothing_to_give_up_and_no_moment_are_said(terminal: Terminal) -> None:
    assert (await terminal.type("retire-bsuids")).says == "There is no user id to give up."
    refused = await terminal.type("retire-bsuids", "--before", "yesterday")
    assert (refused.code, "Write one like 2027-03-01T12:00." in refused.says) == (1, True)


WENT = sql("select until_cause from customer_identifiers where value = %(value)s").into(str)
HELD_SINCE = sql("update customer_identifiers set from_at = %(at)s where value = %(value)s")
