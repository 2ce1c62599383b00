"""Everything that hangs on a person's record, found by foreign keys: `export_customer` in the database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue, TypeAdapter

from luminous.db import Connection, sql
from luminous.errors import ExportRefused

ROWS = TypeAdapter(list[dict[str, JsonValue]])


@dataclass(frozen=True, slots=True)
class Section:
    """One table's rows that are the person's, without hashes, tokens and what tells of others."""

    table: str
    title: str
    rows: list[dict[str, JsonValue]]


@dataclass(frozen=True, slots=True)
class Export:
    """All that the shop knows of a person, also under records that were merged into theirs."""

    customer_id: UUID
    exported_at: datetime
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    table_name: str
    title: str
    rows: str


async def export(conn: Connection, customer_id: UUID) -> Export | None:
    """Return everything about the person, or None when there is no such customer.

    Raises ExportRefused while somebody else may have written under their record.
    """
    found = await PERSON.maybe(conn, customer_id=customer_id)
    if found is None:
        return None
    if found.is_in_doubt:
        raise ExportRefused(
            "Somebody else may have this customer's number, and what they wrote stands with the customer's "
            "own messages. Settle that first: `luminous customers conflicts`."
        )
    parts = await EXPORT.all(conn, customer_id=customer_id)
    sections = (Section(part.table_name, part.title, ROWS.validate_json(part.rows)) for part in parts)
    return Export(customer_id, found.now, tuple(section for section in sections if section.rows))


@dataclass(frozen=True, slots=True)
class _Person:
    now: datetime
    is_in_doubt: bool


PERSON = sql("""
    select now() as now,
           exists (select from customer_conflicts
                    where holder_id in (select records_of_person(%(customer_id)s)) and writer_id is null
                      and resolved_at is null) as is_in_doubt
      from customers where id = %(customer_id)s
""").into(_Person)

EXPORT = sql("""
    select table_name, title, coalesce(rows, '[]')::text as rows from export_customer(%(customer_id)s)
""").into(_Part)
