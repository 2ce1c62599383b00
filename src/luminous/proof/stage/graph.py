"""A played Graph API: it takes messages as Meta's does, notes each, and fails as it is told.

It speaks HTTP by hand over asyncio's streams: that costs little beside what is measured, and a
connection can be closed without an answer.
"""

import asyncio
import json
import secrets
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

VERSION = "v26.0"
SILENT_SECONDS = 15.0  # longer than the shop waits for an answer

Head = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one call. The plain one: sent, and answered with 200.

    really_sent: the message went, whatever was answered. status: of the answer; None: the connection
    is closed without one, after `after_seconds`. code: Meta's, in the body of an error.
    """

    name: str
    really_sent: bool = True
    status: int | None = 200
    code: int = 0
    after_seconds: float = 0.0


ANSWERED = Fault("answered")
TOO_MANY = Fault("429", really_sent=False, status=429, code=130429)
FAILED = Fault("500", really_sent=False, status=500, code=131000)
FAILED_BUT_SENT = Fault("500 but sent", status=500, code=131000)
SILENT = Fault("time-out", really_sent=False, status=None, after_seconds=SILENT_SECONDS)
SILENT_BUT_SENT = Fault("time-out but sent", status=None, after_seconds=SILENT_SECONDS)
DROPPED = Fault("sent, then dropped", status=None)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that really went to somebody. callback_data: what statuses echo. sent_at: monotonic."""

    number: int  # 1, 2, ... in the order of sending
    wamid: str
    callback_data: str | None
    to: str  # a phone number with its plus, or a user id
    words: str
    sent_at: float
    fault: str  # the name of what became of the call


async def _nothing_more(_: Sent) -> None:
    return


class FakeGraph:
    """`sent` holds every message that really went, in order; `calls` counts all of them by their fault.

    choose: is asked at each call what becomes of it. on_sent: is awaited after a message was noted and
    before the call is answered: post statuses from there, or kill somebody.
    """

    def __init__(
        self,
        choose: Callable[[], Fault] = lambda: ANSWERED,
        on_sent: Callable[[Sent], Awaitable[None]] = _nothing_more,
    ) -> None:
        self.sent: list[Sent] = []
        self.calls: dict[str, int] = {}
        self._choose = choose
        self._on_sent = on_sent
        self._numbers = count(1)
        self._prefix = f"wamid.STAGE{secrets.token_hex(4).upper()}"
        self._lines: set[StreamWriter] = set()

    def from_now_on(self, choose: Callable[[], Fault], on_sent: Callable[[Sent], Awaitable[None]]) -> None:
        """Go on with these."""
        self._choose, self._on_sent = choose, on_sent

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[str]:
        """Serve on a free loopback port, in this event loop; yields the WHATSAPP_API_URL."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{VERSION}"
        finally:
            server.close()
            for line in list(self._lines):
                line.transport.abort()
            await server.wait_closed()

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, call after call, until either side ends it."""
        self._lines.add(writer)
        with suppress(OSError, EOFError, ValueError, asyncio.CancelledError):
            while answer := await self._take(*await _read_request(reader)):
                writer.write(answer)
                await writer.drain()
        self._lines.discard(writer)
        writer.transport.abort()

    async def _take(self, head: Head, body: bytes) -> bytes | None:
        """The answer to one call; None to close the connection without one."""
        path = head[0].split(" ")[1].split("/")
        if len(path) != 4 or path[3] != "messages":
            return _answer(404, {"error": {"code": 100, "message": f"Nothing is at {head[0]}."}})
        request: dict[str, Any] = json.loads(body)
        if request.get("status") == "read":  # blue ticks: no message
            return _answer(200, {"success": True})
        fault = self._choose()
        self.calls[fault.name] = self.calls.get(fault.name, 0) + 1
        wamid = ""
        if fault.really_sent:
            sent = self._note(request, fault)
            wamid = sent.wamid
            await self._on_sent(sent)
        if fault.after_seconds:
            await asyncio.sleep(fault.after_seconds)
        if fault.status is None:
            return None
        if fault.status == 200:
            return _answer(200, {"messaging_product": "whatsapp", "messages": [{"id": wamid}]})
        problem = {"message": fault.name, "type": "OAuthException", "code": fault.code}
        return _answer(fault.status, {"error": problem})

    def _note(self, request: dict[str, Any], fault: Fault) -> Sent:
        number = next(self._numbers)
        sent = Sent(
            number,
            f"{self._prefix}{number}",
            request.get("biz_opaque_callback_data"),
            str(request.get("to") or request.get("recipient")),
            _words(request),
            time.monotonic(),
            fault.name,
        )
        self.sent.append(sent)
        return sent


def _words(request: dict[str, Any]) -> str:
    kind = request.get("type")
    said: dict[str, Any] = request.get(str(kind), {})
    return str(said.get("body", "") if kind == "text" else said.get("body", {}).get("text", ""))


async def _read_request(reader: StreamReader) -> tuple[Head, bytes]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return (lines[0], headers), await reader.readexactly(int(headers.get("content-length", "0")))


def _answer(status: int, content: object) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Stage\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body
