from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, async_playwright

from luminous.db import Database
from tests.simulator.browsing import CHROMIUM, QUIET

from .visiting import ShopOnline, copied


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
    async with copied(server_url, template) as url:
        yield url


@pytest.fixture(scope="module")
async def browser() -> AsyncGenerator[Browser]:
    """Debian's chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        await browser.close()
