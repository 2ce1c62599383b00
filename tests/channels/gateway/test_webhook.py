"""The gateway's webhook from outside: who may post, what is answered, and what is kept."""

import json
import logging
from collections.abc import Generator
from typing import Any

import httpx2
import pytest
import structlog

from luminous.channels.gateway.webhook import PATH
from luminous.channels.receiving import MAX_BYTES
from luminous.db import Database

from .conftest import SECRET, visiting
from .making import event, received, text

BEARER = {"Authorization": f"Bearer {SECRET}"}
COUNTS = """
    select (select count(*) from customers), (select count(*) from inbox),
           (select count(*) from webhook_bodies), (select count(*) from dead_letters)"""


async def counts(database: Database) -> tuple[Any, ...]:
    async with database.transaction() as conn:
        return (await (await conn.execute(COUNTS)).fetchall())[0]


async def test_a_message_makes_a_customer_and_the_same_again_makes_nothing(
    shop_on_gateway: httpx2.AsyncClient, database: Database
) -> None:
    for _ in range(2):
        response = await shop_on_gateway.post(PATH, json=received(text()), headers=BEARER)
        assert (response.status_code, response.json()) == (200, {"success": True})
        assert await counts(database) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        (BEARER, ""),
        ({"Authorization": f"bearer  {SECRET} "}, ""),
        ({}, f"?secret={SECRET}"),
        ({"Authorization": "Basic Zm9vOmJhcg=="}, f"?secret={SECRET}"),
    ],
)
async def test_the_secret_comes_in_the_header_or_in_the_query(
    shop_on_gateway: httpx2.AsyncClient, headers: dict[str, str], query: str
) -> None:
    assert (await shop_on_gateway.post(PATH + query, json=received(text()), headers=headers)).is_success


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({}, "?secret="),
        ({}, "?secret=gateway-secreT"),
        ({}, "?secret=%ED%A0%80"),
        ({"Authorization": SECRET}, ""),
        ({"Authorization": "Bearer "}, ""),
        ({"Authorization": f"Basic {SECRET}"}, ""),
        ({"Authorization": f"Bearer {SECRET}x"}, ""),
        ({"X-Hub-Signature-256": "sha256=" + "0" * 64}, ""),
    ],
)
async def test_without_the_secret_nothing_is_taken_and_nothing_is_said(
    shop_on_gateway: httpx2.AsyncClient, database: Database, headers: dict[str, str], query: str
) -> None:
    response = await shop_on_gateway.post(PATH + query, json=received(text()), headers=headers)
    assert (response.status_code, response.content) == (401, b"")
    assert await counts(database) == (0, 0, 0, 0)


@pytest.mark.parametrize("blank", ["", " "])
async def test_a_shop_without_a_secret_has_no_such_route(database: Database, blank: str) -> None:
    async with visiting(database, blank) as http:
        for query in ("", "?secret=", "?secret=%20"):
            assert (await http.post(PATH + query, json=received(text()))).status_code == 404


@pytest.fixture
def lines() -> Generator[list[Any]]:
    """Every line that is logged meanwhile, of all levels."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    with structlog.testing.capture_logs() as lines:
        yield lines
    structlog.configure(**before)


async def test_the_secret_is_in_no_line_of_the_log(
    shop_on_gateway: httpx2.AsyncClient, lines: list[Any]
) -> None:
    for body in (received(text()), {}, event("x", {})):
        await shop_on_gateway.post(f"{PATH}?secret={SECRET}", json=body)
    await shop_on_gateway.post(f"{PATH}?secret={SECRET}wrong", json={})

    assert [line["event"] for line in lines] == [
        "customer created",
        "webhook refused",
        "unknown kind kept",
        "webhook refused",
    ]
    assert SECRET not in json.dumps(lines, default=str)


@pytest.mark.parametrize("body", [b"{}", b'{"hello": "world"}', b'{"event": null}'])
async def test_neither_event_nor_data_is_400_and_leaves_nothing(
    shop_on_gateway: httpx2.AsyncClient, database: Database, body: bytes
) -> None:
    response = await shop_on_gateway.post(PATH, content=body, headers=BEARER)
    assert (response.status_code, await counts(database)) == (400, (0, 0, 0, 0))


async def test_what_is_no_json_is_400_and_kept_for_a_version_that_can_read_it(
    shop_on_gateway: httpx2.AsyncClient, database: Database
) -> None:
    response = await shop_on_gateway.post(PATH, content=b"event=hello", headers=BEARER)
    assert (response.status_code, await counts(database)) == (400, (0, 0, 1, 1))


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (event("message.deleted", {"id": "g.1"}), (0, 0, 1, 0)),
        (event("message.sent", text("From the shop")), (0, 0, 1, 0)),
        ({"data": {"from": "+256782240146", "body": "No id"}}, (0, 0, 1, 1)),
        ({"data": {"id": "g.1", "body": "Nobody"}}, (0, 0, 1, 1)),
        (event("message.status.update", {"id": "g.9", "status": "read"}), (0, 0, 0, 0)),
    ],
)
async def test_what_is_no_message_of_a_person_makes_nobody_and_is_kept(
    shop_on_gateway: httpx2.AsyncClient, database: Database, body: object, rows: tuple[int, ...]
) -> None:
    response = await shop_on_gateway.post(PATH, json=body, headers=BEARER)
    assert (response.status_code, await counts(database)) == (200, rows)


async def test_a_body_that_is_too_large_is_cut(
    shop_on_gateway: httpx2.AsyncClient, database: Database
) -> None:
    response = await shop_on_gateway.post(PATH, content=b" " * (MAX_BYTES + 1), headers=BEARER)
    assert (response.status_code, await counts(database)) == (413, (0, 0, 0, 0))


async def test_while_the_database_is_away_the_answer_is_503_and_not_200() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    async with visiting(away) as http:
        response = await http.post(PATH, json=received(text()), headers=BEARER)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
