"""Group commit: bodies that arrive while a commit is under way are taken together by the next one.

One batch is in flight, because a second one would only divide what the first could have taken. An idle
server adds no wait: a body that comes alone is committed alone, at once.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from luminous import inbound
from luminous.batch import Part, take_together
from luminous.db import Begin, again
from luminous.errors import DatabaseAway, LuminousError, is_retryable, sqlstate
from luminous.inbound import Delivery, Taken
from luminous.log import log

MOST_BODIES = 32  # of one commit: the next ones are read meanwhile, and neither side waits long
MOST_BYTES = 1_000_000  # of one commit; a larger body is a commit of its own
MOST_WAITING = 2_000  # bodies that are not committed yet, in one process; whoever comes then is sent away
MOST_WAITING_BYTES = 35_000_000


class Busy(LuminousError):
    """So much waits for its commit already that nothing more is taken; it is to be sent again."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A body that somebody waits for, and what becomes of it."""

    delivery: Delivery
    taken: asyncio.Future[Sequence[Taken]] = field(default_factory=asyncio.Future[Sequence[Taken]])

    def end(self, with_: Sequence[Taken] | Exception) -> None:
        """Tell whoever waits, if they still do."""
        if self.taken.done():
            return
        if isinstance(with_, Exception):
            self.taken.set_exception(with_)
        else:
            self.taken.set_result(with_)


class Intake:
    """Takes the bodies of one channel, each of which is committed when its `take` returns."""

    def __init__(self, begin: Begin, begin_one: Begin) -> None:
        """begin_one: opens the transaction of one statement, which is what a batch is."""
        self._begin = begin
        self._begin_one = begin_one
        self._queue: deque[Waiting] = deque()
        self._how_many = 0
        self._bytes = 0
        self._committing: asyncio.Task[None] | None = None
        self._alone: set[asyncio.Task[None]] = set()

    async def take(self, delivery: Delivery) -> Sequence[Taken]:
        """Take a whole body and return the messages in it that are new. Committed when this returns.

        Raises Busy or DatabaseAway when nothing could be promised: whoever sent it has to send it again.
        """
        size = len(delivery.body)
        if self._how_many >= MOST_WAITING or self._bytes + size > MOST_WAITING_BYTES:
            raise Busy("too much waits to be stored")
        self._how_many += 1
        self._bytes += size
        waiting = Waiting(delivery)
        self._queue.append(waiting)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        try:
            return await waiting.taken
        finally:
            self._how_many -= 1
            self._bytes -= size

    async def _commit_all(self) -> None:
        """Commit batch after batch until nobody waits."""
        try:
            while self._queue:
                await self._commit(self._next_batch())
        finally:
            self._committing = None

    def _next_batch(self) -> list[Waiting]:
        batch = [self._queue.popleft()]
        size = len(batch[0].delivery.body)
        while self._queue and len(batch) < MOST_BODIES:
            size += len(self._queue[0].delivery.body)
            if size > MOST_BYTES:
                break
            batch.append(self._queue.popleft())
        return batch

    async def _commit(self, batch: Sequence[Waiting]) -> None:
        deliveries = [waiting.delivery for waiting in batch]
        try:
            parts = await again(self._begin_one, partial(take_together, deliveries=deliveries))
        except Exception as error:
            if is_retryable(error):
                for waiting in batch:
                    waiting.end(DatabaseAway("the messages could not be stored"))
                return
            log.warning("a batch failed and is taken one by one", bodies=len(batch), sqlstate=sqlstate(error))
            parts = [Part()] * len(batch)
        for waiting, part in zip(batch, parts, strict=True):
            if part.is_whole:
                waiting.end(part.taken)
            else:  # nobody behind it waits for what may take longer
                task = asyncio.create_task(self._take_rest(waiting, part))
                self._alone.add(task)
                task.add_done_callback(self._alone.discard)

    async def _take_rest(self, waiting: Waiting, part: Part) -> None:
        try:
            waiting.end([*part.taken, *await inbound.take(self._begin, waiting.delivery)])
        except Exception as error:  # whoever waits says what it was
            waiting.end(error)
