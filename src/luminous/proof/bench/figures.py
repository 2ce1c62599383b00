"""What is measured, in which unit, and within which budget; and what many rounds of it say together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Part = Literal["intake", "lookup", "reply", "answering", "delivery", "memory"]
Unit = Literal["messages/s", "ms", "bytes", "MB", "×", "cores"]
Verdict = Literal["✓", "✗", ""]  # within the budget, not within it, without one

Round = Mapping[str, float]  # what one round measured, by the names of the figures


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that is measured, or the ratio of two that one round measured.

    at_least, at_most: the budget. over: the figures whose ratio it is.
    """

    part: Part
    name: str
    unit: Unit
    meaning: str
    at_least: float | None = None
    at_most: float | None = None
    over: tuple[str, str] | None = None

    def of(self, one: Round) -> float | None:
        """Its value in a round; None when the round has not measured it."""
        if self.over is None:
            return one.get(self.name)
        above, below = (one.get(name) for name in self.over)
        return above / below if above is not None and below else None

    @property
    def budget(self) -> str:
        """The budget in words; empty without one."""
        least = f"≥ {self.at_least:g}" if self.at_least is not None else ""
        most = f"≤ {self.at_most:g}" if self.at_most is not None else ""
        return " ".join(filter(None, (least, most, self.unit if least or most else "")))


@dataclass(frozen=True, slots=True)
class Result:
    """What all rounds say about a figure. No values: it was to be measured and was not."""

    figure: Figure
    values: Sequence[float]

    @property
    def median(self) -> float | None:
        """The middle one."""
        return median(self.values) if self.values else None

    @property
    def verdict(self) -> Verdict:
        """Whether the median keeps the budget. What was not measured does not."""
        figure, middle = self.figure, self.median
        if figure.at_least is None and figure.at_most is None:
            return ""
        if middle is None:
            return "✗"
        too_little = figure.at_least is not None and middle < figure.at_least
        too_much = figure.at_most is not None and middle > figure.at_most
        return "✗" if too_little or too_much else "✓"


def results(figures: Sequence[Figure], parts: Sequence[Part], rounds: Sequence[Round]) -> list[Result]:
    """Every figure of these parts over these rounds."""
    return [
        Result(figure, [value for one in rounds if (value := figure.of(one)) is not None])
        for figure in figures
        if figure.part in parts
    ]


def broken_budgets(found: Sequence[Result]) -> list[str]:
    """Each budget that is not kept, in words."""
    return [
        f"{result.figure.name}: {shown(result.median, result.figure.unit)}, budget {result.figure.budget}"
        for result in found
        if result.verdict == "✗"
    ]


def shown(value: float | None, unit: Unit) -> str:
    """A value with its unit, in as many digits as it deserves."""
    if value is None:
        return "not measured"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def per_day(value: float) -> str:
    """Messages a second as exchanges a day, in round words."""
    millions = value * 86_400 / 1e6
    return f"{millions:,.0f} million" if millions >= 10 else f"{millions:.1f} million"
