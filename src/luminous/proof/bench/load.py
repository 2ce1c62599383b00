"""A load generator that costs little, because it works on the same cores as what it measures.

Requests are built and signed beforehand; a connection writes one, sees that 200 came back, and
goes on. Times are of `time.monotonic`.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from luminous.errors import LuminousError

FASTEST = 25_000  # messages a second that requests are prepared for
LAST_ANSWERS_SECONDS = 30


class Refused(LuminousError):
    """A message was not answered with 200; the sentence says what happened instead."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load met. due_at: of each request, in order. latencies_ms: sorted.

    generator_share: how much of one core the generator took; near 1 it is what was measured.
    """

    per_second: float
    due_at: Sequence[float]
    latencies_ms: Sequence[float]
    generator_share: float


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value that so many of a hundred of the ordered ones stay within."""
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


async def closed_load(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    """Each connection posts its next request when the last one was answered. Raises Refused."""
    prepared = iter(list(islice(requests, int(FASTEST * seconds))))
    notes = _Notes()

    async def post_on(line: _Line) -> None:
        while (now := time.monotonic()) < until and (request := next(prepared, None)):
            await notes.answered(line, request, now)

    async with _lines(port, connections) as lines, asyncio.timeout(seconds + LAST_ANSWERS_SECONDS):
        notes.begin()
        until = time.monotonic() + seconds
        await asyncio.gather(*map(post_on, lines))
        return notes.load()


async def open_load(port: int, requests: Sequence[bytes], connections: int, per_second: float) -> Load:
    """Each request is due at its own random moment, however long the earlier ones take. Raises Refused.

    A latency counts from the moment it was due, so waiting for a free connection counts too.
    """
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    notes = _Notes()

    async def let_in() -> None:
        due_at = time.monotonic()
        for request in requests:
            due_at += random.expovariate(per_second)
            if (early := due_at - time.monotonic()) > 0:
                await asyncio.sleep(early)
            due.put_nowait((due_at, request))
        for _ in range(connections):
            due.put_nowait(None)

    async def post_on(line: _Line) -> None:
        while one := await due.get():
            await notes.answered(line, one[1], one[0])

    bound = len(requests) / per_second + LAST_ANSWERS_SECONDS
    async with _lines(port, connections) as lines, asyncio.timeout(bound):
        notes.begin()
        await asyncio.gather(let_in(), *map(post_on, lines))
        return notes.load()


class _Notes:
    """When each request was due and how long its answer took."""

    def __init__(self) -> None:
        self._due_at: list[float] = []
        self._latencies: list[float] = []

    def begin(self) -> None:
        self._began_at, self._worked = time.monotonic(), time.process_time()

    async def answered(self, line: "_Line", request: bytes, due_at: float) -> None:
        self._due_at.append(due_at)
        await line.answered(request)
        self._latencies.append(time.monotonic() - due_at)

    def load(self) -> Load:
        took = time.monotonic() - self._began_at
        return Load(
            per_second=len(self._latencies) / took,
            due_at=self._due_at,
            latencies_ms=sorted(1000 * seconds for seconds in self._latencies),
            generator_share=(time.process_time() - self._worked) / took,
        )


class _Line(asyncio.Protocol):
    """One kept connection, which posts one request at a time."""

    _transport: asyncio.Transport
    _answer: asyncio.Future[None] | None = None
    _heard = b""

    async def answered(self, request: bytes) -> None:
        """Post it and return when 200 came back. Raises Refused."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            self.connection_lost(None)
        self._transport.write(request)
        await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue] - of a TCP connection

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, ended, _ = self._heard.partition(b"\r\n\r\n")
        if not ended:
            return
        self._heard = b""  # 200 has an empty body
        if head.startswith(b"HTTP/1.1 200"):
            self._settle(None)
        else:
            self._fail(f"The shop answered a message with {head.splitlines()[0].decode(errors='replace')!r}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("The shop closed the connection")

    def close(self) -> None:
        self._transport.close()

    def _fail(self, why: str) -> None:
        self._settle(Refused(f"{why}, so nothing was measured."))

    def _settle(self, refused: Refused | None) -> None:
        if self._answer is None or self._answer.done():
            return
        if refused is None:
            self._answer.set_result(None)
        else:
            self._answer.set_exception(refused)


@asynccontextmanager
async def _lines(port: int, connections: int) -> AsyncGenerator[list[_Line]]:
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(_Line, "127.0.0.1", port) for _ in range(connections)]
    lines = [line for _, line in opened]
    try:
        yield lines
    finally:
        for line in lines:
            line.close()
