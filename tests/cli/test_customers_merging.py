"""`luminous customers merge` and `undo`."""

from uuid import UUID, uuid4

import pytest

from luminous import customers
from luminous.db import Connection
from tests.cli.conftest import Terminal
from tests.database.merging import subscribes
from tests.database.people import OTHER_PHONE, OTHER_USER, PHONE, USER, add, live, soft_delete, writes

HOSTILE = "[red]Grace[/red]"


async def two(conn: Connection) -> tuple[UUID, UUID]:
    """Two records of one person: the one that ends, and the one that goes on."""
    ended = (await writes(conn, OTHER_PHONE, OTHER_USER, HOSTILE)).customer_id
    return ended, (await writes(conn, PHONE, None, "Amina")).customer_id


async def test_both_records_and_what_comes_of_them_are_shown_before_it_is_asked(
    terminal: Terminal, committing: Connection
) -> None:
    ended, kept = await two(committing)
    await subscribes(committing, ended, "plus")

    asked = await terminal.type("merge", str(ended), str(kept), answer="n\n")

    assert asked.code == 1
    for each in (
        f"{HOSTILE} (ends)",
        "Amina (goes on)",
        "together",
        "Merge them? [y/N]",
        "Nothing was changed.",
    ):
        assert each in asked.says, each
    assert asked.out.count("Plus until") == 2  # of the one that ends, and of both together
    assert f"{OTHER_PHONE} is nobody's number then" in asked.says
    assert (await live(committing)).keys() == {ended, kept}
    assert await merges(committing) == 0


@pytest.mark.parametrize("how", ["--yes", "y"])
async def test_a_merge_says_how_it_is_undone_and_undoing_gives_both_back(
    terminal: Terminal, committing: Connection, how: str
) -> None:
    ended, kept = await two(committing)
    before = await live(committing)

    merged = await (
        terminal.type("merge", str(ended), str(kept), "--yes")
        if how == "--yes"
        else terminal.type("merge", str(ended), str(kept), answer="y\n")
    )
    assert merged.code == 0
    assert (await live(committing)).keys() == {kept}
    command, merge_id = merged.out.split()[-2:]
    assert command == "undo"

    undone = await terminal.type("undo", merge_id)
    assert undone.code == 0
    assert f"{HOSTILE} and Amina are two records again" in undone.says
    assert {(each.id, each.phone_number) for each in (await live(committing)).values()} == {
        (each.id, each.phone_number) for each in before.values()
    }


async def test_who_has_a_website_account_on_each_record_is_told_which_one_stays(
    terminal: Terminal, committing: Connection
) -> None:
    ended, kept = await two(committing)
    await committing.execute(
        "with made as (insert into profiles default values returning id)"
        " update customers set profile_id = made.id from made where customers.id = any(%s)",
        [[ended]],
    )
    await committing.execute(
        "with made as (insert into profiles default values returning id)"
        " update customers set profile_id = made.id from made where customers.id = any(%s)",
        [[kept]],
    )

    asked = await terminal.type("merge", str(ended), str(kept), answer="n\n")

    assert "Both have a website account. Amina's stays" in asked.says


@pytest.mark.parametrize("which", ["nobody", "itself", "merged before", "deleted", "no id"])
async def test_what_cannot_be_merged_is_said_with_the_reason(
    terminal: Terminal, committing: Connection, which: str
) -> None:
    ended, kept = await two(committing)
    into, says = str(kept), ""
    match which:
        case "nobody":
            into = str(uuid4())
            says = f"There is no customer {into}."
        case "itself":
            into, says = str(ended), "Both are the same record"
        case "merged before":
            other = await add(committing)
            await customers.merge(committing, kept, other, "staff")
            says = f"Amina ({kept}) is part of {other} already: use that id."
        case "deleted":
            await soft_delete(committing, kept)
            says = f"Amina ({kept}) was deleted"
        case _:
            into, says = (
                "0772000001",
                "0772000001 is not a customer's id. `luminous customers find` shows the ids.",
            )

    refused = await terminal.type("merge", str(ended), into, "--yes")

    assert refused.code == 1
    assert says in refused.says


async def test_what_cannot_be_undone_is_said_with_the_reason(
    terminal: Terminal, committing: Connection
) -> None:
    ended, kept = await two(committing)
    third = await add(committing, None, USER)
    first = await customers.merge(committing, ended, kept, "staff")
    second = await customers.merge(committing, kept, third, "staff")

    assert f"There is no merge {second + 1}." in (await terminal.type("undo", str(second + 1))).says
    assert f"undo merge {second} first" in (await terminal.type("undo", str(first))).says
    assert (await terminal.type("undo", str(second))).code == 0
    assert f"Merge {second} was undone already." in (await terminal.type("undo", str(second))).says
    await soft_delete(committing, kept)
    refused = await terminal.type("undo", str(first))
    assert (refused.code, "into a record that is still there" in refused.says) == (1, True)


async def merges(conn: Connection) -> int:
    return (await (await conn.execute("select count(*) from customer_merges")).fetchall())[0][0]
