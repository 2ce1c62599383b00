"""Webhooks reach the shop as the switches say, and are tried again until it answers 200."""

import asyncio
import time
from pathlib import Path

import pytest

from luminous.db import Database
from luminous.simulator import post

from .stand_in import Shop, open_shop


@pytest.fixture
def _gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is gathered is gathered until `have_gathered`, however slow the machine."""
    monkeypatch.setattr(post, "GATHER_SECONDS", 3600)
    monkeypatch.setattr(post, "APART_SECONDS", 0.1)


async def have_gathered(shop: Shop) -> None:
    """The time for gathering is over."""
    shop.rows("update updates set due_at = due_at - 3600")
    await shop.wake_the_post()


async def test_a_message_waits_until_the_shop_answers_200(shop: Shop) -> None:
    shop.answers = [503] * 100
    await shop.say("Hello")
    await shop.until(lambda: shop.rows("select attempts from posts where attempts > 0"))
    assert shop.rows("select status from messages") == [("waiting",)]
    assert "The shop answered 503. Trying again." in (await shop.client.get(shop.url)).text

    shop.answers.clear()
    await shop.is_due()
    await shop.until(lambda: shop.rows("select status from messages") == [("taken",)])
    assert [message["text"]["body"] for message in shop.messages()] == ["Hello"]
    assert "The shop answered 503" not in (await shop.client.get(shop.url)).text


async def test_each_try_waits_twice_as_long_as_the_one_before(shop: Shop) -> None:
    shop.answers = [500] * 100
    await shop.say("Hello")
    await shop.until(lambda: shop.rows("select id from posts where attempts > 0"))
    for attempts, pause in ((20, 300), (8, 256), (5, 32), (4, 16)):  # all too long to pass meanwhile
        begun = time.time()
        shop.rows("update posts set attempts = ?, next_at = ?", attempts, begun)
        await shop.wake_the_post()
        await shop.until(lambda begun=begun: shop.rows("select id from posts where next_at > ?", begun))
        ((tried, next_at),) = shop.rows("select attempts, next_at from posts")
        assert tried == attempts + 1
        assert begun + pause <= next_at <= time.time() + pause


async def test_after_seven_days_it_is_given_up(shop: Shop) -> None:
    shop.answers = [401, 401]
    await shop.say("Hello")
    await shop.until(lambda: shop.rows("select attempts from posts") == [(1,)])
    shop.rows("update posts set created_at = created_at - 7 * 86400")
    await shop.is_due()
    await shop.until(lambda: shop.rows("select attempts, next_at from posts") == [(2, None)])

    assert "The shop answered 401. Given up." in (await shop.client.get(shop.url)).text


async def test_duplicate_delivers_a_webhook_twice_and_next_only_once(shop: Shop) -> None:
    await shop.act("/switches/duplicate", setting="next")
    await shop.say("Once more")
    await shop.until(lambda: len(shop.bodies) == 2)
    await shop.say("Once")
    await shop.until(lambda: len(shop.bodies) == 3)

    first, second, third = shop.messages()
    assert first == second != third


@pytest.mark.usefixtures("_gathering")
async def test_batch_puts_several_updates_into_one_post(shop: Shop) -> None:
    await shop.act("/switches/batch", setting="always")
    for text in ("One", "Two", "Three"):
        await shop.say(text)
    assert shop.bodies == []
    await have_gathered(shop)
    await shop.until(shop.bodies.copy)

    assert len(shop.bodies) == 1
    assert [message["text"]["body"] for message in shop.messages()] == ["One", "Two", "Three"]
    await shop.until(lambda: shop.rows("select distinct status from messages") == [("taken",)])


@pytest.mark.usefixtures("_gathering")
async def test_reorder_delivers_the_last_first(shop: Shop) -> None:
    await shop.act("/switches/reorder", setting="next")
    for text in ("One", "Two", "Three"):
        await shop.say(text)
    await have_gathered(shop)
    await shop.until(lambda: len(shop.bodies) == 3)

    assert [message["text"]["body"] for message in shop.messages()] == ["Three", "Two", "One"]
    assert shop.rows("select distinct setting from switches") == [("off",)]


async def test_late_statuses_come_ten_seconds_late_and_messages_do_not(shop: Shop) -> None:
    await shop.act("/switches/delay_statuses", setting="always")
    await shop.say("Hello")
    await shop.until(shop.messages)
    begun = time.time()
    await shop.send()
    await shop.until(lambda: len(shop.rows("select id from updates where post_id is null")) == 2)
    assert shop.statuses() == []
    due = shop.rows("select due_at from updates where post_id is null")
    assert all(begun + 10 <= due_at < time.time() + 14 for (due_at,) in due)

    await shop.is_due()
    await shop.until(lambda: len(shop.statuses()) == 2)


async def test_no_statuses_means_that_the_shop_hears_nothing(shop: Shop) -> None:
    await shop.act("/switches/no_statuses", setting="always")
    await shop.say("Hello")
    await shop.send()
    await shop.until(lambda: shop.rows("select status from messages where is_from_shop") == [("delivered",)])
    await asyncio.sleep(0.2)

    assert shop.statuses() == []


async def test_a_switch_that_does_not_exist_cannot_be_turned(shop: Shop) -> None:
    assert (await shop.act("/switches/gravity", setting="always")).status_code == 422
    assert (await shop.act("/switches/batch", setting="sometimes")).status_code == 422


async def test_everything_is_still_there_after_a_restart_and_what_was_owed_is_delivered(
    tmp_path: Path, shared_url: str
) -> None:
    async with Database(shared_url) as database, open_shop(tmp_path, database) as shop:
        await shop.act("/phones")
        await shop.act("/switches/no_statuses", setting="always")
        shop.answers = [503] * 9
        await shop.say("Do not forget me", phone=2)
        await shop.until(lambda: shop.rows("select attempts from posts") == [(1,)])
        before = shop.rows("select id, name, number, user_id from phones")

    async with Database(shared_url) as database, open_shop(tmp_path, database) as shop:
        await shop.until(lambda: [message["text"]["body"] for message in shop.messages()])
        page = (await shop.client.get(f"{shop.url}?phone=2")).text

        assert shop.rows("select id, name, number, user_id from phones") == before
        assert "Do not forget me" in page
        assert 'id="no_statuses-always" aria-pressed="true"' in page
