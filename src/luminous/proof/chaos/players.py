"""Everything that plays in one run."""

from collections.abc import Callable
from dataclasses import dataclass

from luminous.proof.chaos.crowd import Crowd
from luminous.proof.chaos.kills import Killer
from luminous.proof.chaos.ledger import Ledger
from luminous.proof.chaos.meta import Meta
from luminous.proof.chaos.plan import Plan
from luminous.proof.stage import FakeGraph, Program, Scratch

Say = Callable[[str], None]  # tells progress to whoever waits


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that plays. `sent` of the graph is what customers really got."""

    plan: Plan
    crowd: Crowd
    database: Scratch
    graph: FakeGraph
    meta: Meta
    killer: Killer
    worker: Program
    ledger: Ledger
