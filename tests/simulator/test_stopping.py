"""A server with open pages stops when it is told to, and does not wait for streams that never end."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx2
import pytest

from luminous.http import tls
from luminous.proof.stage.programs import free_port

SERVER = """
import sys
from pathlib import Path
import uvicorn
from luminous.db import Database
from tests.simulator.stand_in import Shop, app_of

data_dir, port = sys.argv[1:]
app = app_of(Shop(Path(data_dir), port=int(port)), Database("postgresql://127.0.0.1:1/nothing"))
uvicorn.run(app, port=int(port), log_config=None)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_server_stops_at_once_although_pages_are_open(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/simulator"
    arguments = [sys.executable, "-c", SERVER, str(tmp_path), str(port)]
    server = await asyncio.create_subprocess_exec(
        *arguments, cwd=Path(__file__).parents[2], env=dict(os.environ)
    )
    try:
        async with httpx2.AsyncClient(trust_env=False, verify=tls(), timeout=30) as client:
            await started(client, url)
            await stopped(server, client, f"{url}/events?phone=1", number)
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()

    assert server.returncode in (0, -number)


async def stopped(
    server: asyncio.subprocess.Process, client: httpx2.AsyncClient, events: str, number: signal.Signals
) -> None:
    """Wait until the server is gone, with two streams open; both end, neither is torn off.

    A server that waited for its streams would never go.
    """
    async with client.stream("GET", events) as one, client.stream("GET", events) as two:
        streams = [one.aiter_lines(), two.aiter_lines()]
        for lines in streams:
            assert await anext(lines)
        server.send_signal(number)
        await asyncio.wait_for(server.wait(), 30)
        for lines in streams:
            async for _ in lines:
                pass


async def started(client: httpx2.AsyncClient, url: str) -> None:
    for _ in range(1200):
        try:
            await client.get(url)
        except httpx2.ConnectError:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")
