"""After the last fault: all settles by itself, and what comes again changes nothing."""

import asyncio
import time
from dataclasses import dataclass

from luminous.db import Connection, connect, sql
from luminous.proof.chaos.players import Stage
from luminous.proof.stage import ANSWERED, NoAnswer, Poster
from luminous.proof.verify_report import Finding

LONGEST_REPLAY = 2_000  # bodies
IN_A_MOMENT = 2.5  # seconds, in which a worker looks twice at everything


@dataclass(frozen=True, slots=True)
class Open:
    """What is not settled yet."""

    unanswered: int
    owed: int

    def __str__(self) -> str:
        return f"{self.unanswered} unanswered messages, {self.owed} replies not accepted"


async def settle(stage: Stage) -> Finding:
    """Nothing fails any more, and whoever is dead comes back: wait until all is settled, at most so long."""
    item = f"All is settled within {stage.plan.settle_seconds:.0f} s after the last fault"
    begun, left = time.monotonic(), Open(0, 0)
    stage.graph.from_now_on(lambda: ANSWERED, stage.meta.tell_status)
    await stage.killer.bring_all_back()
    async with connect(stage.database.url) as conn:
        if stage.plan.hurried:
            await _end_leases(stage, conn)
        while (passed := time.monotonic() - begun) < stage.plan.settle_seconds:
            left = await OPEN.one(conn)
            if stage.meta.is_idle and left == Open(0, 0):
                return Finding(item, "✓", f"after {passed:.0f} s")
            if stage.plan.hurried and stage.meta.is_idle:
                await HALF_A_MINUTE_PASSES.run(conn)
            await asyncio.sleep(0.2)
    return Finding(item, "✗", f"{left}, {stage.meta.waiting} webhooks not answered with 200")


async def _end_leases(stage: Stage, conn: Connection) -> None:
    """The last worker dies, every status is told, and the leases of the dead are over."""
    await stage.meta.until_idle(stage.plan.settle_seconds)
    await stage.killer.kill_worker()
    await stage.meta.until_idle(stage.plan.settle_seconds)
    await LEASES_END.run(conn)
    await stage.worker.start()


async def replay(stage: Stage, poster: Poster) -> Finding:
    """A fifth of the bodies come again, in any order, long after their 200."""
    item = "Bodies that come again change nothing"
    number = min(LONGEST_REPLAY, -(-stage.plan.webhooks // 5))
    async with connect(stage.database.url) as conn, poster:
        before = await ROWS.one(conn)
        for one in stage.plan.dice("replay").sample(stage.crowd.webhooks, number):
            if (answer := await _answer(poster, one.body)) != 200:
                return Finding(item, "✗", f"one that was taken before was answered with {answer}")
        await asyncio.sleep(IN_A_MOMENT)
        after = await ROWS.one(conn)
    if before != after:
        return Finding(item, "✗", f"before: {before}; after: {after}")
    return Finding(item, "✓", f"{number:,} posted once more")


async def _answer(poster: Poster, body: bytes) -> int | NoAnswer:
    try:
        return await poster.post(body)
    except NoAnswer as silence:
        return silence


OPEN = sql("""
    select (select count(*)::int from inbox where answered_at is null) as unanswered,
           (select count(*)::int from outbox where status in ('queued', 'sending', 'uncertain')) as owed
""").into(Open)
ROWS = sql("""
    select concat_ws(', ', (select count(*) || ' messages' from inbox),
                     (select count(*) || ' replies' from outbox),
                     (select count(*) || ' customers' from customers),
                     (select count(*) || ' identifiers' from customer_identifiers),
                     (select count(*) || ' subscriptions' from subscriptions))
""").into(str)
LEASES_END = sql("update outbox set lease_until = now() where status = 'sending'")
HALF_A_MINUTE_PASSES = sql("""
    update outbox set lease_until = lease_until - interval '30 seconds',
                      next_attempt_at = next_attempt_at - interval '30 seconds'
     where status in ('queued', 'uncertain')
""")
