"""`luminous customers find` and `show`: who it is now, and who it was."""

from pathlib import Path
from uuid import UUID

import pytest

from luminous import conversations, customers
from luminous.customers.find import meaning_of
from luminous.db import Connection, sql
from tests.cli.conftest import Terminal
from tests.database.merging import subscribes
from tests.database.owing import owes
from tests.database.people import OTHER_PHONE, OTHER_USER, PHONE, USER, add, silent_for, soft_delete, writes
from tests.test_up import luminous

HOSTILE = "[bold]Amina[/bold] \x1b[31m\u202e{x}"


@pytest.mark.parametrize(
    "text", ["0772000001", "+256 772 000 001", "256772000001", "(0772) 000-001", "000001", " ０772000001 "]
)
async def test_a_number_is_found_however_it_is_typed(
    terminal: Terminal, committing: Connection, text: str
) -> None:
    amina = (await writes(committing, PHONE, USER, "Amina")).customer_id
    await writes(committing, OTHER_PHONE, OTHER_USER, "Bosco")

    found = await terminal.type("find", text)

    assert found.code == 0
    assert [word in found.out for word in ("Amina", str(amina), PHONE, "Bosco")] == [True, True, True, False]


async def test_a_used_number_shows_who_has_it_first_and_then_who_had_it(
    terminal: Terminal, committing: Connection
) -> None:
    amina = (await writes(committing, PHONE, USER, "Amina")).customer_id
    bosco = (await writes(committing, PHONE, OTHER_USER, "Bosco")).customer_id

    found = await terminal.type("find", PHONE)
    as_json = (await terminal.type("find", PHONE, "--json")).json

    assert found.out.index("Bosco") < found.out.index("Amina")
    assert "somebody else has the number" in found.says
    assert [each["record"]["id"] for each in as_json] == [str(bosco), str(amina)]
    assert [held["until_cause"] for each in as_json for held in each["held"]] == [None, "recycled_number"]


@pytest.mark.parametrize("by", ["name", "part of the name", "user id", "id", "number"])
async def test_a_merged_record_is_found_and_says_whose_part_it_is(
    terminal: Terminal, committing: Connection, by: str
) -> None:
    ended = (await writes(committing, PHONE, USER, "Amina Nakato")).customer_id
    kept = (await writes(committing, OTHER_PHONE, OTHER_USER, "Grace")).customer_id
    await customers.merge(committing, ended, kept, "staff")
    texts = {
        "name": "amina nakato",
        "part of the name": "NAK",
        "user id": USER,
        "id": str(ended),
        "number": PHONE,
    }

    found = await terminal.type("find", texts[by])

    assert f"part of {kept}" in found.says


async def test_nobody_found_is_said_and_exits_with_1(terminal: Terminal) -> None:
    found = await terminal.type("find", "[red]x[/red]")

    assert found.code == 1
    assert "Nobody fits “[red]x[/red]”" in found.says
    as_json = await terminal.type("find", "Amina", "--json")
    assert (as_json.code, as_json.json) == (1, [])


async def test_at_most_twenty_are_shown_and_that_is_said(terminal: Terminal, committing: Connection) -> None:
    for number in range(21):
        await writes(committing, None, f"UG.{number}", "Amina")

    found = await terminal.type("find", "Amina")

    assert found.out.count("Guest User") == 20
    assert "There may be more" in found.says


@pytest.mark.parametrize(
    ("text", "region", "means"),
    [
        ("UG.256782240146", "UG", {"UG.256782240146"}),  # reads as a valid Ugandan number
        ("5511987654321", "BR", {"+5511987654321", "+551187654321"}),
        ("+52 1 55 1234 5678", "UG", {"+5215512345678", "+525512345678"}),
        ("54 9 11 2345-6789", "UG", {"+5491123456789", "+541123456789"}),
        ("Shop 24", "UG", set[str]()),
        ("a\x00\ud800b", "UG", set[str]()),
    ],
)
def test_what_a_person_types_is_understood(text: str, region: str, means: set[str]) -> None:
    assert means <= set(meaning_of(text, region).identifiers)
    assert (meaning_of(text, region).name is None) == bool(means)


async def test_everything_on_a_record_is_shown_at_one_look(
    terminal: Terminal, committing: Connection
) -> None:
    amina = (await writes(committing, PHONE, USER, "Amina")).customer_id
    other = (await writes(committing, OTHER_PHONE, OTHER_USER, "Amina N.")).customer_id
    merge_id = await customers.merge(committing, other, amina, "staff")
    await subscribes(committing, amina, "plus")
    await customers.set_consent(committing, amina, "opted_out")
    await conversations.hand_over(committing, amina, "asked for a person")
    await wrote(committing, amina, "How much is this?")
    await owes(committing, amina)
    await ask(committing, amina)

    shown = await terminal.type("show", str(amina))

    missing = [
        each
        for each in (
            "Amina", str(amina), PHONE, USER, "Plus until", "no, they said STOP", "asked for a person",
            "luminous customers conflicts", "a first message", f"took over Amina N. ({other}): staff merged",
            f"luminous customers undo {merge_id}", "How much is this?", "not answered yet",
            "Is owed 1 message", "waits to be sent", "Hello",
        )
        if each not in shown.says
    ]  # fmt: skip
    assert missing == []


async def test_a_record_as_json_has_every_part(terminal: Terminal, committing: Connection) -> None:
    amina = (await writes(committing, PHONE, USER, "Amina")).customer_id
    await wrote(committing, amina, "Hello")

    record = (await terminal.type("show", "amina", "--json")).json

    known = ["now", "standing", "identifiers", "merges", "conflicts", "written", "owed"]
    assert list(record) == [*known, "quotations", "orders", "payments"]
    assert (record["now"]["id"], record["now"]["messages"]) == (str(amina), 1)
    assert [(held["value"], held["until_at"]) for held in record["identifiers"]] == [
        (PHONE, None),
        (USER, None),
    ]
    assert record["written"][0]["text"] == "Hello"


async def test_a_used_number_shows_the_record_of_who_has_it_now(
    terminal: Terminal, committing: Connection
) -> None:
    await writes(committing, PHONE, USER, "Amina")
    bosco = (await writes(committing, PHONE, OTHER_USER, "Bosco")).customer_id

    assert str(bosco) in (await terminal.type("show", PHONE)).out


async def test_a_merged_and_a_deleted_record_say_what_became_of_them(
    terminal: Terminal, committing: Connection
) -> None:
    ended, kept, gone = (
        await add(committing, PHONE),
        await add(committing),
        await add(committing, OTHER_PHONE),
    )
    merge_id = await customers.merge(committing, ended, kept, "staff")
    await soft_delete(committing, gone)

    assert f"part of {kept}, since" in (shown := await terminal.type("show", str(ended))).says
    assert f"luminous customers undo {merge_id}" in shown.says
    assert "deleted, since" in (await terminal.type("show", str(gone))).says


async def test_hostile_names_and_texts_are_shown_as_text(terminal: Terminal, committing: Connection) -> None:
    amina = (await writes(committing, PHONE, USER, HOSTILE)).customer_id
    await wrote(committing, amina, HOSTILE)
    await customers.merge(committing, await named(committing, HOSTILE), amina, "staff")

    for shown in (await terminal.type("show", str(amina)), await terminal.type("find", PHONE)):
        assert "[bold]Amina[/bold]" in shown.out
        assert "{x}" in shown.out
        assert not {"\x1b", "\u202e"} & set(shown.out)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nobody", "Nobody fits “nobody”. Look with `luminous customers find`."),
        ("2fe792da-db0c-4570-8589-25f56004ba71", "There is no customer"),
        ("Customer", "2 customers fit “Customer”. `luminous customers find` shows them with their ids."),
    ],
)
async def test_who_cannot_be_shown_is_said_with_what_to_do(
    terminal: Terminal, committing: Connection, text: str, says: str
) -> None:
    await add(committing, PHONE)
    await add(committing, OTHER_PHONE)

    shown = await terminal.type("show", text)

    assert shown.code == 1
    assert says in shown.says


async def test_messages_of_a_stranger_are_not_counted_as_the_holders(
    terminal: Terminal, committing: Connection
) -> None:
    amina = (await writes(committing, PHONE, None, "Amina")).customer_id
    await wrote(committing, amina, "Where is my order?")
    await silent_for(committing, amina, 90)
    await writes(committing, PHONE)
    await wrote(committing, amina, "Who is this?", "unproven_number")

    now = (await terminal.type("show", "amina", "--json")).json["now"]

    assert (now["messages"], now["last_text"]) == (1, "Where is my order?")


async def test_a_refusal_is_one_sentence_on_standard_error(tmp_path: Path, database_url: str) -> None:
    result = luminous(tmp_path, "customers", "show", "nobody", DATABASE_URL=database_url)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "✗ Nobody fits “nobody”. Look with `luminous customers find`.\n"


async def wrote(conn: Connection, customer_id: UUID, text: str, decision: str = "recognised") -> None:
    await WROTE.run(conn, id=customer_id, text=text, decision=decision)


async def named(conn: Connection, name: str) -> UUID:
    """Somebody inserted by hand under this name."""
    return await NAMED.one(conn, name=name)


async def ask(conn: Connection, holder: UUID) -> None:
    """It is open whose the holder's number is."""
    await ASK.run(conn, holder=holder, phone=PHONE)


WROTE = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       decision, sent_at)
    values ('meta', gen_random_uuid()::text, %(id)s, '1', 'text', %(text)s, false, %(decision)s, now())
""")
NAMED = sql("insert into customers (display_name) values (%(name)s) returning id").into(UUID)
ASK = sql("select open_conflict(%(holder)s, null, %(phone)s, null, 'unproven_number')")
