from collections.abc import AsyncIterator

import httpx2
import pytest

from luminous.http import tls


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False, verify=tls()) as client:
        yield client
