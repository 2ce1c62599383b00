"""A PostgreSQL of our own: new, migrated, durable, and gone at the end with its directory."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from luminous import postgres
from luminous.db import connect
from luminous.migrations import migrate
from luminous.proof.stage.ending import to_its_end


@dataclass(frozen=True, slots=True)
class Scratch:
    """The server. url: of its database, over a Unix socket. bin_directory: `psql`, `pgbench`, `pg_dump`."""

    root: Path
    url: str
    version: str
    bin_directory: Path

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "postgres/server.log"

    @property
    def postmaster_pid(self) -> int:
        """The number of its first process. Raises FileNotFoundError while it does not run."""
        lock_file = self.root / "postgres/data/postmaster.pid"
        return int(lock_file.read_text().splitlines()[0])

    def kill(self) -> None:
        """SIGKILL the postmaster: its backends end by themselves when they notice."""
        os.kill(self.postmaster_pid, signal.SIGKILL)

    async def start(self) -> None:
        """Start it again after a kill; returns when it has recovered and answers."""
        await to_its_end(asyncio.to_thread(postgres.start, self.root))


@asynccontextmanager
async def scratch() -> AsyncGenerator[Scratch]:
    """Start a server with the present schema; stop and remove it at the end. Raises PostgresFailed.

    It keeps every commit through any kill, as in production (`fsync`, `synchronous_commit`).
    """
    root = Path(tempfile.mkdtemp(prefix="luminous-stage-"))
    try:
        server = await to_its_end(asyncio.to_thread(postgres.start, root))
        async with connect(server.url) as conn:
            await migrate(conn)
        major = int(server.version.partition(".")[0])
        binaries = await asyncio.to_thread(postgres.find_binaries, major)
        yield Scratch(root, server.url, server.version, binaries.directory)
    finally:
        await to_its_end(asyncio.to_thread(_remove, root))


def _remove(root: Path) -> None:
    try:
        postgres.stop(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
