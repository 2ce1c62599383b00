"""A program that uses the API of a shop of the test's own."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID

import httpx2
import pytest

from luminous.api import tokens
from luminous.api.tokens import SCOPES, Scope
from luminous.db import Database
from tests.network import SETTINGS
from tests.shop import ShopUnderTest, text


class Program:
    """Call the API with a token that has these scopes."""

    def __init__(self, shop: ShopUnderTest, secret: str) -> None:
        self.shop = shop
        self.secret = secret

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        return await self.shop.http.request(method, f"/api/v1{path}", headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.call("GET", path, **more)

    async def post(self, path: str, body: object, key: str | None = None) -> httpx2.Response:
        headers = {} if key is None else {"idempotency-key": key}
        return await self.call("POST", path, json=body, headers=headers)


async def program_of(
    shop: ShopUnderTest, scopes: Sequence[Scope] = SCOPES, days: int | None = None
) -> Program:
    """A program with a token of its own."""
    async with shop.database.transaction() as conn:
        return Program(shop, await tokens.create(conn, "test", scopes, days))


@pytest.fixture
async def shop(database: Database) -> AsyncGenerator[ShopUnderTest]:
    """A shop of this test alone, which takes mobile money."""
    shop = ShopUnderTest(database, **SETTINGS)
    async with shop.http:
        yield shop


@pytest.fixture
async def program(shop: ShopUnderTest) -> Program:
    """One that may do everything."""
    return await program_of(shop)


@pytest.fixture
async def amina(shop: ShopUnderTest) -> UUID:
    """A customer who wrote a moment ago."""
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()
    return await shop.one("select id from customers")


def problem(response: httpx2.Response) -> tuple[int, str]:
    """The status and the sentence of a problem document, after checking that it is one."""
    document = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert set(document) - {"errors"} == {"type", "title", "status", "detail", "request_id"}
    assert document["status"] == response.status_code
    assert document["request_id"] == response.headers["x-request-id"]
    return response.status_code, document["detail"]
