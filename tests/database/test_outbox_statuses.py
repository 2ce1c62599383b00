"""What WhatsApp says became of a message: forward only, in whatever order and however often it is said."""

import asyncio
from datetime import UTC, datetime
from itertools import permutations, product

import pytest

from luminous import outbox
from luminous.db import Connection, sql
from luminous.messages import Status, StatusChange

from .owing import claimed, customer, lease_ends, owes, row
from .people import PHONE
from .racing import connections, until_blocked

WAMID = "wamid.HBgMMjU2NzcyMDAwMDAx"
STATUSES: tuple[Status, ...] = ("sent", "delivered", "read", "failed")
FARTHEST = ("accepted", "sent", "failed", "delivered", "read")


def change(status: Status, outbox_id: int | None = None, external_id: str = WAMID) -> StatusChange:
    failed = status == "failed"
    return StatusChange(
        channel="meta",
        external_id=external_id,
        position="entry[0].changes[0].statuses[0]",
        status=status,
        occurred_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        outbox_id=outbox_id,
        error_code=131026 if failed else None,
        error_reason="not on WhatsApp" if failed else None,
        billable=None if failed else True,
    )


@pytest.mark.parametrize("is_echoed", [True, False], ids=["our id echoed", "by wamid alone"])
@pytest.mark.parametrize("count", [1, 2, 4])
async def test_every_order_of_statuses_ends_at_the_farthest(
    conn: Connection, count: int, is_echoed: bool
) -> None:
    amina = await customer(conn, PHONE)
    before_amid_and_after = sorted({0, count // 2, count})
    for order, recorded_after in product(permutations(STATUSES, count), before_amid_and_after):
        async with conn.transaction(force_rollback=True):
            hello = await owes(conn, amina)
            await claimed(conn)
            steps: list[Status | None] = [*order, None]
            for position, status in enumerate(steps):
                if position == recorded_after:
                    await outbox.accepted(conn, hello, "meta", WAMID)
                if status is not None:  # everything comes twice
                    await outbox.record_status(conn, change(status, hello if is_echoed else None))
                    await outbox.record_status(conn, change(order[0], hello if is_echoed else None))

            end = await row(conn, hello)
            assert end.status == max(order, key=FARTHEST.index), (order, recorded_after)
            assert (end.external_id, end.leased_for) == (WAMID, None)
            failed = end.status == "failed"
            assert end.error_code == (131026 if failed else None), (order, recorded_after)
            assert end.error_reason == ("not on WhatsApp" if failed else None)
            assert end.billable or order == ("failed",) or failed
            assert await EARLY.all(conn) == []


async def test_a_status_says_something_new_once(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await outbox.accepted(conn, hello, "meta", WAMID)

    order: tuple[Status, ...] = ("sent", "sent", "read", "delivered")
    said = [await outbox.record_status(conn, change(status)) for status in order]

    assert said == [True, False, True, False]


async def test_a_status_of_a_message_that_we_do_not_know_is_kept_for_a_day(conn: Connection) -> None:
    assert not await outbox.record_status(conn, change("sent"))
    assert not await outbox.record_status(conn, change("sent"))
    assert await EARLY.all(conn) == ["sent"]

    assert await outbox.forget_early_statuses(conn) == 0
    await conn.execute("update early_statuses set received_at = now() - interval '25 hours'")
    assert await outbox.forget_early_statuses(conn) == 1


async def test_the_same_wamid_of_another_channel_is_another_message(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await conn.execute("update outbox set channel = 'gateway'")
    await outbox.accepted(conn, hello, "gateway", WAMID)

    await outbox.record_status(conn, change("read", hello))

    assert (await row(conn, hello)).status == "accepted"
    assert await EARLY.all(conn) == ["read"]


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
async def test_a_status_settles_a_doubt(conn: Connection, status: Status) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await lease_ends(conn)
    await outbox.forget_lost_workers(conn)

    await outbox.record_status(conn, change(status, hello))

    await lease_ends(conn)
    assert await outbox.settle_doubts(conn) == 0
    assert (await row(conn, hello)).status == status
    assert await outbox.claim(conn) is None


async def test_a_status_revives_what_we_had_given_up(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await outbox.refused(conn, hello, "no answer six times", code=None, given_up=True)

    assert await outbox.record_status(conn, change("delivered", hello))

    assert ((end := await row(conn, hello)).status, end.error_reason) == ("delivered", None)


async def test_the_failure_of_an_earlier_attempt_says_nothing_about_the_one_that_was_taken(
    conn: Connection,
) -> None:
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await outbox.accepted(conn, hello, "meta", WAMID)

    await outbox.record_status(conn, change("failed", hello, external_id="wamid.earlier"))

    assert (await row(conn, hello)).status == "accepted"


async def test_a_status_that_comes_while_its_message_is_being_recorded_waits_and_moves_it(
    database_url: str,
) -> None:
    async with connections(database_url, 3) as (worker, webhook, watcher):
        hello = await owes(watcher, await customer(watcher, PHONE))
        await claimed(watcher)
        async with worker.transaction():
            await outbox.accepted(worker, hello, "meta", WAMID)
            status = asyncio.create_task(outbox.record_status(webhook, change("delivered", hello)))
            await until_blocked(watcher, webhook)

        assert await status
        assert (await row(watcher, hello)).status == "delivered"


async def test_a_status_without_our_id_that_is_overtaken_by_the_record_is_joined_later(
    database_url: str,
) -> None:
    async with connections(database_url, 2) as (worker, webhook):
        hello = await owes(worker, await customer(worker, PHONE))
        await claimed(worker)
        async with worker.transaction():
            await outbox.accepted(worker, hello, "meta", WAMID)
            assert not await outbox.record_status(webhook, change("delivered"))

        assert (await row(worker, hello)).status == "accepted"
        await outbox.join_overtaken_statuses(worker)
        assert (await row(worker, hello)).status == "delivered"
        assert await EARLY.all(worker) == []


async def test_an_overtaken_status_is_joined_also_after_the_workers_were_away_for_half_an_hour(
    conn: Connection,
) -> None:
    await outbox.record_status(conn, change("delivered"))
    hello = await owes(conn, await customer(conn, PHONE))
    await claimed(conn)
    await RECORDED_IN_THAT_MOMENT.run(conn, id=hello, wamid=WAMID)
    await HALF_AN_HOUR_PASSES.run(conn)

    await outbox.join_overtaken_statuses(conn)

    assert (await row(conn, hello)).status == "delivered"
    assert await EARLY.all(conn) == []


RECORDED_IN_THAT_MOMENT = sql("""
    update outbox set status = 'accepted', external_id = %(wamid)s, lease_until = null where id = %(id)s
""")
HALF_AN_HOUR_PASSES = sql("update early_statuses set received_at = received_at - interval '30 minutes'")
EARLY = sql("select status from early_statuses").into(str)
