"""What every part stands on: one scratch PostgreSQL, and how much is asked of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from luminous.db import connect, sql
from luminous.proof.bench.figures import Round
from luminous.proof.stage import Program, Scratch, StageSettings, program

NOBODY = "http://127.0.0.1:9/v26.0"  # where messages would go; nothing listens there
READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is asked. The plain ones are those of the budgets."""

    rounds: int = 5
    seconds: float = 3.0  # of each load
    connections: int = 64
    pgbench_clients: tuple[int, ...] = (1, 8, 16, 32)  # of which the quickest is taken
    people: int = 100_000  # whom the shop knows
    few_customers: int = 1_000
    many_customers: int = 5_000_000
    exchanges: int = 50  # one after the other, while nothing else happens
    busy_per_second: int = 100  # messages that come meanwhile
    backlog: int = 1_500  # messages that wait for a worker
    early_messages: int = 10_000  # after which memory is read for the first time
    late_messages: int = 100_000


@dataclass(frozen=True, slots=True)
class Ground:
    """directory: where the programs run and write their logs."""

    server: Scratch
    directory: Path
    sizes: Sizes


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured in each round, or only in the first."""

    name: str
    take: Callable[[], Awaitable[Round]]
    once: bool = False


@asynccontextmanager
async def serving(ground: Ground, database_url: str) -> AsyncGenerator[tuple[Program, str]]:
    """`luminous serve` on a database, and the secret that signs its webhooks; nothing answers there."""
    shop = StageSettings(database_url, NOBODY)
    async with program("serve", shop, ground.directory) as server:
        yield server, shop.app_secret


@asynccontextmanager
async def working(ground: Ground, shop: StageSettings, how_many: int) -> AsyncGenerator[None]:
    """So many `luminous worker`, all of them listening for work; ended at once afterwards."""
    async with AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(program("worker", shop, ground.directory, f"worker-{number}"))
            for number in range(how_many)
        ]
        try:
            await _until_listening(shop.database_url, how_many)
            yield
        finally:
            for worker in workers:
                await worker.kill()


async def _until_listening(database_url: str, how_many: int) -> None:
    async with connect(database_url) as conn:

        async def are_listening() -> bool:
            return await LISTENING.one(conn) == how_many

        await until(are_listening, READY_SECONDS)


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Return when it is so. Raises TimeoutError when it does not become so in time."""
    async with asyncio.timeout(seconds):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.02)


LISTENING = sql("""
    select count(*) from pg_stat_activity
     where datname = current_database() and query = 'listen luminous_wake'
""").into(int)
