"""Every route × no token, a missing scope, an unknown id; and what a token is."""

import re
from typing import Any
from uuid import uuid4

import pytest

from luminous.api.description import example_of
from luminous.api.gate import Rate
from luminous.api.tokens import SCOPES, Scope
from tests.api.conftest import Program, problem, program_of
from tests.shop import ShopUnderTest

PLACEHOLDER = re.compile(r"\{\w+\}")


async def operations(shop: ShopUnderTest) -> list[tuple[str, str, dict[str, Any]]]:
    """Every route of the API: method, path and what the document says of it."""
    document = (await shop.http.get("/api/v1/openapi.json")).json()
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def foreign(path: str) -> str:
    """The path with ids of nobody."""
    return PLACEHOLDER.sub(lambda _: str(uuid4()), path)


async def test_every_route_names_a_scope_that_there_is(shop: ShopUnderTest) -> None:
    found = {operation["x-scope"] for _, _, operation in await operations(shop)}
    assert found == set(SCOPES)


async def test_every_route_without_a_token_is_401(shop: ShopUnderTest) -> None:
    for method, path, _ in await operations(shop):
        response = await shop.http.request(method, f"/api/v1{foreign(path)}")
        assert problem(response)[0] == 401, path
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_every_route_without_its_scope_is_403_whatever_is_asked(shop: ShopUnderTest) -> None:
    for method, path, operation in await operations(shop):
        others: list[Scope] = [scope for scope in SCOPES if scope != operation["x-scope"]]
        program = await program_of(shop, others)
        status, detail = problem(await program.call(method, foreign(path)))
        assert (status, operation["x-scope"] in detail) == (403, True), path


async def test_every_route_with_an_id_of_nobody_is_404(shop: ShopUnderTest, program: Program) -> None:
    document = (await shop.http.get("/api/v1/openapi.json")).json()
    with_ids = [each for each in await operations(shop) if "{" in each[1]]
    assert len(with_ids) >= 5
    for method, path, operation in with_ids:
        body = operation.get("requestBody") and example(operation, document)
        response = await program.call(method, foreign(path), json=body)
        assert problem(response)[0] == 404, (method, path, response.text)


def example(operation: dict[str, Any], document: dict[str, Any]) -> Any:
    return example_of(operation["requestBody"]["content"]["application/json"]["schema"], document)


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", "Basic bHVtOg==", "Bearer lum_wrong", "lum_wrong", "Bearer é"]
)
async def test_what_is_no_live_token_is_401(shop: ShopUnderTest, sent: str) -> None:
    response = await shop.http.get("/api/v1/plans", headers=[(b"authorization", sent.encode())])
    assert problem(response)[0] == 401


async def test_a_revoked_and_an_expired_token_let_nobody_in(shop: ShopUnderTest) -> None:
    revoked, expired = await program_of(shop), await program_of(shop, days=1)
    assert (await revoked.get("/plans")).status_code == 200
    assert (await expired.get("/plans")).status_code == 200

    await shop.do("update api_tokens set revoked_at = now() where expires_at is null")
    await shop.do(
        "update api_tokens set expires_at = now() - interval '1 second' where expires_at is not null"
    )

    assert problem(await revoked.get("/plans"))[0] == 401
    assert problem(await expired.get("/plans"))[0] == 401


async def test_the_database_holds_no_token_and_notes_its_use_to_the_minute(
    shop: ShopUnderTest, program: Program
) -> None:
    await program.get("/plans")
    first = await shop.one("select last_used_at from api_tokens")
    await program.get("/plans")

    assert first is not None
    assert await shop.one("select last_used_at from api_tokens") == first
    assert program.secret not in str(await shop.rows("select api_tokens::text from api_tokens"))


async def test_too_many_calls_wait(shop: ShopUnderTest) -> None:
    now = [0.0]
    rate, one, other = Rate(60, lambda: now[0]), uuid4(), uuid4()

    assert [rate.take(one) for _ in range(60)] == [0] * 60
    assert rate.take(one) == pytest.approx(1)
    assert rate.take(other) == 0
    now[0] += 1
    assert rate.take(one) == 0
    assert rate.take(one) > 0
    now[0] += 3600
    assert [rate.take(one) for _ in range(60)] == [0] * 60
    assert rate.take(one) > 0
