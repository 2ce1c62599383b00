"""What an invariant is, and who breaks it."""

from dataclasses import dataclass

from luminous.db import Query


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
