"""Intake: messages a second from HTTP in to commit; beside it the database alone, and the usual way."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import islice

from luminous.proof.bench.databases import copied, peopled
from luminous.proof.bench.figures import Round
from luminous.proof.bench.ground import Ground, Measure, serving
from luminous.proof.bench.load import closed_load, open_load, percentile
from luminous.proof.bench.people import Mix, requests
from luminous.proof.bench.pgbench import NEW, RETURNING, Pgbench, find_pgbench
from luminous.proof.bench.seed import usual_way

SCRIPTS: dict[Mix, str] = {"returning": RETURNING, "new": NEW}
WARM_UP = 0.3  # of a measure's time, before it


@asynccontextmanager
async def intake(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """Each measure works on a copy of the same database, so that none meets what another left."""
    pgbench = find_pgbench(ground.server.bin_directory)
    async with peopled(ground.server.url, ground.sizes.people, seen=timedelta(hours=1)) as people:
        measures: list[Measure] = []
        for mix in SCRIPTS:
            clients = await _best_clients(ground, people, pgbench, mix)
            measures += [
                Measure(f"intake, {mix}", partial(_ours, ground, people, mix)),
                Measure(f"pgbench, {mix}", partial(_pgbench, ground, people, pgbench, mix, clients)),
                Measure(f"the usual way, {mix}", partial(_usual_way, ground, people, mix)),
            ]
        yield measures


async def _best_clients(ground: Ground, people: str, pgbench: Pgbench, mix: Mix) -> int:
    sizes = ground.sizes
    async with copied(ground.server.url, of=people) as url:
        return await pgbench.best_clients(
            url, SCRIPTS[mix], among=sizes.pgbench_clients, seconds=sizes.seconds, known=sizes.people
        )


async def _ours(ground: Ground, people: str, mix: Mix) -> Round:
    sizes = ground.sizes
    async with copied(ground.server.url, of=people) as url, serving(ground, url) as (server, secret):
        mixed = requests(mix, sizes.people, secret)
        await closed_load(server.port, mixed, sizes.connections, sizes.seconds * WARM_UP)
        full = await closed_load(server.port, mixed, sizes.connections, sizes.seconds)
        half_rate = full.per_second / 2
        half_of_them = list(islice(mixed, max(1, int(half_rate * sizes.seconds))))
        half = await open_load(server.port, half_of_them, sizes.connections, half_rate)
    return {
        f"intake.{mix}": full.per_second,
        f"intake.{mix}.p50": percentile(full.latencies_ms, 50),
        f"intake.{mix}.p99": percentile(full.latencies_ms, 99),
        f"intake.{mix}.p99_at_half": percentile(half.latencies_ms, 99),
        f"intake.{mix}.generator": full.generator_share,
    }


async def _pgbench(ground: Ground, people: str, pgbench: Pgbench, mix: Mix, clients: int) -> Round:
    sizes = ground.sizes
    async with copied(ground.server.url, of=people) as url:
        run = partial(pgbench.per_second, url, SCRIPTS[mix], clients=clients, known=sizes.people)
        await run(seconds=sizes.seconds * WARM_UP)
        return {f"intake.{mix}.pgbench": await run(seconds=sizes.seconds)}


async def _usual_way(ground: Ground, people: str, mix: Mix) -> Round:
    sizes = ground.sizes
    async with copied(ground.server.url, of=people) as url:
        await usual_way(url, mix, sizes.people, sizes.seconds * WARM_UP)
        return {f"intake.{mix}.usual_way": await usual_way(url, mix, sizes.people, sizes.seconds)}
