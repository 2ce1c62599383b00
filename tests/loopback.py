"""The application on a real port, and a client that costs little, for tests that need many requests."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from luminous.channels.meta.signature import sign
from luminous.incoming import Incoming


class Server(uvicorn.Server):
    """A server that leaves signals to the test runner."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving(app: FastAPI, incoming: type[Incoming] = Incoming) -> AsyncGenerator[int]:
    """Serve on a free loopback port, which is yielded. The lifespan is the caller's."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=incoming, ws="none", log_config=None, access_log=False, lifespan="off")
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def post_all(port: int, bodies: Iterable[bytes], secret: str, connections: int) -> list[int]:
    """Post every body, signed, over so many connections at once; return the status codes."""
    waiting = iter(list(bodies))
    codes: list[int] = []

    async def one_after_another() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for raw in waiting:
            writer.write(
                b"POST /webhooks/whatsapp HTTP/1.1\r\nhost: shop\r\nx-hub-signature-256: "
                + sign(raw, secret).encode()
                + b"\r\ncontent-length: %d\r\n\r\n" % len(raw)
                + raw
            )
            head = await reader.readuntil(b"\r\n\r\n")
            codes.append(int(head.split(b" ", 2)[1]))
        writer.close()

    await asyncio.gather(*(one_after_another() for _ in range(connections)))
    return codes
