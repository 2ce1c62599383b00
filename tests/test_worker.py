"""The worker's loops and the bell between processes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from luminous import wake, worker
from luminous.channels.meta.payload import parse
from luminous.wake import Bell
from luminous.worker import Work, work
from tests.shop import KAMPALA, ShopUnderTest, text


@asynccontextmanager
async def worker_of(shop: ShopUnderTest, bell: Bell, url: str) -> AsyncGenerator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(
        work(Work(shop.database, url, KAMPALA, {"meta": shop.whatsapp}, {"meta": parse}), bell, stop)
    )
    try:
        yield
    finally:
        stop.set()
        bell.ring_for_all()
        await asyncio.wait_for(task, 10)


async def until_sent(shop: ShopUnderTest, number: int) -> None:
    async with asyncio.timeout(60):
        while len(shop.whatsapp.sent) < number:
            await shop.whatsapp.was_asked.wait()
            shop.whatsapp.was_asked.clear()


async def test_message_is_answered_by_a_worker_in_the_same_process(
    shop: ShopUnderTest, database_url: str
) -> None:
    async with worker_of(shop, shop.bell, database_url):
        await asyncio.sleep(0.2)
        await shop.hear(text("Hello", "wamid.1"))
        await until_sent(shop, 1)


async def test_worker_that_rests_ends_at_once_when_it_is_told(
    shop: ShopUnderTest, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "REST_SECONDS", 3600.0)
    monkeypatch.setattr(wake, "BY_ITSELF_EVERY", 3600.0)
    async with worker_of(shop, shop.bell, database_url):
        await asyncio.sleep(0.2)


async def test_worker_in_another_process_that_hears_nothing_finds_the_message_all_the_same(
    shop: ShopUnderTest,
) -> None:
    async with worker_of(shop, Bell(), "postgresql://nobody@127.0.0.1:1/nothing"):
        await asyncio.sleep(0.2)
        await shop.hear(text("Hello", "wamid.1"))
        await until_sent(shop, 1)


async def test_ring_in_one_process_is_heard_in_another(shop: ShopUnderTest, database_url: str) -> None:
    here, there = Bell(), Bell()
    tasks = [
        asyncio.create_task(here.tell_others(shop.database.transaction)),
        asyncio.create_task(there.listen(database_url)),
    ]
    async with asyncio.timeout(60):
        while not await shop.one(LISTENS):  # noqa: ASYNC110 - PostgreSQL's event
            await asyncio.sleep(0.01)
        here.ring("pay")
        await there.wait("pay")
    # A connection that was killed ends neither of them.
    await shop.do("""
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()""")
    here.ring("pay")
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


LISTENS = """
    select exists (select from pg_stat_activity
                    where datname = current_database() and query ilike 'listen%')"""


async def test_worker_outlives_a_database_that_goes_away_and_comes_back(
    shop: ShopUnderTest, database_url: str
) -> None:
    async with worker_of(shop, shop.bell, database_url):
        await shop.do("""
            select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()""")
        await shop.hear(text("Hello", "wamid.1"))
        await until_sent(shop, 1)
