"""The post: what is owed to the shop becomes signed webhooks, tried again until the shop answers 200.

Meta tries again "with decreasing frequency over the next 7 days"; so does this, while the server runs.
"""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import httpx2

from luminous.channels.meta.signature import HEADER, sign
from luminous.http import tls
from luminous.simulator import chats, wire
from luminous.simulator.network import Network
from luminous.simulator.progress import advance
from luminous.simulator.switches import is_on, strikes
from luminous.text import Json

GATHER_SECONDS = 2.0  # what falls into this time is reordered or batched
APART_SECONDS = 0.3  # between two posts whose order is meant
LONGEST_PAUSE = 300  # seconds between two tries
GIVE_UP_SECONDS = 7 * 24 * 3600
ANSWER_SECONDS = 10
AT_ONCE = 8
KEPT_POSTS = 500


@dataclass(frozen=True, slots=True)
class Update:
    """One thing to tell the shop. `change` is JSON text, `due_at` Unix seconds."""

    id: int
    message_id: int | None
    phone_id: int | None
    change: str
    due_at: float
    post_id: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook. next_at None: taken with 200, or given up."""

    id: int
    body: str
    times: int
    attempts: int
    next_at: float | None
    answer: int | None
    problem: str | None
    took_ms: int | None
    created_at: float


async def deliver(network: Network) -> None:
    """Move messages on and deliver webhooks until the simulator closes."""
    under_way: dict[int, asyncio.Task[None]] = {}
    # The shop is on this machine: a proxy of the environment must not stand between.
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, verify=tls()) as client:
        try:
            while not network.closing.is_set():
                heard = network.bell.rings
                soonest = advance(network)
                make_posts(network)
                under_way = {post_id: task for post_id, task in under_way.items() if not task.done()}
                for post in _due(network, without=under_way)[: AT_ONCE - len(under_way)]:
                    under_way[post.id] = asyncio.create_task(_deliver(network, client, post))
                await network.bell.wait(heard, min(_pause(network, under_way), soonest or 1.0))
        finally:
            for task in under_way.values():
                task.cancel()
            await asyncio.gather(*under_way.values(), return_exceptions=True)


def make_posts(network: Network) -> None:
    """Put what is due into webhooks, as the switches say: one each, or gathered, or turned round."""
    now = network.now()
    updates = network.store.rows(
        Update,
        "select * from updates where post_id is null and due_at <= :now order by due_at, id",
        now=now,
    )
    if not updates:
        return
    gathers = is_on(network.store, "batch") or is_on(network.store, "reorder")
    if gathers and now - updates[0].due_at < GATHER_SECONDS:
        return
    with network.store.together():
        turned = len(updates) > 1 and strikes(network.store, "reorder")
        if turned:
            updates.reverse()
        batched = len(updates) > 1 and strikes(network.store, "batch")
        for place, group in enumerate([updates] if batched else [[update] for update in updates]):
            _make_post(network, group, now + (place * APART_SECONDS if turned else 0))
    network.bell.ring()


def _make_post(network: Network, updates: list[Update], at: float) -> None:
    changes = [cast("Json", json.loads(update.change)) for update in updates]
    post_id = network.store.insert(
        "insert into posts (body, times, next_at, created_at) values (:body, :times, :at, :at)",
        body=wire.body(changes),
        times=2 if strikes(network.store, "duplicate") else 1,
        at=at,
    )
    for update in updates:
        network.store.run(
            "update updates set post_id = :post_id where id = :id", post_id=post_id, id=update.id
        )
    network.store.run(
        "delete from posts where id <= :oldest and next_at is null", oldest=post_id - KEPT_POSTS
    )


def _due(network: Network, without: Iterable[int]) -> list[Post]:
    posts = network.store.rows(
        Post,
        "select * from posts where next_at <= :now order by next_at, id limit 50",
        now=network.now(),
    )
    return [post for post in posts if post.id not in without]


def _pause(network: Network, under_way: Iterable[int]) -> float:
    """Seconds until the next post may be due; new work rings the bell before."""
    next_at = network.store.rows(
        float, "select next_at from posts where next_at is not null order by next_at limit 10"
    )
    due_at = network.store.rows(
        float, "select min(due_at) from updates where post_id is null having count(*) > 0"
    )
    pauses = [at - network.now() for at in next_at + due_at]
    if any(under_way):
        pauses = [pause for pause in pauses if pause > 0]
    return min(1.0, max(0.05, min(pauses, default=1.0)))


async def _deliver(network: Network, client: httpx2.AsyncClient, post: Post) -> None:
    """Post it, as often as it is duplicated, and note the answer; anything but 200 is tried again."""
    begun = time.perf_counter()
    tries = await asyncio.gather(*(_post(network, client, post.body) for _ in range(post.times)))
    answer, problem = next((each for each in tries if each[0] == 200), tries[0])
    pause = min(2**post.attempts, LONGEST_PAUSE)
    is_over = answer == 200 or network.now() - post.created_at > GIVE_UP_SECONDS
    with network.store.together():
        network.store.run(
            """
            update posts
               set attempts = attempts + 1, answer = :answer, problem = :problem, took_ms = :took_ms,
                   next_at = :next_at
             where id = :id
            """,
            id=post.id,
            answer=answer,
            problem=problem,
            took_ms=round((time.perf_counter() - begun) * 1000),
            next_at=None if is_over else network.now() + pause,
        )
        if answer == 200:
            message_ids = network.store.rows(
                int,
                "select message_id from updates where post_id = :id and message_id is not null",
                id=post.id,
            )
            chats.mark_taken(network.store, message_ids)
    network.bell.ring()


async def _post(network: Network, client: httpx2.AsyncClient, body: str) -> tuple[int | None, str | None]:
    """The HTTP status, or None with the reason why there is none."""
    raw = body.encode()
    headers = {"Content-Type": "application/json", HEADER: sign(raw, network.settings.app_secret)}
    try:
        response = await client.post(network.settings.webhook_url, content=raw, headers=headers)
    except httpx2.HTTPError as error:
        return None, f"no answer ({type(error).__name__})"
    return response.status_code, None
