"""Lookup: what millions of customers cost whoever is looked up among them."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from luminous.db import connect, sql
from luminous.proof.bench.databases import peopled
from luminous.proof.bench.figures import Round
from luminous.proof.bench.ground import Ground, Measure
from luminous.proof.bench.pgbench import LOOKUP, Pgbench, find_pgbench

NOT_FOR_A_DAY = timedelta(days=-1)  # they were seen "just now" all day, so that a lookup only looks


@asynccontextmanager
async def lookup(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """`resolve_customer` for random known people, by one client, in a small and in a large database."""
    pgbench = find_pgbench(ground.server.bin_directory)
    how_many = {"few": ground.sizes.few_customers, "many": ground.sizes.many_customers}
    async with AsyncExitStack() as stack:
        measures: list[Measure] = []
        for name, people in how_many.items():
            url = await stack.enter_async_context(peopled(ground.server.url, people, seen=NOT_FOR_A_DAY))
            await _look_up(ground, pgbench, url, name, people)  # warms memory
            measures.append(
                Measure(
                    f"lookup, {people:,} customers", partial(_look_up, ground, pgbench, url, name, people)
                )
            )
            if name == "many":
                measures.append(Measure("size of a customer", partial(_bytes_each, url, people), once=True))
        yield measures


async def _look_up(ground: Ground, pgbench: Pgbench, url: str, name: str, people: int) -> Round:
    rate = await pgbench.per_second(url, LOOKUP, clients=1, seconds=ground.sizes.seconds, known=people)
    return {f"lookup.{name}": 1000 / rate}


async def _bytes_each(url: str, people: int) -> Round:
    async with connect(url) as conn:
        return {"lookup.bytes": await SIZE.one(conn) / people}


SIZE = sql("""
    select sum(pg_total_relation_size(relation))::bigint
      from unnest('{customers,customer_identifiers,subscriptions,conversations}'::regclass[]) relation
""").into(int)
