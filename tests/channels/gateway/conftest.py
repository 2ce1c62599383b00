from collections.abc import AsyncIterator

import httpx2
import pytest

from luminous.app import create_app
from luminous.config import Settings
from luminous.db import Database
from luminous.http import tls
from luminous.wake import Bell

SECRET = "gateway-secret"


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False, verify=tls()) as client:
        yield client


@pytest.fixture
async def shop_on_gateway(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a shop that has the gateway and nothing of Meta's."""
    async with visiting(database) as http:
        yield http


def visiting(database: Database, secret: str = SECRET) -> httpx2.AsyncClient:
    app = create_app(Settings.model_construct(gateway_secret=secret), database, Bell())
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://shop.example")
