"""A write under a key is done once: twice, at once, after a failure, and for whom."""

import asyncio

from tests.api.conftest import Program, problem, program_of
from tests.shop import ShopUnderTest

WHO = {"phone_number": "+256782240146", "display_name": "Amina"}


async def customers_of(shop: ShopUnderTest) -> int:
    return await shop.one("select count(*) from customers")


async def test_the_second_call_gets_the_first_ones_answer(shop: ShopUnderTest, program: Program) -> None:
    first = await program.post("/customers/resolve", WHO, key="k1")
    second = await program.post("/customers/resolve", WHO, key="k1")
    third = await program.post("/customers/resolve", WHO, key="k2")

    assert first.json()["is_new_customer"] is True
    assert (second.content, second.headers["idempotent-replayed"]) == (first.content, "true")
    assert third.json()["is_new_customer"] is False
    assert await customers_of(shop) == 1


async def test_of_many_at_once_one_does_it_and_all_hear_the_same(
    shop: ShopUnderTest, program: Program
) -> None:
    answers = await asyncio.gather(*(program.post("/customers/resolve", WHO, key="k1") for _ in range(8)))

    assert {(each.status_code, each.content) for each in answers} == {(200, answers[0].content)}
    assert sum("idempotent-replayed" in each.headers for each in answers) == 7
    assert await shop.one("select count(*) from api_writes") == 1


async def test_a_key_means_one_thing(shop: ShopUnderTest, program: Program) -> None:
    await program.post("/customers/resolve", WHO, key="k1")

    status, detail = problem(
        await program.post("/customers/resolve", {**WHO, "display_name": "Bosco"}, key="k1")
    )

    assert (status, "another request" in detail) == (422, True)


async def test_a_key_is_its_tokens_own(shop: ShopUnderTest, program: Program) -> None:
    await program.post("/customers/resolve", WHO, key="k1")
    other = await program_of(shop)

    answer = await other.post("/customers/resolve", {"phone_number": "+256782240147"}, key="k1")

    assert (answer.status_code, answer.json()["phone_number"]) == (200, "+256782240147")


async def test_what_failed_left_nothing_and_may_be_asked_again(shop: ShopUnderTest, program: Program) -> None:
    await shop.do("alter table subscription_plans rename to plans_away")
    assert problem(await program.post("/customers/resolve", WHO, key="k1"))[0] == 500
    assert await shop.one("select count(*) from api_writes") == 0
    await shop.do("alter table plans_away rename to subscription_plans")

    assert (await program.post("/customers/resolve", WHO, key="k1")).status_code == 200


async def test_answers_are_forgotten_after_a_day(shop: ShopUnderTest, program: Program) -> None:
    await program.post("/customers/resolve", WHO, key="k1")
    await shop.do("update api_writes set created_at = now() - interval '23 hours'")
    await shop.tidy()
    assert await shop.one("select count(*) from api_writes") == 1

    await shop.do("update api_writes set created_at = now() - interval '25 hours'")
    await shop.tidy()
    assert await shop.one("select count(*) from api_writes") == 0


async def test_a_key_that_is_empty_or_endless_is_refused(program: Program) -> None:
    for key in ("", "k" * 256):
        assert problem(await program.post("/customers/resolve", WHO, key=key))[0] == 422
