"""Many conversations with ten replies queued each, on a bad day: order is kept, and none is lost.

WhatsApp answers 429, takes messages and drops the answer, and workers die before and after the call. The
suite plays forty conversations; CONVERSATIONS=1000 plays as many.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from luminous import outbox
from luminous.db import Database, sql
from luminous.errors import SendFailed
from luminous.messages import Outgoing, StatusChange
from luminous.outbound import deliver_next

CONVERSATIONS, REPLIES, WORKERS = int(os.environ.get("CONVERSATIONS", "40")), 10, 4


class Killed(Exception):
    """A worker died."""


@dataclass(frozen=True, slots=True)
class Left:
    status: str
    count: int


@dataclass
class BadDay:
    """A WhatsApp that keeps what arrived, per person, and does what real ones do."""

    dice: random.Random
    arrived: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    told: set[int] = field(default_factory=set[int])  # messages for which a status came
    doubled: list[int] = field(default_factory=list[int])  # came again all the same
    owed_statuses: list[StatusChange] = field(default_factory=list[StatusChange])
    died_before: set[int] = field(default_factory=set[int])
    sent: int = 0

    async def send(self, message: Outgoing) -> str:
        chance = self.dice.random()
        if chance < 0.03:
            raise SendFailed("busy", "not_sent", code=130429)
        if chance < 0.04 and message.id not in self.died_before:
            self.died_before.add(message.id)
            raise Killed
        self.sent += 1
        if message.id in self.told:
            self.doubled.append(message.id)
        self.arrived.setdefault(message.to or "", []).append(message.id)
        wamid = f"wamid.{self.sent}"
        if chance < 0.11:
            if self.dice.random() < 0.8:
                self.tell(message.id, wamid)
            if chance < 0.09:  # accepted, and the answer was dropped
                raise SendFailed("no answer", "unclear")
            raise Killed
        return wamid

    def tell(self, outbox_id: int, wamid: str) -> None:
        self.told.add(outbox_id)
        now = datetime.now(UTC)
        self.owed_statuses.append(
            StatusChange("meta", wamid, "p", "delivered", now, outbox_id, None, None, billable=True)
        )


async def test_order_is_kept_none_is_lost_and_none_is_doubled_where_a_status_came(database: Database) -> None:
    day = BadDay(random.Random(11))  # noqa: S311 - a play that can be repeated
    async with database.transaction() as conn:
        await PLANT.run(conn, people=CONVERSATIONS, each=REPLIES)
    async with database.transaction() as conn:
        await WROTE.run(conn)

    while await is_unsettled(database):
        await asyncio.gather(*(work(database, day) for _ in range(WORKERS)))
        for status in day.owed_statuses:
            async with database.transaction() as conn:
                await outbox.record_status(conn, status)
        day.owed_statuses.clear()
        async with database.transaction() as conn:
            await TIME_PASSES.run(conn)
            await outbox.forget_lost_workers(conn)
            await TIME_PASSES.run(conn)
        async with database.transaction() as conn:
            await outbox.settle_doubts(conn)
            await TIME_PASSES.run(conn)

    assert len(day.arrived) == CONVERSATIONS
    for messages in day.arrived.values():
        assert list(dict.fromkeys(messages)) == sorted(set(messages))  # the first arrivals, in order
        assert len(set(messages)) == REPLIES
    times = Counter(message for messages in day.arrived.values() for message in messages)
    assert day.doubled == []
    assert sum(times.values()) - len(times) <= CONVERSATIONS * REPLIES * 0.05


async def work(database: Database, day: BadDay) -> None:
    """Deliver until nothing is due; who dies is followed by another."""
    while True:
        try:
            if not await deliver_next(database.transaction, {"meta": day}):
                return
        except Killed:
            continue


async def is_unsettled(database: Database) -> bool:
    async with database.transaction() as conn:
        return any(left.status in ("queued", "sending", "uncertain") for left in await LEFT.all(conn))


PLANT = sql("""
    with made as (
      insert into customers (phone_number)
      select '+2567' || lpad(number::text, 8, '0') from generate_series(1, %(people)s) number
      returning id
    ), owed as (
      insert into outbox
        (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key, content)
      select id, 0, 'meta', '1', 'reply', id::text || place, '{"text": "Hello"}'
        from made, generate_series(1, %(each)s) place
       order by place, id
    )
    select 1
""")
LEFT = sql("select status, count(*)::int as count from outbox group by 1").into(Left)
WROTE = sql("update conversations set last_message_at = now()")
TIME_PASSES = sql("""
    update outbox
       set lease_until = lease_until - interval '1 minute', next_attempt_at = least(next_attempt_at, now())
     where status in ('queued', 'sending', 'uncertain')
""")
