"""Waking whoever waits for work: at once inside a process, by a coalesced NOTIFY across processes.

Both are hints. A poll of at most a second is enough by itself: poolers drop LISTEN silently.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress

from luminous.db import Begin, wake, wakes
from luminous.log import log

NOTIFY_EVERY = 0.05  # seconds: NOTIFY takes a global lock, so many wakes share one
LISTEN_AGAIN_AFTER = 5.0


class Bell:
    """Rings in this process, and is heard in others."""

    def __init__(self) -> None:
        self._rung: dict[str, asyncio.Event] = {}
        self._tell_others = asyncio.Event()

    def ring(self) -> None:
        """Say that there is work. Call it after the commit."""
        self._ring_here()
        self._tell_others.set()

    async def wait(self, who: str, seconds: float) -> None:
        """Sleep until the bell rings, or for so many seconds. `who`: each waiter hears each ring once."""
        event = self._rung.setdefault(who, asyncio.Event())
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        event.clear()

    async def tell_others(self, begin: Begin) -> None:
        """Run for ever: pass rings on to other processes."""
        while True:
            await self._tell_others.wait()
            self._tell_others.clear()
            with _outlived("waking other processes"):
                async with begin() as conn:
                    await wake(conn)
            await asyncio.sleep(NOTIFY_EVERY)

    async def listen(self, url: str) -> None:
        """Run for ever: hear other processes. `url` is a direct connection, not a pooler's."""
        while True:
            with _outlived("listening to other processes"):
                async for _ in wakes(url):
                    self._ring_here()
            await asyncio.sleep(LISTEN_AGAIN_AFTER)

    def _ring_here(self) -> None:
        for event in self._rung.values():
            event.set()


@contextmanager
def _outlived(what: str) -> Generator[None]:
    """A hint that fails is missed by nobody for more than a second: note it and go on."""
    try:
        yield
    except Exception as error:
        log.warning(f"{what} failed; polling does it meanwhile", error=type(error).__name__)
