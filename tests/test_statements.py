"""Every statement of the house, prepared by PostgreSQL and held against the dataclass it fills.

A misspelt table, column, parameter or field fails here, before any other test runs.
"""

import importlib
import pkgutil
import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

import luminous
from luminous.db import Connection, Query, Statement

STATEMENTS: dict[str, Statement | Query[Any]] = {
    f"{module.name.removeprefix('luminous.')}.{name}": value
    for module in pkgutil.walk_packages(luminous.__path__, "luminous.")
    for name, value in vars(importlib.import_module(module.name)).items()
    if isinstance(value, Statement | Query)
}
PARAMETER = re.compile(r"%\((\w+)\)s")
HISTORY = "create temporary table schema_migrations (version text primary key, statements text[], name text)"


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
async def test_statement_fits_the_schema(conn: Connection, statement: Statement | Query[Any]) -> None:
    await conn.execute(HISTORY)  # migrations look for it in whichever schema keeps the history
    names = list(dict.fromkeys(PARAMETER.findall(statement.text)))
    text = PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", statement.text)

    prepared = conn.pgconn.prepare(b"", text.encode())

    assert not prepared.error_message, prepared.error_message.decode()
    if isinstance(statement, Query):
        answer = conn.pgconn.describe_prepared(b"")
        columns = [(answer.fname(i) or b"").decode() for i in range(answer.nfields)]
        if is_dataclass(statement.row):
            assert sorted(columns) == sorted(field.name for field in fields(statement.row))
        else:
            assert len(columns) == 1


def test_there_are_statements_to_check() -> None:
    assert len(STATEMENTS) > 30
