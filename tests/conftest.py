"""The real PostgreSQL for every test: one server, built from the migrations, cloned where a test commits."""

import gc
import os
import socket
from collections.abc import AsyncGenerator, Generator
from typing import Any

import hypothesis
import psycopg
import pytest
from playwright.async_api import Browser, async_playwright
from psycopg.conninfo import make_conninfo

from luminous import log, postgres
from luminous.db import Connection, Database, connect
from luminous.migrations import migrate
from tests.memory import quick_directory
from tests.places import Place, Places, cloned
from tests.shop import ShopUnderTest
from tests.simulator.browsing import CHROMIUM, QUIET

log.configure(for_people=False, quiet=True)
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True)
hypothesis.settings.load_profile("gate")  # the same examples each time, however slow the machine
gc.set_threshold(10_000, 20, 20)  # as `luminous` itself has it
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each program that is started compiles all of itself


# Files with tests that take long, mostly because they wait for programs of their own.
LONG = (
    "test_bench",
    "test_chaos",
    "test_people_over_time",
    "test_resolve_customer_at_scale",
    "test_up",
    "test_database_away",
    "test_restart",
    "test_stage",
    "test_story",
    "test_in_a_browser",
    "test_hostile_connections",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first; a process that has nothing left to do takes from the end of another's."""
    items.sort(key=lambda item: item.path.stem not in LONG)


def pytest_collection_finish() -> None:
    """What is there now stays to the end: nobody looks through it again for garbage."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Generator[None]:
    """No test reaches beyond loopback: a connection to anywhere else fails at once."""
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_nearby)
        yield


@pytest.fixture(scope="session")
def server_url() -> Generator[str]:
    """A server of this test run alone, gone with it.

    Nobody counts its rows: a plan that was made for a table known to be empty would meet the next test's.
    Nothing is compiled, as in the shop's own transactions.
    """
    with quick_directory("luminous-test-") as root:
        try:
            url = postgres.start(root, fsync=False).url
            with psycopg.connect(url, autocommit=True) as conn:
                conn.execute("alter system set autovacuum = off")
                conn.execute("alter system set jit = off")
                conn.execute("select pg_reload_conf()")
            yield url
        finally:
            postgres.stop(root)


@pytest.fixture(scope="session")
async def template(server_url: str) -> str:
    """The name of a database that holds the schema and nothing else."""
    name = f"template_{os.getpid()}"
    async with connect(server_url) as conn:
        await conn.execute(f'create database "{name}"'.encode())
    async with connect(make_conninfo(server_url, dbname=name)) as conn:
        await migrate(conn)
    return name


@pytest.fixture(scope="session")
async def places(server_url: str, template: str) -> AsyncGenerator[Places]:
    """Databases that tests use one after the other."""
    places = Places(server_url, template, [])
    yield places
    for place in places.free:
        await place.stack.aclose()


@pytest.fixture
async def place(places: Places) -> AsyncGenerator[Place]:
    """A database of this test alone, for tests that commit."""
    async with places.one() as place:
        yield place


@pytest.fixture
def database_url(place: Place) -> str:
    """Where the database of this test is."""
    return place.url


@pytest.fixture
async def database(place: Place) -> Database:
    """A pool on the database of this test."""
    return await place.open()


@pytest.fixture(scope="session")
async def shared_url(server_url: str, template: str) -> AsyncGenerator[str]:
    """A database that tests share because they roll back."""
    async with cloned(server_url, template) as url:
        yield url


@pytest.fixture(scope="session")
async def at_rest() -> AsyncGenerator[list[Connection]]:
    """The last connection that rolled back: it knows the schema, and has every function compiled."""
    at_rest = list[Connection]()
    yield at_rest
    for conn in at_rest:
        await conn.close()


@pytest.fixture
async def conn(shared_url: str, at_rest: list[Connection]) -> AsyncGenerator[Connection]:
    """A transaction that is rolled back."""
    conn = at_rest.pop() if at_rest else await psycopg.AsyncConnection.connect(shared_url)
    yield conn
    await conn.rollback()
    at_rest.append(conn)


@pytest.fixture
async def roomy(server_url: str, template: str) -> AsyncGenerator[Connection]:
    """The same in a new database, for very many rows: they lie about, and slow whoever comes after."""
    async with cloned(server_url, template) as url, await psycopg.AsyncConnection.connect(url) as conn:
        yield conn
        await conn.rollback()


@pytest.fixture
async def shop(database: Database) -> AsyncGenerator[ShopUnderTest]:
    """A shop of this test alone."""
    shop = ShopUnderTest(database)
    async with shop.http:
        yield shop


@pytest.fixture(scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Debian's chromium, without a window: started once, and each test opens its own context in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        await browser.close()
