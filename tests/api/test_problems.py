"""Every error is a problem document that says what to do, and nothing of what is inside."""

import pytest

from luminous import subscriptions
from luminous.db import Connection
from luminous.errors import DatabaseAway
from tests.api.conftest import Program, problem
from tests.shop import ShopUnderTest


async def test_an_address_that_is_not_there_and_a_method_that_is_not(program: Program) -> None:
    assert problem(await program.get("/nothing")) == (
        404,
        "There is nothing at this address. /api/v1/docs lists what there is.",
    )
    assert problem(await program.get("/plans/a%0Ab"))[0] == 404
    response = await program.call("DELETE", "/plans")
    assert problem(response)[0] == 405
    assert response.headers["allow"] == "GET"


async def test_what_cannot_be_read_and_what_does_not_fit(program: Program) -> None:
    response = await program.call(
        "POST", "/customers/resolve", content=b"{", headers={"content-type": "application/json"}
    )
    assert problem(response)[0] == 422

    response = await program.post("/customers/resolve", {"phone": "0782240146"})
    assert problem(response)[0] == 422
    assert response.json()["errors"][0]["pointer"] == "body/phone"

    response = await program.get("/customers/not-an-id")
    assert problem(response)[0] == 422
    assert response.json()["errors"][0]["pointer"] == "path/customer_id"


async def test_a_sentence_of_the_house_is_passed_on(program: Program) -> None:
    status, detail = problem(await program.post("/customers/resolve", {"phone_number": "12"}))
    assert status == 422
    assert "too short" in detail
    status, detail = problem(await program.post("/customers/resolve", {"display_name": "Amina"}))
    assert (status, "neither" in detail) == (422, True)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_that_is_too_large_is_413(program: Program, declared: bool) -> None:
    async def chunks():
        for _ in range(70):
            yield b" " * 1000

    content = b" " * 70_000 if declared else chunks()
    assert problem(await program.call("POST", "/customers/resolve", content=content))[0] == 413


async def test_what_nobody_foresaw_is_500_without_its_words(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_: Connection) -> None:
        raise ValueError("secret words of the inside")

    monkeypatch.setattr(subscriptions, "plans_on_show", breaks)

    response = await program.get("/plans", headers={"x-request-id": "of-the-caller"})

    assert problem(response)[0] == 500
    assert "secret" not in response.text
    assert response.json()["request_id"] == "of-the-caller"


async def test_while_the_database_is_away_it_is_503_and_nothing_was_done(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: Connection) -> None:
        raise DatabaseAway("PostgreSQL does not answer.")

    monkeypatch.setattr(subscriptions, "plans_on_show", away)

    response = await program.get("/plans")

    assert problem(response)[0] == 503
    assert response.headers["retry-after"] == "5"


async def test_a_request_id_that_could_break_a_log_line_is_replaced(program: Program) -> None:
    response = await program.get("/plans", headers={"x-request-id": "a b\tc"})
    assert len(response.headers["x-request-id"]) == 16


async def test_every_answer_is_kept_by_nobody_and_shown_in_no_frame(
    shop: ShopUnderTest, program: Program
) -> None:
    for response in (
        await program.get("/plans"),
        await program.get("/nothing"),
        await shop.http.get("/api/v1/plans"),
    ):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
