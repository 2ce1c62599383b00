"""What a run found, for people, for documents and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from luminous.proof.bench.figures import Result, per_day, shown
from luminous.proof.bench.ground import Sizes

GENERATOR_LIMIT = 0.9  # of a core: from there on the generator may be what was measured


@dataclass(frozen=True, slots=True)
class Report:
    """One run. out_of_time: it was ended before its last round."""

    begun_at: datetime
    machine: Mapping[str, str]
    sizes: Sizes
    results: Sequence[Result]
    out_of_time: bool

    @property
    def is_good(self) -> bool:
        """Everything that was to be measured was measured, and every budget is kept."""
        return all(result.verdict != "✗" and result.values for result in self.results)

    @property
    def notes(self) -> list[str]:
        """What somebody who reads the figures has to know."""
        notes = [
            f"{result.figure.name} is {shown(result.median, 'cores')}: the generator may be the limit"
            for result in self.results
            if result.figure.unit == "cores" and (result.median or 0) > GENERATOR_LIMIT
        ]
        if self.out_of_time:
            done = min((len(result.values) for result in self.results), default=0)
            notes.append(
                f"the time was over before the last of {self.sizes.rounds} rounds; some figures have {done}"
            )
        return notes


HEAD = ("", "figure", "what it is", "median", "lowest – highest", "budget")


def to_rows(report: Report) -> list[tuple[str, ...]]:
    """The table for a terminal: a row for each figure, under HEAD."""
    return [
        (
            result.verdict,
            result.figure.name,
            result.figure.meaning,
            shown(result.median, result.figure.unit),
            spread(result),
            result.figure.budget,
        )
        for result in report.results
    ]


def to_markdown(report: Report) -> str:
    """The same as a Markdown table, with what the machine was, to be pasted into a document."""
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    sizes = report.sizes
    lines = [
        f"{report.begun_at:%d %B %Y}: {machine}. {sizes.rounds} rounds of {sizes.seconds:g} s, "
        f"{sizes.connections} connections; few are {sizes.few_customers:,}, many {sizes.many_customers:,}; "
        f"busy is {sizes.busy_per_second} messages a second.",
        "",
        "| | what | median | lowest – highest | a day | budget |",
        "|---|---|---|---|---|---|",
    ]
    for result in report.results:
        figure, middle = result.figure, result.median
        day = per_day(middle) if middle is not None and figure.unit == "messages/s" else ""
        cells = (
            result.verdict,
            figure.meaning,
            shown(middle, figure.unit),
            spread(result),
            day,
            figure.budget,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, *(f"\n{note}." for note in report.notes)])


def spread(result: Result) -> str:
    """The lowest and the highest value; empty when there were not two rounds."""
    if len(result.values) < 2:
        return ""
    unit = result.figure.unit
    return f"{shown(min(result.values), unit).split()[0]} – {shown(max(result.values), unit).split()[0]}"


def to_json(report: Report) -> dict[str, object]:
    """All of it, with every round's value."""
    return {
        "begun_at": report.begun_at.isoformat(),
        "machine": dict(report.machine),
        "sizes": asdict(report.sizes),
        "is_good": report.is_good,
        "notes": report.notes,
        "figures": [
            {
                "name": result.figure.name,
                "meaning": result.figure.meaning,
                "unit": result.figure.unit,
                "median": result.median,
                "values": list(result.values),
                "at_least": result.figure.at_least,
                "at_most": result.figure.at_most,
                "verdict": result.verdict,
            }
            for result in report.results
        ],
    }
