"""Meta's side: webhooks go to either server, twice, at once, late, and again until one answers 200."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, count

from luminous.proof.chaos.crowd import Webhook
from luminous.proof.chaos.ledger import Ledger
from luminous.proof.chaos.plan import Plan
from luminous.proof.stage.bodies import Status, status
from luminous.proof.stage.graph import Sent
from luminous.proof.stage.posting import NoAnswer, Poster

AT_ONCE = 32
TWICE = 0.05  # of all webhooks come again after their 200
TWINS = 0.05  # of all webhooks come to both servers at the same moment
TOLD = 0.9  # of all sent messages have statuses
STATUSES: tuple[Status, ...] = ("sent", "delivered", "read")
LONGEST_PAUSE = 4.0  # seconds between two tries; Meta's grow longer, but a run is short


@dataclass(frozen=True, slots=True)
class Delivery:
    """One body on its way. outbox_data: of the message whose status it tells."""

    body: bytes
    wamids: tuple[str, ...] = ()
    outbox_data: str | None = None
    tries: int = 0  # without a 200
    was_taken: bool = False  # it comes again after its 200


@dataclass(order=True, slots=True)
class Due:
    """A delivery and its moment on the monotonic clock."""

    at: float
    number: int
    delivery: Delivery = field(compare=False)


class Meta:
    """`counts` says what was answered, `is_idle` whether nothing is left to deliver."""

    def __init__(self, plan: Plan, ports: Sequence[int], secret: str, ledger: Ledger) -> None:
        self.counts: Counter[str] = Counter()
        self._plan = plan
        self._dice = plan.dice("meta")
        self._ports = ports
        self._secret = secret
        self._ledger = ledger
        self._numbers = count()
        self._due: list[Due] = []
        self._posters: dict[int, list[Poster]] = {port: [] for port in ports}  # those that rest
        self._under_way = 0
        self._idle = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """True when everything was answered with 200."""
        return self._idle.is_set()

    @property
    def waiting(self) -> int:
        """How many deliveries are still to be answered with 200."""
        return len(self._due) + self._under_way

    async def until_idle(self, seconds: float) -> None:
        """Wait until everything was answered with 200, or for so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    def plan_all(self, webhooks: Sequence[Webhook]) -> None:
        """Put every webhook on its way, counted from now."""
        now = time.monotonic()
        for one in webhooks:
            delivery = Delivery(one.body, one.wamids)
            self._later(delivery, now + one.due_at)
            if self._dice.random() < TWINS:
                self._later(delivery, now + one.due_at)

    async def tell_status(self, sent: Sent) -> None:
        """WhatsApp tells what became of a message, for most of them: at once, or bit by bit in any order."""
        if self._dice.random() > TOLD:
            return
        together = self._dice.random() < 0.5
        bodies: list[tuple[Status, ...]] = [STATUSES] if together else [(one,) for one in STATUSES]
        for what in bodies:
            body = status(sent.wamid, *what, outbox_data=sent.callback_data, to=sent.to)
            delivery = Delivery(body, outbox_data=sent.callback_data)
            self._later(delivery, time.monotonic() + self._plan.pace * self._dice.uniform(0.02, 2.0))

    async def deliver(self) -> None:
        """Run until cancelled."""
        try:
            async with asyncio.TaskGroup() as posting:
                while True:
                    while self._under_way < AT_ONCE and self._due and self._due[0].at <= time.monotonic():
                        self._under_way += 1
                        posting.create_task(self._post(heapq.heappop(self._due).delivery))
                    await asyncio.sleep(0.002)
        finally:
            for poster in chain.from_iterable(self._posters.values()):
                poster.close()

    async def _post(self, delivery: Delivery) -> None:
        answer = await self._ask(delivery.body)
        now = time.monotonic()
        self.counts[str(answer or "no answer")] += 1
        if answer == 200:
            self._ledger.note(delivery.wamids, delivery.outbox_data)
            if not delivery.was_taken and self._dice.random() < TWICE:
                again_at = now + self._plan.pace * self._dice.uniform(0, 5)
                self._later(replace(delivery, was_taken=True), again_at)
        else:
            pause = min(0.2 * 2 ** (delivery.tries + 1), LONGEST_PAUSE) * self._dice.uniform(0.5, 1)
            self._later(replace(delivery, tries=delivery.tries + 1), now + self._plan.pace * pause)
        self._under_way -= 1
        if self.waiting == 0:
            self._idle.set()

    async def _ask(self, body: bytes) -> int | None:
        """Post it to one of the servers; None when it did not answer."""
        port = self._dice.choice(self._ports)
        resting = self._posters[port]
        poster = resting.pop() if resting else Poster(port, self._secret)
        try:
            return await poster.post(body)
        except NoAnswer:
            return None
        finally:
            resting.append(poster)

    def _later(self, delivery: Delivery, at: float) -> None:
        self._idle.clear()
        heapq.heappush(self._due, Due(at, next(self._numbers), delivery))
