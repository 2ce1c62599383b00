"""Blue ticks on what was handled, “typing” while an answer takes longer; never at the price of an answer."""

from dataclasses import dataclass, field

import pytest

from luminous.errors import SendFailed
from luminous.noticing import REMEMBERED, Notices
from tests.shop import ShopUnderTest, said, text


@dataclass
class Reader:
    """Notes what is shown, and fails as it is told."""

    shown: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    fails: bool = False

    async def mark_read(self, business_number_id: str, external_id: str, *, is_typing: bool) -> None:
        assert business_number_id == "106540352242922"
        if self.fails:
            raise SendFailed("because", "refused")
        self.shown.append((external_id, is_typing))


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def notices(reader: Reader) -> Notices:
    return Notices({"meta": reader})


async def ages(shop: ShopUnderTest, seconds: int) -> None:
    for table, column in (("inbox", "received_at"), ("outbox", "created_at")):
        await shop.do(f"update {table} set {column} = {column} - make_interval(secs => %s)", seconds)  # noqa: S608 - the names above


async def test_what_was_handled_is_shown_as_read_once_the_latest_of_each_customer(
    shop: ShopUnderTest, reader: Reader, notices: Notices
) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.hear(text("My plan", "wamid.2"))
    await shop.hear(text("Hello", "wamid.3", ("256782240147", "UG.2")), name="Brian")
    await shop.settle()
    for _ in range(3):
        await notices.show(shop.database.transaction)

    assert sorted(reader.shown) == [("wamid.2", False), ("wamid.3", False)]


async def test_an_answer_that_comes_at_once_needs_no_typing_and_a_slow_one_shows_it_once(
    shop: ShopUnderTest, reader: Reader, notices: Notices
) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await notices.show(shop.database.transaction)
    assert reader.shown == []

    await ages(shop, 3)
    await notices.show(shop.database.transaction)
    await notices.show(shop.database.transaction)
    assert reader.shown == [("wamid.1", True)]

    await shop.settle()
    await notices.show(shop.database.transaction)
    assert reader.shown == [("wamid.1", True), ("wamid.1", False)]


async def test_it_is_slow_as_long_as_the_reply_has_not_gone_and_not_for_ever(
    shop: ShopUnderTest, reader: Reader, notices: Notices
) -> None:
    shop.whatsapp.failures = [SendFailed("busy", "not_sent")]
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()  # answered, and the reply waits to be sent again
    await ages(shop, 3)
    await notices.show(shop.database.transaction)
    assert reader.shown == [("wamid.1", True)]

    await shop.hear(text("Hello?", "wamid.2"))
    await ages(shop, 30)
    await notices.show(shop.database.transaction)
    assert ("wamid.2", True) not in reader.shown


async def test_what_waits_for_a_person_is_read_when_the_person_answers(
    shop: ShopUnderTest, reader: Reader, notices: Notices
) -> None:
    await shop.hear(text("Talk to a person", "wamid.1"))
    await shop.settle()
    await ages(shop, 60)
    await shop.hear(text("Are you there?", "wamid.2"))
    await shop.settle()
    await notices.show(shop.database.transaction)
    assert reader.shown == []

    await shop.do("""
        insert into outbox (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key,
                            content)
        select id, identity_epoch, 'meta', '106540352242922', 'reply', 'by a person', '{"text": "Yes"}'
          from customers
    """)
    await notices.show(shop.database.transaction)
    assert ("wamid.2", False) in reader.shown


async def test_a_reaction_a_group_and_another_channel_are_left_alone(
    shop: ShopUnderTest, reader: Reader
) -> None:
    await shop.hear(said("reaction", {"message_id": "wamid.out", "emoji": "👍"}, "wamid.1"))
    await shop.hear(text("Hello all", "wamid.2", group_id="a-group"))
    await shop.settle()
    await ages(shop, 3)
    await Notices({"meta": reader, "gateway": reader}).show(shop.database.transaction)
    await shop.hear(text("Hello", "wamid.3"))
    await shop.settle()
    assert not await Notices({"gateway": reader}).show(shop.database.transaction)

    assert reader.shown == []


async def test_a_failure_is_not_repeated_and_stops_nothing(
    shop: ShopUnderTest, reader: Reader, notices: Notices
) -> None:
    reader.fails = True
    await shop.hear(text("Hello", "wamid.1"))
    assert await shop.settle() != []
    assert await notices.show(shop.database.transaction)
    assert not await notices.show(shop.database.transaction)


def test_more_is_remembered_than_one_look_can_see() -> None:
    assert REMEMBERED > 200 * 2
