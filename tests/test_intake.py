"""Bodies that arrive during a commit share the next one; nobody waits for somebody else's trouble."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from luminous import intake
from luminous.db import Connection, Database
from luminous.errors import DatabaseAway
from luminous.inbound import Delivery, Taken
from luminous.intake import Busy, Intake
from tests.database.people import broken_promises
from tests.shop import ShopUnderTest, text, webhook
from tests.test_batch import delivery, sender


@dataclass
class Door:
    """Opens transactions, counts them, and can be held shut."""

    database: Database
    opened: int = 0
    was_opened: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Connection]:
        self.opened += 1
        self.was_opened.set()
        await self.is_open.wait()
        async with self.database.transaction() as conn:
            yield conn


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


def letter(number: int) -> Delivery:
    """The first message of somebody, in a body of its own."""
    return delivery([(sender(number % 3 + 1, number % 3 + 1), number, 0)])


async def arrive(taking: Intake, *deliveries: Delivery) -> list[asyncio.Task[list[Taken]]]:
    """They arrive, in this order, and wait."""
    tasks = [asyncio.create_task(_take(taking, each)) for each in deliveries]
    await asyncio.sleep(0)  # each has begun
    return tasks


async def _take(taking: Intake, one: Delivery) -> list[Taken]:
    return list(await taking.take(one))


async def test_32_bodies_that_come_during_a_commit_are_one_more_commit(door: Door) -> None:
    taking = Intake(door.begin, door.begin)
    first = await arrive(taking, letter(0))
    await door.was_opened.wait()
    behind = await arrive(taking, *map(letter, range(1, 33)))
    door.is_open.set()

    taken = await asyncio.gather(*first, *behind)

    assert door.opened == 2
    assert [len(each) for each in taken] == [1] * 33
    assert sum(each.is_new_customer for (each,) in taken) == 3
    async with door.database.transaction() as conn:
        assert await broken_promises(conn) == []
        (stored,) = await (await conn.execute("select count(distinct external_id) from inbox")).fetchall()
    assert stored == (33,)


async def test_a_commit_takes_no_more_bodies_and_bytes_than_are_good_for_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_BODIES", 10)
    monkeypatch.setattr(intake, "MOST_BYTES", 5_000)
    taking = Intake(door.begin, door.begin)
    waiting = await arrive(taking, letter(0))
    await door.was_opened.wait()
    large = letter(1)
    large = Delivery(large.channel, b"x" * 6_000, large.events)
    waiting += await arrive(taking, *map(letter, range(2, 32)), large)
    door.is_open.set()

    await asyncio.gather(*waiting)

    assert door.opened == 1 + 3 + 1  # the first; thirty by tens; the large one by itself


async def test_more_than_may_wait_is_sent_away_at_once_and_room_comes_back(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 20)
    taking = Intake(door.begin, door.begin)
    waiting = await arrive(taking, *map(letter, range(20)))

    with pytest.raises(Busy):
        await taking.take(letter(20))
    monkeypatch.setattr(intake, "MOST_WAITING_BYTES", 10)
    with pytest.raises(Busy):
        await taking.take(letter(21))

    monkeypatch.setattr(intake, "MOST_WAITING_BYTES", 100_000)
    door.is_open.set()
    await asyncio.gather(*waiting)
    assert len(await taking.take(letter(22))) == 1


async def test_too_many_callers_are_told_to_come_again(
    shop: ShopUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 0)

    answer = await shop.post(webhook(text("Hello", "wamid.1")))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_one_body_that_breaks_the_batch_costs_its_neighbours_nothing(door: Door) -> None:
    taking = Intake(door.begin, door.begin)
    blocking = await arrive(taking, letter(0))
    await door.was_opened.wait()
    broken = delivery([(sender(1, 1), 50, 0)])
    object.__setattr__(broken.events[0], "details", "{no json")
    waiting = await arrive(taking, letter(2), broken, letter(3))
    door.is_open.set()

    good, bad, also_good = await asyncio.gather(*waiting)
    await asyncio.gather(*blocking)

    assert (len(good), len(bad), len(also_good)) == (1, 0, 1)
    async with door.database.transaction() as conn:
        cursor = await conn.execute(
            "select stage, body from dead_letters join webhook_bodies on webhook_bodies.id = body_id"
        )
        letters = await cursor.fetchall()
    assert letters == [("database", broken.body)]


async def test_when_the_database_is_away_all_who_wait_are_told_and_nobody_waits_for_ever() -> None:
    @asynccontextmanager
    async def away() -> AsyncGenerator[Connection]:
        raise DatabaseAway("gone")
        yield  # pyright: ignore[reportUnreachable] - what makes it a generator

    taking = Intake(away, away)
    answers = await asyncio.gather(*(taking.take(letter(n)) for n in range(30)), return_exceptions=True)

    assert {type(answer) for answer in answers} == {DatabaseAway}


async def test_row_that_is_locked_from_outside_holds_up_no_batch(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()
    await shop.do("update customers set last_seen_at = now() - interval '1 hour'")
    async with shop.database.transaction() as elsewhere:
        await elsewhere.execute("select from customers for no key update")
        await elsewhere.execute("select from conversations for no key update")

        answers = await asyncio.gather(
            *(shop.post(webhook(text("Hello again", f"wamid.2.{n}"))) for n in range(5)),
            shop.post(webhook(text("Hello", "wamid.3", ("256782240147", "UG.2")))),
        )

        assert [answer.status_code for answer in answers] == [200] * 6
    await shop.tidy()  # who was locked waits for an answer all the same
    await shop.settle()
    assert await shop.one("select count(*) from inbox where answered_at is null") == 0


async def test_two_processes_take_batches_of_the_same_people_and_neither_fails(database: Database) -> None:
    processes = [Intake(database.transaction, database.statement) for _ in range(2)]

    taken = await asyncio.gather(
        *(process.take(letter(number)) for number in range(200) for process in processes)
    )

    assert sum(len(each) for each in taken) == 200
    assert sum(one.is_new_customer for each in taken for one in each) == 3
    async with database.transaction() as conn:
        assert await broken_promises(conn) == []
