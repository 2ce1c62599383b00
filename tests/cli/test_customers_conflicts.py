"""`luminous customers conflicts` and `confirm`: staff are asked in words, and told what their answer did."""

from uuid import UUID

import pytest

from luminous import conversations, customers
from luminous.db import Connection, sql
from tests.cli.conftest import Terminal
from tests.database.people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    add,
    announces,
    live,
    open_conflicts,
    silent_for,
    soft_delete,
    writes,
)

HOSTILE = "[blink]Farouk[/blink]"


async def unproven(conn: Connection) -> UUID:
    """Somebody writes from the number of Daniel, who was silent for long."""
    daniel = (await writes(conn, PHONE, None, "Daniel")).customer_id
    await silent_for(conn, daniel, 90)
    assert (await writes(conn, PHONE, OTHER_USER)).decision == "unproven_number"
    await STRANGER_WROTE.run(conn, id=daniel)
    return daniel


async def registered_anew(conn: Connection) -> UUID:
    """Somebody writes from Daniel's number, and WhatsApp was set up anew behind it."""
    daniel = (await writes(conn, PHONE, USER, "Daniel", key_hash="first")).customer_id
    assert (await writes(conn, PHONE, None, key_hash="second")).decision == "unproven_number"
    return daniel


async def disputed(conn: Connection) -> UUID:
    """Farouk writes from Esther's number."""
    esther = (await writes(conn, PHONE, None, "Esther")).customer_id
    await writes(conn, OTHER_PHONE, OTHER_USER, HOSTILE)
    assert (await writes(conn, PHONE, OTHER_USER, HOSTILE)).decision == "disputed_number"
    return esther


async def announced(conn: Connection) -> UUID:
    """WhatsApp says that Halima changed to what somebody else has."""
    await writes(conn, PHONE, USER, "Halima")
    holder = await add(conn, OTHER_PHONE, OTHER_USER)
    changed = await announces(
        conn, from_phone=PHONE, from_user_id=USER, to_phone=OTHER_PHONE, to_user_id=OTHER_USER
    )
    assert changed.decision == "announced_conflict"
    return holder


async def announced_alone(conn: Connection) -> UUID:
    """WhatsApp says that a number changed whose holder was silent for long."""
    ivan = (await writes(conn, PHONE, None, "Ivan")).customer_id
    await silent_for(conn, ivan, 90)
    changed = await announces(conn, from_phone=PHONE, to_phone=OTHER_PHONE, to_user_id=OTHER_USER)
    assert changed.decision == "announced_conflict"
    return ivan


async def test_nothing_open_is_said(terminal: Terminal) -> None:
    listed = await terminal.type("conflicts")

    assert (listed.code, listed.says) == (0, "Nothing is open: it is clear whose number each one is.")
    assert (await terminal.type("conflicts", "--json")).json == []


@pytest.mark.parametrize(
    ("arises", "says"),
    [
        (
            unproven,
            ["which is Daniel's. Daniel had been silent for long", "whoever wrote", "price of an iPhone"],
        ),
        (
            registered_anew,
            ["WhatsApp was set up anew on it: by Daniel, or by somebody who has the number now."],
        ),
        (
            disputed,
            [f"{HOSTILE} wrote from {PHONE}, which is Esther's", "Esther (has it)", f"{HOSTILE} (wrote)"],
        ),
        (announced, [f"Halima changed to {OTHER_PHONE}, but that is Customer", "Halima (changed)"]),
        (announced_alone, [f"the one with Ivan's number changed to {OTHER_PHONE}.", "whoever changed"]),
    ],
)
async def test_each_question_says_why_it_arose_and_what_each_answer_does(
    terminal: Terminal, committing: Connection, arises: object, says: list[str]
) -> None:
    await arises(committing)  # type: ignore[operator]

    listed = await terminal.type("conflicts")

    assert "1 conflict open." in listed.says
    for each in [*says, "confirm 1 same", "confirm 1 different", "open for a moment"]:
        assert each in listed.says, each


async def test_the_oldest_comes_first_with_its_age_and_what_nobody_can_settle_is_left_out(
    terminal: Terminal, committing: Connection
) -> None:
    await disputed(committing)
    await soft_delete(committing, await add(committing, "+256772000003"))
    old = await add(committing, "+256772000004")
    for holder in ("+256772000003", "+256772000004"):
        await OPEN_LONG_AGO.run(committing, phone=holder)

    listed = await terminal.type("conflicts")
    as_json = (await terminal.type("conflicts", "--json")).json

    assert "open for 2 days" in listed.says
    assert [each["holder"]["display_name"] for each in as_json] == ["Customer", "Esther"]
    assert (as_json[0]["conflict"]["holder_id"], as_json[0]["writer"]) == (str(old), None)
    assert as_json[1]["writer"]["phone_number"] == OTHER_PHONE


@pytest.mark.parametrize(
    ("arises", "answer", "says", "numbers"),
    [
        (unproven, "same", "It was Daniel. The number is theirs", [PHONE]),
        (unproven, "different", "a record of their own, with 1 message of theirs", [None, PHONE]),
        (disputed, "same", "One person. The older of the two records takes over", [PHONE]),
        (disputed, "different", f"Two people. {HOSTILE} has the number", [None, PHONE]),
        (announced, "same", "One person. The older of the two records takes over", [OTHER_PHONE]),
        (announced, "different", "Halima has no longer what they had before", [None, OTHER_PHONE]),
        (announced_alone, "same", f"It was Ivan, whose record has {OTHER_PHONE}", [OTHER_PHONE]),
        (announced_alone, "different", "It was somebody else. Ivan keeps everything but the number", [None]),
    ],
)
async def test_each_answer_is_done_and_told(
    terminal: Terminal,
    committing: Connection,
    arises: object,
    answer: str,
    says: str,
    numbers: list[str | None],
) -> None:
    await arises(committing)  # type: ignore[operator]

    told = await terminal.type("confirm", "1", answer)

    assert told.code == 0
    assert says in told.says
    assert sorted((each.phone_number for each in (await live(committing)).values()), key=str) == sorted(
        numbers, key=str
    )
    assert await open_conflicts(committing) == []
    assert ("luminous customers undo" in told.says) == ("takes over" in says)


async def test_whoever_still_waits_for_a_person_is_named_with_the_command_that_ends_it(
    terminal: Terminal, committing: Connection
) -> None:
    daniel = await unproven(committing)
    await conversations.hand_over(committing, daniel, "has to be recognised first")

    told = await terminal.type("confirm", "1", "same")

    assert f"luminous handover release {daniel}" in told.says


@pytest.mark.parametrize("words", [("99", "same"), ("1", "same")])
async def test_what_is_not_open_is_said(
    terminal: Terminal, committing: Connection, words: tuple[str, str]
) -> None:
    await disputed(committing)
    await terminal.type("confirm", "1", "different")

    told = await terminal.type("confirm", *words)

    assert told.code == 1
    assert f"There is no open conflict {words[0]}: it may be settled already." in told.says


async def test_another_answer_is_refused_with_the_two_that_there_are(terminal: Terminal) -> None:
    told = await terminal.type("confirm", "1", "maybe")

    assert told.code == 2
    assert "'same'" in told.says
    assert "'different'" in told.says


async def test_the_age_of_the_oldest_open_conflict_is_known(conn: Connection) -> None:
    assert await customers.oldest_open_conflict_age(conn) == 0

    await disputed(conn)
    await conn.execute("update customer_conflicts set opened_at = now() - interval '90 seconds'")

    assert await customers.oldest_open_conflict_age(conn) == 90


STRANGER_WROTE = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       decision, sent_at)
    values ('meta', gen_random_uuid()::text, %(id)s, '1', 'text', 'What is the price of an iPhone?', false,
            'unproven_number', now())
""")
OPEN_LONG_AGO = sql("""
    insert into customer_conflicts (holder_id, phone_number, decision, opened_at)
    select id, phone_number, 'unproven_number', now() - interval '2 days'
      from customers where phone_number = %(phone)s
""")
