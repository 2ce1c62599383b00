from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from luminous.db import Database

from .stand_in import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path, database: Database) -> AsyncGenerator[Shop]:
    """A small shop with a simulator of its own."""
    async with open_shop(tmp_path, database) as shop:
        yield shop


@pytest.fixture(scope="module")
async def lasting_shop(tmp_path_factory: pytest.TempPathFactory, shared_url: str) -> AsyncGenerator[Shop]:
    """A small shop for all tests of a file: those that only ask."""
    async with (
        Database(shared_url) as database,
        open_shop(tmp_path_factory.mktemp("simulator"), database) as shop,
    ):
        yield shop
