"""How fast a number sends: one bucket for all workers, whatever they do at once."""

import asyncio
from time import monotonic

from luminous import outbox
from luminous.db import Database, sql
from luminous.pace import Pace


async def test_all_workers_together_take_no_more_than_the_bucket_holds(database: Database) -> None:
    async def take() -> int:
        async with database.transaction() as conn:
            return await outbox.take_tokens(conn, "meta", "1", per_second=80, most=10)

    began = monotonic()
    taken = sum(await asyncio.gather(*(take() for _ in range(40))))
    seconds = monotonic() - began

    assert 80 <= taken <= 80 + 80 * seconds + 1


async def test_a_bucket_fills_with_time_and_never_beyond_a_second(database: Database) -> None:
    async def take(most: int) -> int:
        async with database.transaction() as conn:
            return await outbox.take_tokens(conn, "meta", "1", per_second=20, most=most)

    async def later(seconds: float) -> None:
        async with database.transaction() as conn:
            await EARLIER.run(conn, seconds=seconds)

    assert await take(20) == 20
    assert await take(20) < 20
    await later(3600)
    assert await take(100) == 20
    await later(0.5)
    assert 10 <= await take(20) <= 20


async def test_each_number_has_a_bucket_of_its_own(database: Database) -> None:
    for number in ("1", "2"):
        async with database.transaction() as conn:
            assert await outbox.take_tokens(conn, "meta", number, per_second=5, most=5) == 5


async def test_processes_that_share_a_number_share_its_rate(database: Database) -> None:
    processes = [Pace(40), Pace(40), Pace(40)]
    began = monotonic()

    sent = await asyncio.gather(*(pace.keep(database.transaction, "meta", "1") for pace in processes * 30))

    # One second's worth is there at once, and the other fifty come at forty a second.
    assert all(sent)
    assert monotonic() - began > 50 / 40 - 0.4


EARLIER = sql("update sending_rates set filled_at = filled_at - make_interval(secs => %(seconds)s)")
