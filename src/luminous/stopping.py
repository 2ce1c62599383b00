"""Ends: of the server, known before it waits for open streams, and of a call that is never answered.

uvicorn first waits for every connection and only then tells the application; a stream that never ends
would keep it from stopping. The signal is heard here as well, and passed on.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from fastapi import Request

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LONGEST_HOLD = 60  # seconds that an answer which never comes is waited for
Heard = Callable[[int, FrameType | None], object]


@contextmanager
def when_stopped(close: Callable[[], None]) -> Generator[None]:
    """While inside, Ctrl-C and SIGTERM call `close` in the event loop, then do what they did before.

    Outside the main thread no signal can be heard; there the owner of the server closes the streams.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = {number: _both(loop, close, heard) for number, heard in before.items() if callable(heard)}
    for number, both in ours.items():
        signal.signal(number, both)
    try:
        yield
    finally:
        for number, both in ours.items():
            if signal.getsignal(number) is both:
                signal.signal(number, before[number])


def _both(loop: asyncio.AbstractEventLoop, close: Callable[[], None], heard: Heard) -> Heard:
    def both(number: int, frame: FrameType | None) -> object:
        loop.call_soon_threadsafe(close)
        return heard(number, frame)

    return both


async def until_hung_up(request: Request, closing: asyncio.Event) -> None:
    """Wait until the caller gives up, the server stops or a minute is over."""
    waits = {asyncio.create_task(_hang_up(request)), asyncio.create_task(closing.wait())}
    _, pending = await asyncio.wait(waits, timeout=LONGEST_HOLD, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()


async def _hang_up(request: Request) -> bool:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return True
