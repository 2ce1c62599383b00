"""The templates as they stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from luminous.db import Connection, sql

Category = Literal["utility", "marketing", "authentication"]


@dataclass(frozen=True, slots=True)
class Template:
    """A wording in one language, with numbered places, and Meta's word on it."""

    name: str
    language: str
    category: Category
    body: str
    examples: list[str]
    status: str  # not_submitted, approved, or another of Meta's words in lower case
    status_reason: str | None
    status_at: datetime | None
    quality: str | None

    @property
    def may_be_sent(self) -> bool:
        """True while Meta lets it go out."""
        return self.status == "approved"


async def all_templates(conn: Connection) -> list[Template]:
    """Every template, by name and language."""
    return await ALL.all(conn)


async def resting(conn: Connection) -> int:
    """How many templates Meta has refused, paused or disabled."""
    return await RESTING.one(conn)


RESTING = sql("""
    select count(*)::int from templates
     where status not in ('not_submitted', 'pending', 'in_appeal', 'approved')
""").into(int)

ALL = sql("""
    select name, language, category, body, examples, status, status_reason, status_at, quality
      from templates order by name, language
""").into(Template)
