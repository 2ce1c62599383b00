"""What these tests share: where scratch servers live, and a database with three customers.

Each test leaves the three as they were.
"""

import tempfile
from collections.abc import AsyncGenerator, Generator

import pytest

from luminous.db import connect
from tests.memory import quick_directory
from tests.places import cloned
from tests.proof.reports import PEOPLE


@pytest.fixture(scope="module", autouse=True)
def scratch_servers_in_memory(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """They sync what they write all the same: a killed one has kept its commits."""
    tmp_path_factory.getbasetemp()  # made before, because it outlives this module
    with quick_directory("proof-") as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(directory))
        yield


@pytest.fixture(scope="session")
async def healthy_url(server_url: str, template: str) -> AsyncGenerator[str]:
    """A database of three customers with nothing wrong in it."""
    async with cloned(server_url, template) as url:
        async with connect(url) as conn:
            await conn.execute(PEOPLE)
        yield url
