"""What these tests share: where scratch servers live, and a database with three customers.

Each test leaves the three as they were.
"""

import os
import tempfile
from collections.abc import Generator

import pytest
from psycopg.conninfo import make_conninfo

from luminous.db import connect
from tests.memory import quick_directory
from tests.proof.reports import PEOPLE


@pytest.fixture(scope="module", autouse=True)
def scratch_servers_in_memory(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """They sync what they write all the same: a killed one has kept its commits."""
    tmp_path_factory.getbasetemp()  # made before, because it outlives this module
    with quick_directory("proof-") as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(directory))
        yield


@pytest.fixture(scope="session")
async def healthy_url(server_url: str, template: str) -> str:
    """A database of three customers with nothing wrong in it."""
    name = f"healthy_{os.getpid()}"
    async with connect(server_url) as conn:
        await conn.execute(f'create database "{name}" template "{template}"'.encode())
    url = make_conninfo(server_url, dbname=name)
    async with connect(url) as conn:
        await conn.execute(PEOPLE)
    return url
