"""When WhatsApp tells the shop of a new number: before the next message, after it, never, or again."""

import pytest

from .moving import Move, event_of, hide_number
from .stand_in import Shop


@pytest.fixture
def move(shop: Shop) -> Move:
    return Move(shop)


async def test_early_is_before_the_next_message(shop: Shop, move: Move) -> None:
    await move("numbers_and_ids", "early")
    await shop.until(shop.messages)
    await shop.say("It is me")
    await shop.until(lambda: len(shop.messages()) == 2)

    assert [message["type"] for message in shop.messages()] == ["system", "text"]
    assert shop.messages()[1]["from"] == move.new[0]


async def test_late_waits_with_a_button_until_somebody_sends_it(shop: Shop, move: Move) -> None:
    async with shop.watching() as lines:
        await move("numbers_and_ids", "late")
        await shop.say("It is me")
        await shop.until(shop.messages)
        await shop.until(lambda: "An announcement waits." in "".join(lines))
        page = (await shop.client.get(shop.url)).text
        assert 'id="send-announcement-1"' in page
        assert [message["type"] for message in shop.messages()] == ["text"]

        await move.announce("numbers_and_ids")
        await shop.until(lambda: len(shop.messages()) == 2)
    assert [message["type"] for message in shop.messages()] == ["text", "system"]
    assert 'id="send-announcement-1"' not in (await shop.client.get(shop.url)).text
    assert int(shop.messages()[1]["timestamp"]) <= int(shop.messages()[0]["timestamp"])


async def test_never_tells_nobody_until_somebody_sends_it_after_all(shop: Shop, move: Move) -> None:
    await move("ids", "never")
    await shop.say("It is me")
    await shop.until(shop.messages)
    page = (await shop.client.get(shop.url)).text
    assert "An announcement waits" not in page
    assert "WhatsApp tells nobody." in page

    await move.announce("ids")
    await shop.until(lambda: len(shop.messages()) == 2)
    assert event_of(shop.bodies[-1]) == (None, move.old[1], None, move.new[1])


async def test_it_can_be_sent_again_in_another_shape_as_a_message_of_its_own(shop: Shop, move: Move) -> None:
    await move("numbers_and_ids")
    await shop.until(shop.bodies.copy)
    await move.announce("old_id_writes")
    await shop.until(lambda: len(shop.bodies) == 2)

    first, second = shop.messages()
    assert first["id"] != second["id"]
    assert first["timestamp"] == second["timestamp"]


async def test_two_changes_can_be_announced_the_later_one_first(shop: Shop, move: Move) -> None:
    await move("numbers_and_ids", "late", "+256772000001")
    between = (shop.number(), shop.user_id())
    await move("numbers_and_ids", "late", "+256772000002")
    for change in (2, 1):
        await move.announce("numbers_and_ids", change)
        await shop.until(lambda n=3 - change: len(shop.bodies) == n)

    told = [(event[1], event[3]) for event in move.events()]
    assert told == [(between[1], move.new[1]), (move.old[1], between[1])]


async def test_an_announcement_that_cannot_be_is_refused(shop: Shop, move: Move) -> None:
    await hide_number(shop)
    await move("ids", "late")

    assert (await shop.act("/changes/1/announcements", shape="numbers")).status_code == 422
    assert (await shop.act("/changes/1/announcements", shape="shouting")).status_code == 422
    assert (await shop.act("/changes/9/announcements", shape="ids")).status_code == 404
    await shop.act("/phones/1/reinstallation")
    assert (await shop.act("/changes/2/announcements", shape="ids")).status_code == 404
    assert shop.bodies == []
