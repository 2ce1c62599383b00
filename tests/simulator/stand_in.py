"""A small shop for the simulator to talk to: it checks signatures, keeps what it gets and can send."""

import asyncio
import json
import socket
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import uvicorn
from fastapi import FastAPI, Request, Response

from luminous import simulator
from luminous.channels.meta.signature import HEADER, is_signed
from luminous.db import Connection, Database
from luminous.http import tls
from luminous.simulator import MomoKeys, SimulatorSettings

NUMBER_ID = "106540352242922"
TOKEN = "the-token"
MOMO = MomoKeys("the-user", "the-key", "the-subscription")
TABLES = (
    "posts",
    "updates",
    "calls",
    "media",
    "switches",
    "charges",
    "changes",
    "phones",
    "templates",
    "sqlite_sequence",
)
Body = dict[str, Any]  # a webhook or an answer, as JSON gives it


@dataclass
class Shop:
    """The stand-in, with what it received and what it is to answer."""

    data_dir: Path
    port: int = 0
    answers: list[int] = field(default_factory=list[int])  # HTTP statuses to give first; then 200
    bodies: list[Body] = field(default_factory=list[Body])
    unsigned: int = 0
    released: list[UUID] = field(default_factory=list[UUID])
    on_message: Callable[[Body], Any] | None = None
    client: httpx2.AsyncClient = field(
        default_factory=lambda: httpx2.AsyncClient(trust_env=False, verify=tls(), timeout=30)
    )

    @property
    def url(self) -> str:
        """The simulator's address."""
        return f"http://127.0.0.1:{self.port}/simulator"

    def settings(self) -> SimulatorSettings:
        """What the simulator is told."""
        return SimulatorSettings(
            data_dir=self.data_dir,
            webhook_url=f"http://127.0.0.1:{self.port}/webhooks/whatsapp",
            app_secret="the app secret",
            access_token=TOKEN,
            business_number_id=NUMBER_ID,
            business_number="+256700000001",
            shop_name="Kampala Finds",
            momo=MOMO,
        )

    async def act(self, path: str, **form: str) -> httpx2.Response:
        """Do on the page what a person does."""
        return await self.client.post(self.url + path, data=form)

    async def say(self, text: str, phone: int = 1) -> None:
        """Write a message on a phone."""
        assert (await self.act(f"/phones/{phone}/messages", text=text)).status_code == 204

    async def call(self, body: Any, token: str = TOKEN, number: str = NUMBER_ID) -> httpx2.Response:
        """Call the fake Graph API as the shop does."""
        return await self.client.post(
            f"{self.url}/graph/v26.0/{number}/messages",
            content=json.dumps(body),
            headers={"Authorization": f"Bearer {token}"},
        )

    async def send(self, **fields: Any) -> httpx2.Response:
        """Send to the first phone; `fields` replace what is usual."""
        usual = {
            "messaging_product": "whatsapp",
            "to": "+" + self.number(),
            "type": "text",
            "text": {"body": "Hi"},
        }
        return await self.call({key: value for key, value in (usual | fields).items() if value is not None})

    def number(self, phone: int = 1) -> str:
        """The digits of a phone's number."""
        return str(self.rows("select number from phones where id = ?", phone)[0][0])

    def user_id(self, phone: int = 1) -> str:
        """The business-scoped user id of a phone."""
        return str(self.rows("select user_id from phones where id = ?", phone)[0][0])

    def rows(self, statement: str, *values: object) -> list[Any]:
        """Read or change the simulator's store behind its back."""
        store = sqlite3.connect(self.data_dir / "simulator.db", isolation_level=None, timeout=30)
        store.execute("pragma synchronous = off")
        try:
            return store.execute(statement, values).fetchall()
        finally:
            store.close()

    async def begin_again(self) -> None:
        """Nothing was ever said; what was under way has come to its end before."""
        self.answers, self.on_message = [], None
        self.rows("delete from messages")
        self.rows("delete from updates where post_id is null")
        self.rows("update posts set next_at = null where next_at > ?", time.time())
        await self.until(lambda: not self.rows("select id from posts where next_at is not null"))
        for table in TABLES:
            self.rows(f"delete from {table}")  # noqa: S608 - the names above
        self.bodies, self.released, self.unsigned = [], [], 0
        await self.client.get(self.url)  # the first look buys the first phone

    async def is_due(self) -> None:
        """Every post and every update is due now."""
        self.rows("update posts set next_at = ? where next_at is not null", time.time())
        self.rows("update updates set due_at = ?", time.time())
        await self.wake_the_post()

    async def wake_the_post(self) -> None:
        """It looks at what is due, also at what was changed behind its back."""
        await self.act("/switches/duplicate", setting="off")  # any act on the page wakes it

    def values(self) -> list[Body]:
        """The value of every change received, in order."""
        return [change["value"] for body in self.bodies for change in body["entry"][0]["changes"]]

    def messages(self) -> list[Body]:
        """Every message received, in order, duplicates as well."""
        return [message for value in self.values() for message in value.get("messages", [])]

    def statuses(self) -> list[Body]:
        """Every status received, in order."""
        return [status for value in self.values() for status in value.get("statuses", [])]

    async def until(self, claim: Callable[[], Any], seconds: float = 30) -> None:
        """Wait until the claim holds; fails when it does not in time."""
        end = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < end, f"still not so; received {json.dumps(self.bodies)[-2000:]}"
            await asyncio.sleep(0.02)

    @asynccontextmanager
    async def watching(self, phone: int = 1) -> AsyncGenerator[list[str]]:
        """A page that shows the phone; yields the lines of its stream as they come."""
        lines: list[str] = []

        async def read() -> None:
            async with self.client.stream("GET", f"{self.url}/events?phone={phone}") as stream:
                async for line in stream.aiter_lines():
                    lines.append(line)  # noqa: PERF401 - each line is looked at as it comes

        reading = asyncio.create_task(read())
        await self.until(lambda: "event: shop" in lines)
        try:
            yield lines
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await asyncio.sleep(0.05)  # the server notices that nobody looks any more


class Server(uvicorn.Server):
    """A server inside a test: signals stay with pytest, and it stops at once when `ending` is set."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
        self.ending = asyncio.Event()

    async def main_loop(self) -> None:
        await self.ending.wait()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def app_of(shop: Shop, database: Database) -> FastAPI:
    """The shop's application with the simulator in it."""

    async def release(_: Connection, customer_id: UUID) -> bool:
        shop.released.append(customer_id)
        return True

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with running:
            yield

    app = FastAPI(lifespan=lifespan)
    running = simulator.mount(app, shop.settings(), database, release=release)

    @app.post("/webhooks/whatsapp")
    async def webhook(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        raw = await request.body()
        if not is_signed(raw, request.headers.get(HEADER), ["the app secret"]):
            shop.unsigned += 1
            return Response(status_code=401)
        status = shop.answers.pop(0) if shop.answers else 200
        if status == 200:
            body = json.loads(raw)
            shop.bodies.append(body)
            if shop.on_message:
                await shop.on_message(body)
        return Response(status_code=status)

    return app


@asynccontextmanager
async def open_shop(data_dir: Path, database: Database) -> AsyncGenerator[Shop]:
    """The shop and the simulator, served on a free port."""
    async with served(data_dir, lambda shop: app_of(shop, database)) as shop:
        yield shop


@asynccontextmanager
async def served(data_dir: Path, app: Callable[[Shop], FastAPI]) -> AsyncGenerator[Shop]:
    """The application made for the shop, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        shop = Shop(data_dir, port=listener.getsockname()[1])
        server = Server(app(shop))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
            await asyncio.sleep(0.01)
        assert (await shop.client.get(shop.url)).status_code == 200
        try:
            yield shop
        finally:
            await shop.client.aclose()
            server.ending.set()
            await serving
