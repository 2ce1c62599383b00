"""Waking whoever waits for work: at once inside a process, by a coalesced NOTIFY across processes.

Both are hints, and poolers drop LISTEN silently: the bell also rings by itself, every second.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Literal

from luminous.db import Begin, wake, wakes
from luminous.log import log

BY_ITSELF_EVERY = 1.0
NOTIFY_EVERY = 0.05  # seconds: NOTIFY takes a global lock, so many wakes share one
LISTEN_AGAIN_AFTER = 5.0

Kind = Literal["answer", "deliver", "pay", "post"]
KINDS: tuple[Kind, ...] = ("answer", "deliver", "pay", "post")


class Bell:
    """Rings in this process, and is heard in others. One of those who wait for that kind of work wakes."""

    def __init__(self) -> None:
        self._rings = {kind: asyncio.Queue[None](maxsize=1) for kind in KINDS}
        self._untold: set[Kind] = set()
        self._tell_others = asyncio.Event()

    def ring(self, *kinds: Kind) -> None:
        """Say that there is work of these kinds. Call it after the commit."""
        self.ring_here(*kinds)
        self._untold.update(kinds)
        self._tell_others.set()

    def ring_for_all(self) -> None:
        """Say that there may be work of any kind."""
        self.ring(*KINDS)

    def ring_here(self, *kinds: Kind) -> None:
        """The same for this process alone."""
        for kind in kinds:
            with suppress(asyncio.QueueFull):  # it has rung already, and nobody has heard it yet
                self._rings[kind].put_nowait(None)

    async def wait(self, kind: Kind) -> None:
        """Sleep until the bell rings for this kind of work."""
        await self._rings[kind].get()

    async def ring_by_itself(self) -> None:
        """Run for ever: who missed a ring is woken all the same."""
        while True:
            await asyncio.sleep(BY_ITSELF_EVERY)
            self.ring_here(*KINDS)

    async def tell_others(self, begin: Begin) -> None:
        """Run for ever: pass rings on to other processes."""
        while True:
            await self._tell_others.wait()
            self._tell_others.clear()
            kinds, self._untold = self._untold, set()
            with _outlived("waking other processes"):
                async with begin() as conn:
                    await wake(conn, kinds)
            await asyncio.sleep(NOTIFY_EVERY)

    async def listen(self, url: str) -> None:
        """Run for ever: hear other processes. `url` is a direct connection, not a pooler's."""
        while True:
            with _outlived("listening to other processes"):
                async for told in wakes(url):
                    self.ring_here(*filter(told.__contains__, KINDS))
            await asyncio.sleep(LISTEN_AGAIN_AFTER)


@contextmanager
def _outlived(what: str) -> Generator[None]:
    """A hint that fails is missed by nobody for more than a second: note it and go on."""
    try:
        yield
    except Exception as error:
        log.warning(f"{what} failed; the bell rings by itself meanwhile", error=type(error).__name__)
