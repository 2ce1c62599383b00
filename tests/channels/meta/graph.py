"""A Graph API on a loopback port that notes every request and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Graph:
    url: str = ""
    answers: list[Answer] = field(default_factory=list[Answer])
    requests: list[Request] = field(default_factory=list[Request])
    connections: int = 0
    passes_receipts: bool = False  # blue ticks are taken beside the answers
    has_been_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
                line, *rest = head.strip().split("\r\n")
                headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in rest)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                if self.passes_receipts and b'"status":"read"' in body:
                    await says(200, {"success": True})(writer)
                    continue
                self.requests.append(Request(line, headers, body))
                self.has_been_asked.set()
                await self.answers.pop(0)(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def says(status: int, body: object, **headers: str) -> Answer:
    """An answer with a JSON body, or with the bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-length": str(len(content)), **headers}
    lines = [
        f"HTTP/1.1 {status} So",
        *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()),
    ]
    return writes("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def writes(raw: bytes, *, then_closes: bool = False) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        if then_closes:
            writer.close()

    return answer


async def hangs(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def drips(writer: asyncio.StreamWriter) -> None:
    """An answer that never ends and never pauses for long."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def graph_api(*answers: Answer) -> AsyncGenerator[Graph]:
    graph = Graph(answers=list(answers))
    talks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.ensure_future(graph.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    graph.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v26.0"
    try:
        yield graph
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
