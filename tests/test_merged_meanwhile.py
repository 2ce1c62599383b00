"""Two records of one person are merged while the shop is taking, answering and sending their messages."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from luminous.answering import answer_next
from luminous.channels.meta.payload import parse
from luminous.db import Connection, connect
from luminous.inbound import Delivery, take_events
from luminous.messages import Outgoing
from luminous.outbound import deliver_next
from tests.shop import KAMPALA, ShopUnderTest, text, webhook

PHONE, USER = "256782240146", "UG.13491208655302741918"
SHOWN, HIDDEN, BOTH = (PHONE, None), (None, USER), (PHONE, USER)


class SlowChannel:
    """A WhatsApp that answers only when it is told to."""

    def __init__(self) -> None:
        self.under_way: list[Outgoing] = []
        self.may_answer = asyncio.Event()

    async def send(self, message: Outgoing) -> str:
        self.under_way.append(message)
        await self.may_answer.wait()
        return f"wamid.slow.{message.id}"


async def test_a_message_under_way_when_its_record_is_merged_is_answered_to_the_survivor(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1", SHOWN))
    await shop.hear(text("Hello", "wamid.2", HIDDEN))
    await shop.settle()

    async with connect(database_url) as intake, connect(database_url) as watcher:
        async with intake.transaction():
            await take(intake, text("How much is this?", "wamid.3", HIDDEN))
            merging = asyncio.create_task(shop.hear(text("Hello", "wamid.4", BOTH)))
            await until_somebody_waits_for(watcher, intake)
        await merging

    assert len(await shop.settle()) == 1
    await everything_is_the_survivors_and_answered(shop)


async def test_a_message_that_is_committed_after_the_merge_follows_and_is_answered(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1", SHOWN))
    await shop.hear(
        text("Hello", "wamid.2", HIDDEN)
    )  # waits already: the next message does not touch the conversation

    async with connect(database_url) as intake, intake.transaction():
        await take(intake, text("How much is this?", "wamid.3", HIDDEN))
        await shop.hear(text("Hello", "wamid.4", BOTH))
    assert (
        await shop.one(
            "select count(*) from inbox join customers c on c.id = customer_id where merged_into is not null"
        )
        == 1
    )

    await shop.tidy()
    assert "Noted for your request Q-1" in (await shop.settle())[-1]
    await everything_is_the_survivors_and_answered(shop)


async def test_two_messages_in_flight_when_their_records_are_merged_are_both_recorded_and_the_rest_follows(
    shop: ShopUnderTest,
) -> None:
    await shop.hear(text("Hello", "wamid.1", SHOWN))
    await shop.hear(text("Hello", "wamid.2", HIDDEN))
    await answer_all(shop)
    slow = SlowChannel()
    sending = [asyncio.create_task(deliver_next(shop.database.transaction, {"meta": slow})) for _ in range(2)]
    async with asyncio.timeout(30):
        while len(slow.under_way) < 2:  # noqa: ASYNC110 - the two are on their way
            await asyncio.sleep(0.005)

    await shop.hear(text("My plan", "wamid.3", BOTH))
    await answer_all(shop)
    assert not await deliver_next(shop.database.transaction, {"meta": shop.whatsapp}), "one at a time"
    slow.may_answer.set()
    await asyncio.gather(*sending)

    assert len(await shop.settle()) == 1
    await everything_is_the_survivors_and_answered(shop)


async def everything_is_the_survivors_and_answered(shop: ShopUnderTest) -> None:
    (survivor,) = await shop.rows("select id from customers where deleted_at is null")
    assert await shop.rows("select distinct customer_id, answered_at is not null from inbox") == [
        (*survivor, True)
    ]
    assert await shop.rows("select distinct customer_id, status from outbox") == [(*survivor, "accepted")]
    assert shop.whatsapp.sent[-1].to == "+" + PHONE
    assert await shop.one("select count(*) from conversations where waiting_since is not null") == 0


async def answer_all(shop: ShopUnderTest) -> None:
    """Answer, and send nothing yet."""
    while await answer_next(shop.database.transaction, KAMPALA):
        pass


async def take(conn: Connection, message: dict[str, Any]) -> None:
    """A webhook with one message is taken, and not committed yet."""
    raw = json.dumps(webhook(message)).encode()
    events = parse(raw, datetime.now(UTC))
    await take_events(conn, Delivery("meta", raw, events), events)


async def until_somebody_waits_for(watcher: Connection, holder: Connection) -> None:
    """Wait until another connection waits for a lock of `holder`. Gives up after 30 s."""
    async with asyncio.timeout(30):
        while not await (await watcher.execute(WAITS, [holder.info.backend_pid])).fetchone():  # noqa: ASYNC110 - PostgreSQL's event
            await asyncio.sleep(0.005)


WAITS = "select true from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
