"""`luminous chaos`: everything dies in the middle of everything, and then it is counted what was lost."""

from luminous.proof.chaos.plan import Plan
from luminous.proof.chaos.run import Outcome, play

__all__ = ["Outcome", "Plan", "play"]
