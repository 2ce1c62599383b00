"""One run: the real programs, a crowd that writes, things that die; then quiet, and the verdict."""

import asyncio
import json
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from luminous.db import connect
from luminous.proof.chaos.crowd import gather
from luminous.proof.chaos.kills import Killer
from luminous.proof.chaos.ledger import Ledger
from luminous.proof.chaos.meta import Meta
from luminous.proof.chaos.plan import FAULTS, Plan
from luminous.proof.chaos.players import Say, Stage
from luminous.proof.chaos.quiet import replay, settle
from luminous.proof.chaos.seen import Seen, look
from luminous.proof.chaos.verdict import judge
from luminous.proof.check import check
from luminous.proof.stage import FakeGraph, Fault, Program, Scratch, Sent, StageSettings, scratch
from luminous.proof.stage.posting import Poster
from luminous.proof.verify_report import Finding

TELL_EVERY = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: the verdict, and how often what happened, or for how long."""

    findings: list[Finding]
    counts: dict[str, int | float]


async def play(plan: Plan, logs: Path, say: Say) -> Outcome:
    """Play the plan and judge what is left. logs: an empty directory, for the ledger and all output."""
    graph = FakeGraph()
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(Ledger(logs / "ledger.jsonl"))
        crowd = gather(plan, sent_at=int(time.time()))
        database = await stack.enter_async_context(scratch())
        graph_url = await stack.enter_async_context(graph.serving())
        shop = StageSettings(database.url, graph_url)
        servers = [Program("serve", shop, logs, f"serve-{number}") for number in (1, 2)]
        worker = Program("worker", shop, logs)
        for program in (*servers, worker):
            stack.push_async_callback(program.stop)
            await program.start()
        stack.callback(_keep_log, database, logs)
        for server in servers:
            await server.until_ready()
        meta = Meta(plan, [server.port for server in servers], shop.app_secret, ledger)
        killer = Killer(plan, database, servers, worker, logs / "kills.jsonl")
        stage = Stage(plan, crowd, database, graph, meta, killer, worker, ledger)
        delivering = asyncio.create_task(meta.deliver())
        try:
            await _with_faults(stage, say)
            settled = await settle(stage)
            replayed = await replay(stage, Poster(servers[0].port, shop.app_secret))
        finally:
            delivering.cancel()
            _note_sent(graph.sent, logs / "sent.jsonl")
            with suppress(asyncio.CancelledError):
                await delivering
        async with connect(database.url) as conn:
            seen = await look(conn, ledger.read(), graph.sent, killer.killed_at)
        checked = await check(database.url, schema=None, patience=timedelta())
        return Outcome([*judge(crowd, seen), settled, replayed, *checked], _counts(stage, seen))


async def _with_faults(stage: Stage, say: Say) -> None:
    """The crowd writes and everything fails, for as long as the plan says."""
    dice = stage.plan.dice("graph")
    faults, weights = list(FAULTS), list(FAULTS.values())

    def choose() -> Fault:
        return dice.choices(faults, weights)[0]

    async def after_sending(sent: Sent) -> None:
        await stage.meta.tell_status(sent)
        await stage.killer.fall_upon(sent)

    stage.graph.from_now_on(choose, after_sending)
    stage.meta.plan_all(stage.crowd.webhooks)
    begun, stop = time.monotonic(), asyncio.Event()
    killing = asyncio.create_task(stage.killer.kill_until(stop))
    try:
        while not killing.done() and (left := begun + stage.plan.seconds - time.monotonic()) > 0:
            await asyncio.wait({killing}, timeout=min(left, TELL_EVERY))
            say(f"{time.monotonic() - begun:4.0f} s  {_in_short(stage)}")
        stop.set()
        await killing
    finally:
        killing.cancel()
        await asyncio.wait({killing})  # nobody starts anything after this


def _counts(stage: Stage, seen: Seen) -> dict[str, int | float]:
    """How often what happened, in the words of the report."""
    answers = {f"webhooks answered: {answer}": n for answer, n in sorted(stage.meta.counts.items())}
    kills = {f"killed: {victim}": n for victim, n in sorted(stage.killer.kills.items())}
    calls = {f"calls of the Graph API: {fault}": n for fault, n in sorted(stage.graph.calls.items())}
    waits = seen.first_answers_after(stage.killer.back_at)
    longest = {
        "seconds until the first 200 after PostgreSQL's return, at most": round(max(waits, default=0), 1)
    }
    return {**answers, **kills, **calls, **longest}


def _in_short(stage: Stage) -> str:
    return (
        f"{stage.meta.counts['200']:,} answered with 200, {stage.meta.waiting:,} to come, "
        f"{stage.killer.kills.total()} kills, {len(stage.graph.sent):,} replies sent"
    )


def _keep_log(database: Scratch, logs: Path) -> None:
    with suppress(OSError):
        (logs / "postgres.log").write_bytes(database.log.read_bytes())


def _note_sent(sent: list[Sent], path: Path) -> None:
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in sent), encoding="utf-8")
