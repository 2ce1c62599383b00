"""Messages of which nobody knows whether they went: again once, or never, by their purpose."""

from datetime import timedelta

import pytest

from luminous import outbox
from luminous.db import Connection, sql
from luminous.outbox.owe import Purpose

from .owing import claimed, customer, lease_ends, owes, row
from .people import PHONE


async def test_a_message_of_a_lost_worker_is_in_doubt_then_sent_once_more_then_given_up(
    conn: Connection,
) -> None:
    hello = await owes(conn, await customer(conn, PHONE))

    for attempt, follows in enumerate(["queued", "dead"], start=1):
        assert (await claimed(conn)).attempts == attempt
        await lease_ends(conn)
        assert await outbox.forget_lost_workers(conn) == 1
        in_doubt = await row(conn, hello)
        assert (in_doubt.status, in_doubt.lost_answers, in_doubt.leased_for) == (
            "uncertain",
            attempt,
            timedelta(seconds=30),
        )
        assert await outbox.settle_doubts(conn) == 0  # half a minute for a status to come
        await lease_ends(conn)
        assert await outbox.settle_doubts(conn) == 1
        assert (await row(conn, hello)).status == follows

    assert await outbox.claim(conn) is None


@pytest.mark.parametrize("purpose", ["payment_prompt", "sign_in_link"])
async def test_what_must_not_come_twice_is_never_sent_again(conn: Connection, purpose: Purpose) -> None:
    prompt = await owes(conn, await customer(conn, PHONE), purpose)
    await claimed(conn)
    await lease_ends(conn)
    await outbox.forget_lost_workers(conn)
    await lease_ends(conn)

    await outbox.settle_doubts(conn)

    assert (await row(conn, prompt)).status == "dead"


async def test_a_worker_whose_lease_runs_keeps_its_message(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)

    assert await outbox.forget_lost_workers(conn) == 0
    assert (await row(conn, hello)).status == "sending"


async def test_failures_that_whatsapp_told_us_are_tried_to_the_last_attempt(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE))

    for attempt in range(1, 7):
        assert (await claimed(conn)).attempts == attempt
        await outbox.unclear(conn, hello, "it says it failed", code=131000, answered=True)
        await lease_ends(conn)
        await outbox.settle_doubts(conn)

    given_up = await row(conn, hello)
    assert (given_up.status, given_up.error_code, given_up.lost_answers) == ("dead", 131000, 0)


async def test_an_attempt_that_was_not_the_messages_fault_does_not_count(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)

    await outbox.try_again(conn, hello, "token expired", code=190, after=timedelta(minutes=1), counts=False)

    again = await row(conn, hello)
    assert (again.status, again.attempts, again.due_in) == ("queued", 0, timedelta(minutes=1))


@pytest.mark.parametrize("follows", ["uncertain", "queued", "dead"])
async def test_an_answer_that_comes_late_is_believed_and_nothing_is_sent_again(
    conn: Connection, follows: str
) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await SET_STATUS.run(conn, id=hello, status=follows)

    await outbox.accepted(conn, hello, "meta", "wamid.1")

    late = await row(conn, hello)
    assert (late.status, late.external_id, late.leased_for) == ("accepted", "wamid.1", None)
    assert await outbox.claim(conn) is None


@pytest.mark.parametrize("follows", ["accepted", "delivered", "read", "failed", "dead"])
async def test_a_failure_that_comes_late_takes_nothing_back(conn: Connection, follows: str) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await SET_STATUS.run(conn, id=hello, status=follows)

    await outbox.try_again(conn, hello, "busy", code=130429, after=timedelta(0))
    await outbox.unclear(conn, hello, "no answer", code=None, answered=False)
    await outbox.refused(conn, hello, "no", code=131026)

    assert (await row(conn, hello)).status == follows


@pytest.mark.parametrize(("given_up", "status"), [(False, "failed"), (True, "dead")])
async def test_a_refusal_is_kept_with_its_reason(conn: Connection, given_up: bool, status: str) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)

    await outbox.refused(conn, hello, "not on WhatsApp", code=131026, given_up=given_up)

    refused = await row(conn, hello)
    assert (refused.status, refused.error_code, refused.error_reason) == (status, 131026, "not on WhatsApp")
    assert await outbox.claim(conn) is None


SET_STATUS = sql("update outbox set status = %(status)s where id = %(id)s")
