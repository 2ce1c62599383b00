"""Who is killed, and who starts them again. Only processes of this stage, each by its own number."""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from luminous.db import connect, sql
from luminous.errors import DatabaseAway
from luminous.proof.chaos.plan import Plan
from luminous.proof.stage.graph import Sent
from luminous.proof.stage.programs import Program
from luminous.proof.stage.scratch import Scratch

VICTIMS = ("server", "worker", "worker while it sends", "backend", "postmaster")
LONGEST_DEATH = 1.5  # seconds until it is started again
LONGEST_AMBUSH = 30.0  # seconds until the worker sends something


class Killer:
    """Kills with SIGKILL, and notes each kill in `path`. `kills` counts them by victim."""

    def __init__(
        self, plan: Plan, database: Scratch, servers: Sequence[Program], worker: Program, path: Path
    ) -> None:
        self.kills: Counter[str] = Counter()
        self.killed_at: list[float] = []
        self.back_at: list[float] = []  # monotonic: when PostgreSQL answered again
        self._plan = plan
        self._dice = plan.dice("kills")
        self._database = database
        self._servers = servers
        self._worker = worker
        self._path = path
        self._ambush: asyncio.Event | None = None

    async def kill_until(self, stop: asyncio.Event) -> None:
        """Kill one after the other: each victim once before any has a second turn, and at least so often."""
        for turn in count():
            for victim in self._dice.sample(VICTIMS, len(VICTIMS)):
                await asyncio.sleep(self._dice.uniform(*self._plan.kill_pause))
                if turn > 0 and stop.is_set():
                    return
                await self._kill(victim)

    async def fall_upon(self, _: Sent) -> None:
        """A message was sent and nobody knows it yet: if an ambush is laid, the worker dies now."""
        if self._ambush is not None and self._worker.is_running:
            ambush, self._ambush = self._ambush, None
            self._note("worker while it sends")
            await self._worker.kill()
            ambush.set()

    async def kill_worker(self) -> None:
        """Kill the worker, and leave it so."""
        self._note("worker")
        await self._worker.kill()

    async def bring_all_back(self) -> None:
        """Start whatever is dead, and wait until it can work."""
        self._ambush = None
        await self._database.start()
        programs = [*self._servers, self._worker]
        for program in programs:
            if not program.is_running:
                await program.start()
        for server in self._servers:
            await server.until_ready()

    async def _kill(self, victim: str) -> None:
        match victim:
            case "server":
                await self._kill_program(self._dice.choice(self._servers), victim)
            case "worker":
                await self._kill_program(self._worker, victim)
            case "worker while it sends":
                await self._lay_ambush()
            case "backend":
                await self._kill_backend()
            case _:
                await self._kill_postmaster()

    async def _kill_program(self, program: Program, victim: str) -> None:
        if program.is_running:
            self._note(victim)
            await program.kill()
        await self._start_again(program)

    async def _start_again(self, program: Program) -> None:
        await asyncio.sleep(self._dice.uniform(0, LONGEST_DEATH / 3))
        await program.start()

    async def _lay_ambush(self) -> None:
        self._ambush = ambush = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(ambush.wait(), LONGEST_AMBUSH)
        self._ambush = None
        if not self._worker.is_running:
            await self._start_again(self._worker)

    async def _kill_backend(self) -> None:
        """One connection's own process: PostgreSQL ends all the others then, and recovers."""
        with suppress(DatabaseAway, OSError):
            async with connect(self._database.url) as conn:
                backends = await BACKENDS.all(conn)
                if backends:
                    self._note("backend")
                    os.kill(self._dice.choice(backends), signal.SIGKILL)

    async def _kill_postmaster(self) -> None:
        with suppress(OSError):
            self._database.kill()
            self._note("postmaster")
        await asyncio.sleep(self._dice.uniform(0, LONGEST_DEATH))
        await self._database.start()
        self.back_at.append(time.monotonic())

    def _note(self, victim: str) -> None:
        self.kills[victim] += 1
        self.killed_at.append(time.monotonic())
        with self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"at": time.monotonic(), "killed": victim}) + "\n")


BACKENDS = sql("""
    select pid from pg_stat_activity
     where backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()
     order by pid
""").into(int)
