"""What an invariant is, who breaks it, and how that is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from luminous.db import Query
from luminous.proof.verify_report import Finding

NAMED = 20


@dataclass(frozen=True, slots=True)
class Checked(Finding):
    """One line of the report. found: how many break it; ids: of the first twenty of them."""

    found: int
    ids: tuple[str, ...]


def not_looked_at(item: str, why: str) -> Checked:
    """The line of what could not be looked at."""
    return Checked(item, "✗", why, 0, ())


def told(item: str, offenders: Sequence[str], found: int, *, of: str, what_to_do: str) -> Checked:
    """The line of what was looked at. offenders: some of those found, at least twenty where there are."""
    if not found:
        return Checked(item, "✓", "none", 0, ())
    ids = tuple(offenders[:NAMED])
    more = f" and {found - len(ids):,} more" if found > len(ids) else ""
    return Checked(item, "✗", f"{found:,}: {of} {', '.join(ids)}{more}. {what_to_do}", found, ids)


@dataclass(frozen=True, slots=True)
class Offender:
    """A row that breaks an invariant. in_total: how many rows do."""

    id: str
    in_total: int


@dataclass(frozen=True, slots=True)
class Invariant:
    """One line of the report.

    item: what must hold, as a sentence. of: whose ids the offenders are. what_to_do: a sentence for who
    reads them. offenders: at most twenty; may ask for %(patience)s, an interval.
    """

    item: str
    of: str
    what_to_do: str
    offenders: Query[Offender]
