"""A terminal on a database of the test's own, and what the shop knows there."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from luminous.cli import app
from luminous.db import Connection, connect
from luminous.errors import LuminousError


@dataclass(frozen=True, slots=True)
class Typed:
    """What came of a command. says: all of it on one line, however the terminal broke it."""

    code: int
    out: str
    says: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Type a command, and answer what it asks."""

    group: str = "customers"

    async def type(self, *words: str, answer: str = "", group: str | None = None) -> Typed:
        return await self.run(group or self.group, *words, answer=answer)

    async def run(self, *words: str, answer: str = "") -> Typed:
        result = await asyncio.to_thread(CliRunner().invoke, app, words, input=answer)
        error = result.exception
        if error is not None and not isinstance(error, LuminousError | SystemExit):
            raise error
        refusal = str(error) if isinstance(error, LuminousError) else ""
        return Typed(result.exit_code, result.stdout, " ".join(f"{result.output} {refusal}".split()))


@pytest.fixture
def terminal(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """A terminal in an empty directory, on this test's database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Terminal()


@pytest.fixture
def quote(terminal: Terminal) -> Terminal:
    """The same terminal, for quotations."""
    return replace(terminal, group="quote")


@pytest.fixture
def plans(terminal: Terminal) -> Terminal:
    """The same terminal, for plans."""
    return replace(terminal, group="plans")


@pytest.fixture
async def committing(database_url: str) -> AsyncGenerator[Connection]:
    """A connection on which each statement is a transaction of its own."""
    async with connect(database_url) as conn:
        yield conn
