"""A menu without buttons: each word that it names is one that the shop understands."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from luminous.channels.gateway.menu import in_words, word_for
from luminous.inbox import Message
from luminous.messages import Attachment, Content, Row
from luminous.replies import wording
from luminous.replies.intents import intent_of
from luminous.subscriptions import Entitlements

TYPED = Message(1, "gateway", "g.1", "", "text", "", None, None, False, True, datetime.now(UTC))
GUEST = Entitlements("guest", "Guest User", 0, "UGX", Decimal(0), Decimal(0), 1, False, True, None)


def menus() -> list[Content]:
    return [
        wording.welcome("Pearl", "Amina", GUEST, None, asks=False),
        wording.greeting("Pearl", "Amina", asks=False),
        wording.menu(),
        wording.my_plan(GUEST, None),
        wording.stopped("Pearl"),
    ]


@pytest.mark.parametrize("content", menus())
def test_each_word_that_a_menu_names_leads_to_the_same_choice_as_its_button(content: Content) -> None:
    assert content.buttons
    said = in_words(content)
    for button in content.buttons:
        word = word_for(button.id, button.title)
        assert f"• {button.title}: write *{word}*" in said
        for typed in (word, word.lower(), f" *{word}* ", f"{word}!"):
            assert intent_of(replace(TYPED, text=typed)) == button.id


def test_a_menu_reads_as_lines_below_its_text() -> None:
    assert in_words(wording.menu()) == (
        "What would you like to do?\n\n"
        "• Ask for a price: write *PRICE*\n"
        "• My plan: write *PLAN*\n"
        "• Talk to a person: write *PERSON*"
    )


def test_rows_say_their_description_and_an_id_that_is_no_word_is_not_shown() -> None:
    rows = (Row("price", "Price", "of anything"), Row("order:17", "Order 17"))
    assert in_words(Content("What next?", rows=rows, label="Menu")) == (
        "What next?\n\n• Price (of anything): write *PRICE*\n• Order 17: write *Order 17*"
    )


def test_a_file_that_cannot_come_is_said_with_what_to_do() -> None:
    content = Content("Your price", attachment=Attachment("quotation", "7", "Price.pdf", "application/pdf"))
    assert in_words(content) == (
        "Your price\n\n📎 Price.pdf cannot come here. Write *PERSON* to get it another way."
    )


def test_words_without_a_menu_stay_as_they_are() -> None:
    assert in_words(Content("Hello")) == "Hello"
