"""A menu without buttons: each word that it names is one that the shop understands."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from luminous.catalogues import catalogue
from luminous.channels.gateway.menu import in_words, word_for
from luminous.inbox import Message
from luminous.messages import Attachment, Content, Row
from luminous.replies import wording
from luminous.replies.intents import intent_of
from luminous.subscriptions import Entitlements

EN = catalogue()
TYPED = Message(1, "gateway", "g.1", "", "text", "", None, None, False, True, datetime.now(UTC))
GUEST = Entitlements(
    "guest", "Guest User", 0, "UGX", Decimal(15), Decimal(0), Decimal(0), 1, False, True, None
)


def menus() -> list[Content]:
    return [
        wording.welcome(EN, "Pearl", "Amina", GUEST, None),
        wording.greeting(EN, "Pearl", "Amina"),
        wording.menu(EN),
        wording.my_plan(EN, GUEST, None),
        wording.stopped(EN, "Pearl"),
    ]


@pytest.mark.parametrize("content", menus())
def test_each_word_that_a_menu_names_leads_to_the_same_choice_as_its_button(content: Content) -> None:
    assert content.buttons or content.rows
    said = in_words(content)
    for button in (*content.buttons, *content.rows):
        word = word_for(button.id, button.title)
        assert f": write *{word}*" in said
        for typed in (word, word.lower(), f" *{word}* ", f"{word}!"):
            assert intent_of(replace(TYPED, text=typed)) == button.id


def test_a_menu_reads_as_lines_below_its_text() -> None:
    assert in_words(wording.greeting(EN, "Pearl", None)) == (
        "Hello! This is Pearl.\n\nWhat can we do for you today?\n\n"
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
