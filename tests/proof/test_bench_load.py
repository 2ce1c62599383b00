"""The load generator against a server that is as slow or as rude as it is told."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import repeat

import pytest

from luminous.proof.bench.load import FASTEST, Refused, closed_load, open_load, percentile

REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def answering(answer: Callable[[StreamWriter], Awaitable[None]]) -> AsyncGenerator[int]:
    async def talk(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await answer(writer)
        except (EOFError, OSError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_answer_that_comes_late_makes_those_behind_it_late_too() -> None:
    asked = 0

    async def stall_once(writer: StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            await asyncio.sleep(0.3)
        writer.write(OK)

    async with answering(stall_once) as port:
        load = await open_load(port, [REQUEST] * 20, connections=1, per_second=1_000)

    assert asked == 20
    assert load.latencies_ms[0] > 150  # each was due within the stall, and counts from then
    assert percentile(load.latencies_ms, 99) >= 300


async def test_request_that_is_due_does_not_wait_for_a_busy_connection() -> None:
    at_once = asyncio.Event()
    asked = 0

    async def until_all_are_there(writer: StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            at_once.set()
        await at_once.wait()
        writer.write(OK)

    async with answering(until_all_are_there) as port, asyncio.timeout(60):
        assert len((await open_load(port, [REQUEST] * 3, connections=3, per_second=100)).due_at) == 3


async def test_all_connections_post_until_there_is_nothing_more() -> None:
    talkers = set[StreamWriter]()

    async def note(writer: StreamWriter) -> None:
        talkers.add(writer)
        await asyncio.sleep(0.001)
        writer.write(OK[:20])  # an answer may come in pieces
        await asyncio.sleep(0.001)
        writer.write(OK[20:])

    async with answering(note) as port:
        load = await closed_load(port, iter([REQUEST] * 100), connections=4, seconds=30)

    assert (len(load.latencies_ms), len(talkers)) == (100, 4)
    assert load.generator_share > 0


async def test_posting_ends_with_its_time() -> None:
    async def take_a_millisecond(writer: StreamWriter) -> None:
        await asyncio.sleep(0.001)  # so that two connections never use up what was prepared for them
        writer.write(OK)

    async with answering(take_a_millisecond) as port:
        load = await closed_load(port, repeat(REQUEST), connections=2, seconds=0.05)

    assert 0 < len(load.due_at) < FASTEST * 0.05
    assert max(load.due_at) - min(load.due_at) < 0.05  # however slow the machine, nothing was posted later


@pytest.mark.parametrize("answer", [b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b""])
async def test_anything_but_200_ends_the_measure_with_a_sentence(answer: bytes) -> None:
    async def refuse(writer: StreamWriter) -> None:
        writer.write(answer)
        if not answer:
            writer.close()

    async with answering(refuse) as port:
        for load in (
            closed_load(port, repeat(REQUEST), connections=2, seconds=5),
            open_load(port, [REQUEST] * 10, connections=2, per_second=1_000),
        ):
            with pytest.raises(Refused, match=r"503|closed the connection"):
                await load


def test_percentile_is_a_value_that_was_there() -> None:
    ordered = [float(n) for n in range(1, 101)]

    assert [percentile(ordered, p) for p in (0, 50, 99, 100)] == [1, 51, 100, 100]
    assert percentile([7.0], 99) == 7.0
