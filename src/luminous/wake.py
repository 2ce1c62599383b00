"""Waking whoever waits for work: at once inside a process, by a coalesced NOTIFY across processes.

Both are hints. A poll of at most a second is enough by itself: poolers drop LISTEN silently.
"""

import asyncio
from contextlib import suppress

from luminous.db import Begin, wake, wakes
from luminous.errors import DatabaseAway, is_retryable

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
            with suppress(DatabaseAway):
                async with begin() as conn:
                    await wake(conn)
            await asyncio.sleep(NOTIFY_EVERY)

    async def listen(self, url: str) -> None:
        """Run for ever: hear other processes. `url` is a direct connection, not a pooler's."""
        while True:
            try:
                async for _ in wakes(url):
                    self._ring_here()
            except Exception as error:
                if not is_retryable(error):
                    raise
            await asyncio.sleep(LISTEN_AGAIN_AFTER)

    def _ring_here(self) -> None:
        for event in self._rung.values():
            event.set()
