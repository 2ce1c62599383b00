"""Lookup: what millions of customers cost whoever is looked up among them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from luminous.db import connect, sql
from luminous.proof.bench.databases import peopled
from luminous.proof.bench.figures import Round
from luminous.proof.bench.ground import Ground, Measure
from luminous.proof.bench.pgbench import LOOKUP, Pgbench, find_pgbench

NOT_FOR_A_DAY = timedelta(days=-1)  # they were seen "just now" all day, so that a lookup only looks


@asynccontextmanager
async def lookup(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """`resolve_customer` for random known people, by one client, in a small and in a large database.

    Both are in the system's memory, as what a shop works with all day is: the disk is not measured.
    """
    pgbench = find_pgbench(ground.server.bin_directory)
    how_many = {"few": ground.sizes.few_customers, "many": ground.sizes.many_customers}
    async with AsyncExitStack() as stack:
        measures: list[Measure] = []
        for name, people in how_many.items():
            url = await stack.enter_async_context(peopled(ground.server.url, people, seen=NOT_FOR_A_DAY))
            measures.append(
                Measure(
                    f"lookup, {people:,} customers", partial(_look_up, ground, pgbench, url, name, people)
                )
            )
            if name == "many":
                measures.append(Measure("size of a customer", partial(_bytes_each, url, people), once=True))
        yield measures


async def _look_up(ground: Ground, pgbench: Pgbench, url: str, name: str, people: int) -> Round:
    await _bring_into_memory(ground, url)
    rate = await pgbench.per_second(url, LOOKUP, clients=1, seconds=ground.sizes.seconds, known=people)
    return {f"lookup.{name}": 1000 / rate}


async def _bring_into_memory(ground: Ground, url: str) -> None:
    async with connect(url) as conn:
        await conn.execute("checkpoint")  # so that the files hold what is to be read
        paths = await FILES.all(conn)
    for path in paths:
        for file in (ground.server.root / "postgres/data").glob(f"{path}*"):
            await asyncio.to_thread(_read, file)


def _read(file: Path) -> None:
    with file.open("rb") as opened:
        while opened.read(1 << 20):
            pass


async def _bytes_each(url: str, people: int) -> Round:
    async with connect(url) as conn:
        return {"lookup.bytes": await SIZE.one(conn) / people}


FILES = sql("""
    select pg_relation_filepath(oid) from pg_class
     where oid = 'customers'::regclass
        or oid in (select indexrelid from pg_index where indrelid = 'customers'::regclass)
""").into(str)

SIZE = sql("""
    select sum(pg_total_relation_size(relation))::bigint
      from unnest('{customers,customer_identifiers,subscriptions,conversations}'::regclass[]) relation
""").into(int)
