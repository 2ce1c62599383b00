"""Memory: what one serving process holds after many messages, beside what it held after few."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from luminous.proof.bench.databases import peopled
from luminous.proof.bench.figures import Round
from luminous.proof.bench.ground import Ground, Measure, serving
from luminous.proof.bench.load import closed_load
from luminous.proof.bench.people import requests

LONGEST_SECONDS = 600


@asynccontextmanager
async def memory(ground: Ground) -> AsyncGenerator[list[Measure]]:
    """One process and one database, so it is measured once."""
    async with peopled(ground.server.url, ground.sizes.people, seen=timedelta(hours=1)) as people:
        yield [Measure("memory", partial(_memory, ground, people), once=True)]


async def _memory(ground: Ground, people: str) -> Round:
    sizes = ground.sizes
    async with serving(ground, people) as (server, secret):
        coming = requests("returning", sizes.people, secret)

        async def after(messages: int) -> float:
            await closed_load(server.port, islice(coming, messages), sizes.connections, LONGEST_SECONDS)
            return await asyncio.to_thread(resident_megabytes, server.pid)

        early = await after(sizes.early_messages)
        late = await after(sizes.late_messages - sizes.early_messages)
    return {"memory.early": early, "memory.late": late}


def resident_megabytes(pid: int) -> float:
    """How much of a process is in memory."""
    pages = Path(f"/proc/{pid}/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    command = [shutil.which("ps") or "/bin/ps", "-o", "rss=", "-p", str(pid)]  # macOS
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1024 / 1e6  # noqa: S603 - only a number
