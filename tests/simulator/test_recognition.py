"""The panel says how the shop knew who wrote, and what staff have to decide, after what really happened."""

import html
import re

import pytest

from luminous.simulator.decisions import REASONS, reason_for

from .stand_in import Shop


async def sees(shop: Shop, *facts: str, phone: int = 1) -> str:
    """Wait until the page of the phone shows all of it; return its words."""
    words = ""
    for _ in range(80):
        words = words_of((await shop.client.get(f"{shop.url}?phone={phone}")).text)
        if all(fact in words for fact in facts):
            return words
        await shop.is_due()
    raise AssertionError(f"{facts} are not all in: {words}")


def words_of(page: str) -> str:
    """What stands on the page, without its elements."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


async def be(shop: Shop, phone: int = 1, **identity: str) -> None:
    usual = {"name": f"Person {phone}", "number": "+" + shop.number(phone), "user_id": shop.user_id(phone)}
    assert "Saved" in (await shop.act(f"/phones/{phone}", **(usual | identity))).text


async def customer_ids(words: str) -> list[str]:
    return re.findall(r"\bid ([0-9a-f-]{36})", words)


async def test_the_first_message_and_the_next_say_their_rows(real_shop: Shop) -> None:
    await real_shop.say("Hello")
    await sees(real_shop, "row 1", "A new customer.", "created")
    await real_shop.say("Hello again")
    await sees(real_shop, "row 2", "Hello again", "recognised")


async def test_before_the_buyer_of_a_used_number_writes_the_page_says_whose_it_was(real_shop: Shop) -> None:
    await be(real_shop, name="Amina")
    await real_shop.say("I am Amina")
    await sees(real_shop, "row 1")
    await real_shop.act("/phones/1/sale", goes_on="true")
    words = await sees(real_shop, f"has +{real_shop.number(2)} down as the number of Amina", phone=2)
    assert "I am Amina" not in words

    await real_shop.say("Who had this number?", phone=2)
    words = await sees(real_shop, "row 6", "A used number.", "recycled_number", phone=2)
    assert "I am Amina" not in words


async def test_an_announcement_after_the_message_merges_and_the_merged_record_is_shown(
    real_shop: Shop,
) -> None:
    await real_shop.say("From the old number")
    (old,) = await customer_ids(await sees(real_shop, "row 1"))
    await real_shop.act("/phones/1/new-number", shape="numbers_and_ids", timing="late")
    await real_shop.say("From the new one")
    (made,) = await customer_ids(await sees(real_shop, "From the new one", "created"))

    await real_shop.act("/changes/1/announcements", shape="numbers_and_ids")
    words = await sees(real_shop, "announced_merge", "From the old number", "From the new one")
    assert await customer_ids(words) == [old]
    assert f"{made} another record of this person" in words

    await real_shop.act("/changes/1/announcements", shape="ids")
    await sees(real_shop, "announced_again")


@pytest.mark.parametrize("shape", ["own_field", "numbers"])
async def test_an_announcement_before_the_message_moves_the_record(real_shop: Shop, shape: str) -> None:
    await real_shop.say("From the old number")
    (old,) = await customer_ids(await sees(real_shop, "row 1"))
    await real_shop.act("/phones/1/new-number", shape=shape, timing="early")
    words = await sees(real_shop, "announced_change", "From the old number")
    assert await customer_ids(words) == [old]


async def test_nobody_knows_whom_an_announcement_is_about(real_shop: Shop) -> None:
    await real_shop.act("/phones/1/new-number", shape="ids", timing="early")
    await sees(real_shop, "announced_nobody", "Nobody yet.")


async def test_an_open_conflict_is_shown_to_both_with_the_command_that_settles_it(real_shop: Shop) -> None:
    await real_shop.act("/phones")
    await be(real_shop, 1, name="Amina", shows="number")
    await real_shop.say("The number alone", phone=1)
    await be(real_shop, 2, name="Joseph")
    await real_shop.say("Both", phone=2)
    await sees(real_shop, "row 1", "Both", phone=2)
    number = real_shop.number(1)
    await be(real_shop, 1, name="Amina", number="+256772000001", shows="number")
    await be(real_shop, 2, name="Joseph", number=f"+{number}")

    await real_shop.say("The other number", phone=2)
    question = "Are Amina and Joseph one person?"
    command = "luminous customers confirm 1 same|different"
    await sees(real_shop, "row 9", "disputed_number", question, command, phone=2)
    await be(real_shop, 2, name="Joseph", number="+256772000002")
    await be(real_shop, 1, name="Amina", number=f"+{number}", shows="number")
    await sees(real_shop, question, command, phone=1)


async def test_a_number_alone_with_another_key_is_in_doubt(real_shop: Shop) -> None:
    await be(real_shop, name="Amina", shows="number")
    await real_shop.act("/identity-checks", is_on="true")
    await real_shop.say("Hello")
    await sees(real_shop, "row 1")
    await real_shop.act("/phones/1/reinstallation")
    await real_shop.say("Is it still me?")
    await sees(real_shop, "unproven_number", f"Does +{real_shop.number()} still belong to Amina?")

    await real_shop.act("/phones/1/new-number", shape="numbers", timing="early")
    await sees(real_shop, "announced_conflict", "Open conflict 1", "Nobody yet.")


def test_each_row_has_one_sentence_and_what_has_none_is_shown_by_its_name() -> None:
    rows = sorted(reason.row for reason in REASONS.values() if reason.row)
    assert rows == list(range(1, 10))
    assert reason_for("turned_around").title == "turned around"
