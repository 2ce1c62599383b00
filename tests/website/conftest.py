from collections.abc import AsyncGenerator

import pytest

from luminous.db import Database
from tests.places import cloned

from .visiting import ShopOnline


@pytest.fixture
async def shop(database: Database) -> AsyncGenerator[ShopOnline]:
    """A shop with a website, on a database of this test alone."""
    shop = ShopOnline(database)
    async with shop.http:
        yield shop


@pytest.fixture(scope="module")
async def shop_for_all(shared_url: str) -> AsyncGenerator[ShopOnline]:
    """One shop for the tests of a file that change nothing."""
    async with Database(shared_url) as database:
        shop = ShopOnline(database)
        async with shop.http:
            yield shop


@pytest.fixture(scope="module")
async def lasting_url(server_url: str, template: str) -> AsyncGenerator[str]:
    """A database for all tests of a file."""
    async with cloned(server_url, template) as url:
        yield url
