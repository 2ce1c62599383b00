"""`luminous serve` and `luminous worker` as real processes, which may be ended in any way."""

import asyncio
import os
import secrets
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from luminous.errors import LuminousError
from luminous.proof.stage.ending import to_its_end

Command = Literal["serve", "worker"]

READY_SECONDS = 60
STOP_SECONDS = 30
FIRST_PORT, LAST_PORT = 20_000, 32_000  # below those that systems give to outgoing connections
OURS = ("DATABASE_", "WHATSAPP_", "GATEWAY_", "SHOP_", "LUMINOUS_HOME", "HOST", "PORT", "PUBLIC_URL", "PG")


class NotReady(LuminousError):
    """A program ended or stayed silent instead of becoming ready; the sentence names its output."""


@dataclass(frozen=True, slots=True)
class StageSettings:
    """A shop on the stage. more: further environment variables, which win."""

    database_url: str
    graph_url: str  # where messages are sent: a FakeGraph's, with its version
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    more: dict[str, str] = field(default_factory=dict[str, str])

    def environment(self) -> dict[str, str]:
        """The caller's environment without any setting of its own shop, and these."""
        around = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {
            **around,
            "DATABASE_URL": self.database_url,
            "WHATSAPP_API_URL": self.graph_url,
            "WHATSAPP_APP_SECRET": self.app_secret,
            "WHATSAPP_VERIFY_TOKEN": "stage",
            "WHATSAPP_ACCESS_TOKEN": "stage",
            "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
            "WHATSAPP_MESSAGES_PER_SECOND": "1000",  # the most that Meta allows a number
            **self.more,
        }


class Program:
    """One command. It keeps its port over restarts; its output is appended to `output`.

    A worker opens no port: its own stays unused.
    """

    def __init__(self, command: Command, settings: StageSettings, directory: Path, name: str = "") -> None:
        """Describe it. directory: where it runs and writes `<name>.log`; name: else the command's."""
        self.command: Command = command
        self.settings = settings
        self.name = name or command
        self.directory = directory
        self.output = directory / f"{self.name}.log"
        self.port = free_port()
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """Raises NotReady before the first start."""
        return self._started().pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it, and do not wait. Its directory has no `.env` that could speak into its settings."""
        await to_its_end(self._start())

    async def until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until `/readyz` says that it can work. Raises NotReady."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.is_running:
                    if await _status(self.port, "/readyz") == 200:
                        return
                    await asyncio.sleep(0.02)
        raise NotReady(f"`luminous {self.command}` did not become ready. What it said is in {self.output}.")

    async def stop(self, seconds: float = STOP_SECONDS) -> int | None:
        """SIGTERM, then SIGKILL for what has not ended in that time.

        Returns the exit code; None when it was never started.
        """
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                return await asyncio.wait_for(process.wait(), seconds)
            process.kill()
        return await process.wait()

    async def kill(self) -> None:
        """SIGKILL it, and return when it is gone."""
        process = self._started()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _start(self) -> None:
        environment = self.settings.environment() | {"HOST": "127.0.0.1", "PORT": str(self.port)}
        with self.output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "luminous", self.command),
                cwd=self.directory,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for whoever started it, who then stops it
            )

    def _started(self) -> Process:
        if self._process is None:
            raise NotReady(f"`luminous {self.command}` was not started.")
        return self._process


@asynccontextmanager
async def program(
    command: Command, settings: StageSettings, directory: Path, name: str = ""
) -> AsyncGenerator[Program]:
    """A program that runs, a server one that is ready; stopped at the end. Raises NotReady."""
    one = Program(command, settings, directory, name)
    try:
        await one.start()
        if command == "serve":
            await one.until_ready()
        yield one
    finally:
        await one.stop()


def free_port() -> int:
    """A TCP port that nobody listens on at the moment, and that no outgoing connection is given meanwhile."""
    while True:
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


async def _status(port: int, path: str) -> int | None:
    """What a GET answers; None when nothing does."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nhost: stage\r\nconnection: close\r\n\r\n".encode())
        line = await reader.readline()
        return int(line.split()[1]) if line else None
    except (OSError, IndexError, ValueError):
        return None
    finally:
        writer.close()
