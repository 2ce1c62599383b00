"""How a record is put on paper: names, times and plans in words, facts in columns, two records side by side.

Whatever customers wrote is shown as text: never as markup, and without characters that a screen obeys.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_jsonable_python
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from luminous.cli.output import console, print_json
from luminous.customers import Glance
from luminous.errors import LuminousError
from luminous.text import clean_name

NOTHING, UNNAMED = "–", "Customer"
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def say(sentence: str, style: str = "") -> None:
    """One sentence on lines of its own, shown as it is."""
    console.print(Text(sentence, style))


def command(line: str, meaning: str = "") -> None:
    """A command that can be typed, and what it does."""
    console.print(Text.assemble("  ", (line, "bold")), soft_wrap=True)
    if meaning:
        console.print(Padding(Text(meaning), (0, 0, 0, 6), expand=False))


def heading(text: str) -> None:
    """The title of a part."""
    console.print()
    console.print(Text(text, "bold"))


def facts(rows: Sequence[tuple[str, str]]) -> None:
    """What is known, one line each."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(label, Text(value))
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def lines(rows: Sequence[Sequence[str]]) -> None:
    """Rows of a list: the last column takes what room is left."""
    grid = Table.grid(padding=(0, 2))
    for number in range(len(rows[0])):
        grid.add_column(no_wrap=number < len(rows[0]) - 1, overflow="fold")
    for row in rows:
        grid.add_row(*map(Text, row))
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def side_by_side(titles: Sequence[str], records: Sequence[Sequence[tuple[str, str]]]) -> None:
    """The same facts of two or three records, one column each."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    for title in titles:
        table.add_column(Text(title, "bold"), overflow="fold", ratio=1)
    for row in zip(*records, strict=True):
        table.add_row(row[0][0], *(Text(value) for _, value in row))
    console.print(Padding(Group(table), (0, 0, 0, 2), expand=False))


def glance_facts(record: Glance, zone: ZoneInfo) -> list[tuple[str, str]]:
    """A record in a column."""
    return [
        ("number", record.phone_number or NOTHING),
        ("user id", record.whatsapp_user_id or NOTHING),
        ("plan", plan(record, zone)),
        ("first seen", day(record.first_seen_at, zone)),
        ("last seen", moment(record.last_seen_at, zone)),
        ("messages", str(record.messages)),
        ("last message", excerpt(record.last_text, 60)),
    ]


def name(record: Glance) -> str:
    """What staff call them; who has no name is called by what they are known by."""
    shown = clean_name(record.display_name) or UNNAMED
    known_by = record.phone_number or record.whatsapp_user_id
    return f"{shown} {known_by}" if shown == UNNAMED and known_by else shown


def plan(record: Glance, zone: ZoneInfo) -> str:
    """The plan, and until when."""
    ends = "" if record.plan_ends_at is None else f" until {day(record.plan_ends_at, zone)}"
    return record.plan_name + ends


def day(at: datetime | None, zone: ZoneInfo) -> str:
    """A date on the shop's calendar."""
    return NOTHING if at is None else f"{at.astimezone(zone).day} {at.astimezone(zone):%b %Y}"


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """A date and the time on the shop's clock."""
    return NOTHING if at is None else f"{day(at, zone)} {at.astimezone(zone):%H:%M}"


def age(seconds: float) -> str:
    """How long ago, in the largest unit that counts."""
    for unit, word in UNITS:
        if seconds >= unit:
            return count(int(seconds // unit), word)
    return "a moment"


def count(number: int, word: str) -> str:
    """A number of things."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def excerpt(text: str | None, longest: int = 80) -> str:
    """The beginning of a text, on one line."""
    shown = clean_name(text) or NOTHING
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def print_as_json(value: object) -> None:
    """Print dataclasses, or lists of them; times are ISO 8601, ids text."""
    print_json(to_jsonable_python(value))


def record_id(text: str) -> UUID:
    """The customer's id that was typed. Raises LuminousError."""
    try:
        return UUID(text)
    except ValueError:
        raise LuminousError(
            f"{excerpt(text)} is not a customer's id. `luminous customers find` shows the ids."
        ) from None
