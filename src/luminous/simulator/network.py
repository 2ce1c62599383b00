"""What everything in the simulator shares: the settings, the store, who is looking, and whether it ends."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from luminous.db import Connection, Database
from luminous.simulator.store import Store
from luminous.storage import Storage

Release = Callable[[Connection, UUID], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class MomoKeys:
    """What the shop has to bring to the simulated mobile money. Blank ones let nobody in."""

    api_user: str = ""
    api_key: str = ""
    subscription_key: str = ""


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Whom the simulated WhatsApp talks to, and with which secrets.

    data_dir: `simulator.db` is kept there. business_number: the shop's number with its plus, as shown.
    business_number_id: WhatsApp's id of that number (phone_number_id).
    """

    data_dir: Path
    webhook_url: str
    app_secret: str
    access_token: str
    business_number_id: str
    business_number: str
    shop_name: str
    momo: MomoKeys = MomoKeys()

    @property
    def business_digits(self) -> str:
        """The shop's number as webhooks carry it: digits alone."""
        return "".join(character for character in self.business_number if character.isdigit())


class Bell:
    """Rung when something changed. A ring between two waits is not missed."""

    def __init__(self) -> None:
        self.rings = 0
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self.rings += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, heard: int, seconds: float) -> int:
        """Wait for a ring after the one that was heard last, or that long; return the latest."""
        if self.rings == heard:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), seconds)
        return self.rings


@dataclass(slots=True)
class Network:
    """The simulated WhatsApp. `store` is open while the application lives."""

    settings: SimulatorSettings
    database: Database
    release: Release
    storage: Storage | None = None
    store: Store = field(init=False)
    bell: Bell = field(default_factory=Bell)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    looking: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])  # at the database
    open_phones: Counter[int] = field(default_factory=Counter[int])

    @contextmanager
    def looking_at(self, phone_id: int) -> Generator[None]:
        """While inside, the phone's chat is open before somebody's eyes: what arrives is read."""
        self.open_phones[phone_id] += 1
        self.bell.ring()
        try:
            yield
        finally:
            self.open_phones[phone_id] -= 1

    def is_open(self, phone_id: int) -> bool:
        """Whether a page shows this phone."""
        return self.open_phones[phone_id] > 0

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def close(self) -> None:
        """End every stream and every wait, so that the server can stop."""
        self.closing.set()
        self.bell.ring()
