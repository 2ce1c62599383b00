"""A mobile-money network that does what a test tells it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from luminous.charges import Charge, ChargeFailed, Reason, Standing
from luminous.db import Begin, sql

Fault = Literal["lost", "answer_lost", "refused"]

# What a shop is told that takes mobile money.
SETTINGS = {f"momo_{name}": "x" for name in ("api_user", "api_key", "subscription_key", "api_url")}


@dataclass
class Mtn:
    """What the network has, by reference. faults: what goes wrong with the next calls."""

    charges: dict[UUID, Standing] = field(default_factory=dict[UUID, Standing])
    prompts: list[UUID] = field(default_factory=list[UUID])  # what phones were asked, in order
    faults: list[Fault] = field(default_factory=list[Fault])
    on_call: Callable[[], Awaitable[None]] | None = None

    async def request(self, charge: Charge) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if self.on_call:
            await self.on_call()
        if fault == "lost":
            raise ChargeFailed("lost on the way")
        if fault == "refused":
            raise ChargeFailed("no", refused="no_wallet", code="PAYER_NOT_FOUND")
        if charge.reference not in self.charges:
            self.prompts.append(charge.reference)
            self.charges[charge.reference] = Standing(
                "pending", charge.amount, charge.currency, charge.payer.lstrip("+")
            )
        if self.on_call:
            await self.on_call()
        if fault == "answer_lost":
            raise ChargeFailed("lost on the way back")

    async def look(self, reference: UUID) -> Standing:
        if self.faults and self.faults.pop(0) != "refused":
            raise ChargeFailed("lost")
        if self.on_call:
            await self.on_call()
        return self.charges.get(reference, Standing("absent"))

    def approve(self, reference: UUID, **odd: object) -> None:
        """The payer says yes; `odd` replaces what moved."""
        moved = replace(self.charges[reference], status="succeeded", transaction_id=f"T-{reference}")
        self.charges[reference] = replace(moved, **odd)

    def end(self, reference: UUID, reason: Reason = "refused") -> None:
        """The payer says no, or nothing."""
        self.charges[reference] = replace(self.charges[reference], status="failed", reason=reason)


async def is_due(begin: Begin) -> None:
    """The pauses and leases are over."""
    async with begin() as conn:
        await DUE_NOW.run(conn)


DUE_NOW = sql("""
    update payments set next_look_at = least(next_look_at, now()), lease_until = null, looked_at = null
     where next_look_at is not null
""")
