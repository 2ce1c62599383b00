"""How fast each of the shop's numbers sends: what WhatsApp allows, shared by all workers.

WhatsApp takes 80 messages a second from a number, and up to 1,000 once it has raised that (Cloud API,
throughput). The bucket is in the database; a process takes tokens for an eighth of a second at a time.
"""

import asyncio
from dataclasses import dataclass, field
from time import monotonic

from luminous import outbox
from luminous.db import Begin
from luminous.messages import ChannelName

SHARES_A_SECOND = 8
PATIENCE_SECONDS = 5.0  # a message is claimed for twenty, and its call takes up to ten
Number = tuple[ChannelName, str]


@dataclass
class Purse:
    """Tokens of one number that this process has taken and not used. Old ones are worth nothing."""

    tokens: int = 0
    taken_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """The rate of every number that this process sends from."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self.share = max(1, int(per_second / SHARES_A_SECOND))
        self._purses: dict[Number, Purse] = {}

    async def keep(self, begin: Begin, channel: ChannelName, business_number_id: str) -> bool:
        """Wait until this number may send one message more. False when that takes too long."""
        purse = self._purses.setdefault((channel, business_number_id), Purse())
        give_up_at = monotonic() + PATIENCE_SECONDS
        async with purse.lock:
            while purse.tokens == 0 or monotonic() - purse.taken_at > 1:
                if monotonic() > give_up_at:
                    return False
                async with begin() as conn:
                    purse.tokens = await outbox.take_tokens(
                        conn, channel, business_number_id, per_second=self.per_second, most=self.share
                    )
                purse.taken_at = monotonic()
                if purse.tokens == 0:
                    await asyncio.sleep(1 / min(self.per_second, SHARES_A_SECOND))
            purse.tokens -= 1
            return True
