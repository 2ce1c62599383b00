"""What a run does, all of it drawn from one seed."""

import random
from dataclasses import dataclass

from luminous.proof.stage.graph import (
    ANSWERED,
    DROPPED,
    FAILED,
    FAILED_BUT_SENT,
    SILENT,
    SILENT_BUT_SENT,
    TOO_MANY,
    Fault,
)

# Of a thousand calls of the Graph API: what becomes of them, beside the plain ones.
FAULTS: dict[Fault, int] = {
    TOO_MANY: 20,
    FAILED: 10,
    FAILED_BUT_SENT: 10,
    SILENT: 5,
    SILENT_BUT_SENT: 5,
    DROPPED: 50,
    ANSWERED: 900,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. The same seed gives the same people, webhooks, kills and faults; timing is the machine's.

    minutes: how long faults last; kill_pause: between two kills, at least and at most; settle_seconds: how
    soon after the last fault all must be settled. hurried: what only a clock would settle then (a lease, a
    doubt, a back-off) is made older instead of waited for, and Meta takes a fifth of its time.
    """

    seed: int
    webhooks: int = 20_000
    minutes: float = 8.0
    kill_pause: tuple[float, float] = (1.0, 5.0)  # seconds
    settle_seconds: float = 120.0
    hurried: bool = False

    @property
    def seconds(self) -> float:
        """How long faults last."""
        return self.minutes * 60

    @property
    def pace(self) -> float:
        """By what Meta's pauses are multiplied."""
        return 0.2 if self.hurried else 1.0

    def dice(self, what: str) -> random.Random:
        """Chance for one purpose, which no other purpose disturbs."""
        return random.Random(f"{self.seed} {what}")  # noqa: S311 - a play that can be repeated, no secret
