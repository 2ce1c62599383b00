"""SQL as literal text with named parameters, and rows with types."""

from dataclasses import dataclass, is_dataclass
from typing import Any, Generic, LiteralString, TypeVar

import psycopg
from psycopg.rows import AsyncRowFactory, class_row, scalar_row

Row = TypeVar("Row")
Connection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL whose answer is how many rows it touched. `into` gives it rows instead."""

    text: LiteralString

    async def run(self, conn: Connection, **params: object) -> int:
        """Run it and return how many rows it touched."""
        return (await conn.execute(self.text, params or None)).rowcount

    def into(self, row: type[Row]) -> "Query[Row]":
        """Give each row a type: a frozen dataclass, or one scalar such as `int`."""
        return Query(self.text, row)


@dataclass(frozen=True, slots=True)
class Query(Generic[Row]):
    """SQL that answers with rows of one type. Columns meet dataclass fields by name."""

    text: LiteralString
    row: type[Row]

    async def all(self, conn: Connection, **params: object) -> list[Row]:
        """Return every row, in the statement's order."""
        factory: AsyncRowFactory[Row] = class_row(self.row) if is_dataclass(self.row) else scalar_row
        cursor = conn.cursor(row_factory=factory)
        return await (await cursor.execute(self.text, params or None)).fetchall()

    async def maybe(self, conn: Connection, **params: object) -> Row | None:
        """Return the first row, or None when there is none."""
        rows = await self.all(conn, **params)
        return rows[0] if rows else None

    async def one(self, conn: Connection, **params: object) -> Row:
        """Return the first row. Raises LookupError when there is none."""
        rows = await self.all(conn, **params)
        if not rows:
            raise LookupError(f"no row from: {' '.join(self.text.split())[:80]}")
        return rows[0]


def sql(text: LiteralString) -> Statement:
    """Mark a literal as SQL. Values go in as %(name)s parameters, never by formatting."""
    return Statement(text)
