"""Reply: from a webhook in to the reply handed to the Graph API, idle and while messages come."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from luminous.errors import LuminousError
from luminous.proof.bench.databases import copied, peopled
from luminous.proof.bench.figures import Round
from luminous.proof.bench.ground import Ground, Measure, Sizes, working
from luminous.proof.bench.load import open_load, percentile
from luminous.proof.bench.people import any_message, message_body, request, wa_id
from luminous.proof.stage import FakeGraph, Poster, Sent, StageSettings, program

NOT_COUNTED = 5  # first exchanges: connections open, statements get prepared
PAUSE_SECONDS = 0.1
LONGEST_SECONDS = 60  # until the last reply; a message without one is an error


@asynccontextmanager
async def reply(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """One `serve` and one `worker`; each message is the first of a known customer, whom it greets."""
    async with peopled(ground.server.url, ground.sizes.people, seen=timedelta(hours=1)) as people:
        yield [Measure("reply", partial(_reply, ground, people))]


async def _reply(ground: Ground, people: str) -> Round:
    sizes = ground.sizes
    at_once = max(1, round(sizes.busy_per_second * sizes.seconds))
    writers = random.sample(range(1, sizes.people + 1), sizes.exchanges + at_once)
    replies: asyncio.Queue[Sent] = asyncio.Queue()
    graph = FakeGraph(on_sent=replies.put)
    async with copied(ground.server.url, of=people) as url, graph.serving() as graph_url:
        shop = StageSettings(url, graph_url)
        async with program("serve", shop, ground.directory) as server, working(ground, shop, 1):
            one = Talk(server.port, shop.app_secret, replies)
            alone = await _one_by_one(one, writers[: sizes.exchanges])
            together = await _at_a_rate(one, writers[sizes.exchanges :], sizes)
    return {
        "reply.idle.p50": percentile(alone, 50),
        "reply.idle.p99": percentile(alone, 99),
        "reply.busy.p50": percentile(together, 50),
        "reply.busy.p99": percentile(together, 99),
    }


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the shop hears, and what it says."""

    port: int
    secret: str
    replies: asyncio.Queue[Sent]


async def _one_by_one(talk: Talk, writers: Sequence[int]) -> list[float]:
    """Milliseconds from each message to its reply, sorted. Raises LuminousError."""
    latencies: list[float] = []
    async with Poster(talk.port, talk.secret) as poster, asyncio.timeout(LONGEST_SECONDS + len(writers)):
        for person in writers:
            await asyncio.sleep(PAUSE_SECONDS * random.uniform(1, 2))  # noqa: S311 - no secret
            raw = message_body(person, any_message(), time.time())
            posted_at = time.monotonic()
            status = await poster.post(raw)
            if status != 200:
                raise LuminousError(f"The shop answered a message with {status}, so no reply was measured.")
            latencies.append(1000 * ((await talk.replies.get()).sent_at - posted_at))
    return sorted(latencies[min(NOT_COUNTED, len(latencies) - 1) :])


async def _at_a_rate(talk: Talk, writers: Sequence[int], sizes: Sizes) -> list[float]:
    """The same for messages that come at their own rate, whether or not the earlier ones were answered."""
    posts = [request(person, any_message(), talk.secret) for person in writers]
    load = await open_load(talk.port, posts, sizes.connections, sizes.busy_per_second)
    async with asyncio.timeout(LONGEST_SECONDS):
        sent = [await talk.replies.get() for _ in writers]
    due_at = {"+" + wa_id(person): at for person, at in zip(writers, load.due_at, strict=True)}
    return sorted(1000 * (each.sent_at - due_at[each.to]) for each in sent)
