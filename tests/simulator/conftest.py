from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import expect

from luminous.db import Database
from luminous.simulator import progress

from .real_shop import open_real_shop
from .stand_in import Shop, open_shop

expect.set_options(timeout=30_000)  # milliseconds; a busy machine takes more than the usual five seconds


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages reach their phones faster than people could watch."""
    for step in ("SENT_AFTER", "DELIVERED_AFTER", "READ_AFTER", "FAILED_AFTER", "FINEST"):
        monkeypatch.setattr(progress, step, 0.03)


@pytest.fixture(scope="module")
async def lasting_shop(tmp_path_factory: pytest.TempPathFactory, shared_url: str) -> AsyncGenerator[Shop]:
    """A small shop for all tests of a file, whose database knows nobody."""
    async with (
        Database(shared_url) as database,
        open_shop(tmp_path_factory.mktemp("simulator"), database) as shop,
    ):
        yield shop


@pytest.fixture
async def shop(lasting_shop: Shop) -> Shop:
    """A small shop with one new phone, as on the first day."""
    await lasting_shop.begin_again()
    return lasting_shop


@pytest.fixture
async def knowing_shop(tmp_path: Path, database: Database) -> AsyncGenerator[Shop]:
    """A small shop with a database of its own, for what the page reads from there."""
    async with open_shop(tmp_path, database) as shop:
        yield shop


@pytest.fixture
async def real_shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    """The real shop with its worker, on a database of its own."""
    async with open_real_shop(tmp_path, database_url) as shop:
        yield shop
