"""`luminous outbox`: what did not go and why, once more, and what the rest cost."""

from datetime import timedelta

from luminous import outbox
from luminous.db import Connection, sql
from tests.cli.conftest import Terminal
from tests.database.owing import claimed, customer, owes
from tests.database.people import PHONE


async def test_a_failed_notice_is_seen_with_its_reason_and_goes_again(
    terminal: Terminal, committing: Connection
) -> None:
    owed = await owes(committing, await customer(committing, PHONE), "notice")
    await claimed(committing)
    await outbox.refused(committing, owed, "[b]gone", code=131026)
    await committing.execute(
        "update outbox set updated_at = (current_date - 1 + time '20:30') at time zone 'UTC'"
    )

    seen = await terminal.run("outbox", "list")
    assert "[b]gone" in seen.says
    assert "23:30" in seen.says, "on the shop's clock"
    assert [each["id"] for each in (await terminal.run("outbox", "list", "--json")).json["messages"]] == [
        owed
    ]

    assert (await terminal.run("outbox", "retry", str(owed))).code == 0
    assert "Nothing failed" in (await terminal.run("outbox", "list")).says
    again = await terminal.run("outbox", "retry", str(owed))
    assert (again.code, "has not failed" in again.says) == (1, True)
    assert "There is no message 999" in (await terminal.run("outbox", "retry", "999")).says


async def test_a_message_that_is_set_aside_says_until_when(
    terminal: Terminal, committing: Connection
) -> None:
    owed = await owes(committing, await customer(committing, PHONE), "notice")
    await claimed(committing)
    await outbox.set_aside(committing, owed, "too much news", code=131049)
    await committing.execute("update outbox set aside_until = timestamptz '2030-01-02 20:30Z'")

    said = (await terminal.run("outbox", "list")).says
    assert "(again" in said
    assert "2030 23:30)" in said
    (seen,) = (await terminal.run("outbox", "list", "--json")).json["messages"]
    assert seen["again_at"].startswith("2030-01-02T20:30")


async def test_what_may_never_come_twice_is_not_tried_again(
    terminal: Terminal, committing: Connection
) -> None:
    link = await owes(committing, await customer(committing, PHONE), "sign_in_link")
    await committing.execute("update outbox set status = 'dead'")

    refused = await terminal.run("outbox", "retry", str(link))

    assert (refused.code, "never goes twice" in refused.says) == (1, True)


async def test_a_number_that_cannot_send_stands_first(terminal: Terminal, committing: Connection) -> None:
    await outbox.stop_number(
        committing, "meta", "1", "190 token expired", code=190, again_in=timedelta(minutes=1)
    )

    assert "meta number 1 cannot send" in (await terminal.run("outbox", "list")).says


async def test_the_cost_of_a_day(terminal: Terminal, committing: Connection) -> None:
    assert "Nothing was sent" in (await terminal.run("outbox", "cost")).says
    owed = await owes(committing, await customer(committing, PHONE))
    await claimed(committing)
    await outbox.accepted(committing, owed, "meta", "wamid.1")
    await BILLED.run(committing)

    (today,) = (await terminal.run("outbox", "cost", "--json")).json
    assert (today["sent"], today["billed"], today["unpriced"]) == (1, 1, 0)
    assert "billed" in (await terminal.run("outbox", "cost")).says


BILLED = sql("update outbox set billable = true")
