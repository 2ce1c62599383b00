"""How fast the software is: measured in one run on one machine, as ratios, against its budgets."""

from luminous.proof.bench.figures import Part, broken_budgets
from luminous.proof.bench.ground import Sizes
from luminous.proof.bench.plot import plot
from luminous.proof.bench.report import HEAD, Report, to_json, to_markdown, to_rows
from luminous.proof.bench.run import PARTS, Say, bench

__all__ = [
    "HEAD",
    "PARTS",
    "Part",
    "Report",
    "Say",
    "Sizes",
    "bench",
    "broken_budgets",
    "plot",
    "to_json",
    "to_markdown",
    "to_rows",
]
