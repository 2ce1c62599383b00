"""Answers that follow each other become one message where that reads better."""

from uuid import UUID

import pytest

from luminous.messages import Attachment, Button, Content, Row
from luminous.replies import Reply, Say, joined
from luminous.replies.joining import LONGEST

AMINA, BRIAN = UUID(int=1), UUID(int=2)
NO_MORE = Content("No more news.")
PLAN = Content("Your plan", buttons=(Button("price", "Ask for a price"),))
MENU = Content("What I can do", rows=(Row("plan", "My plan"),), label="Open")
FILE = Content("Your price", attachment=Attachment("quotation", "1", "Q-1.pdf", "application/pdf"))


def said(*contents: Content, customer_id: UUID = AMINA, lets_in: bool = False) -> list[Reply]:
    return [Reply(customer_id, Say(each, lets_in=lets_in), each.text) for each in contents]


@pytest.mark.parametrize("last", [PLAN, MENU, FILE, Content("More")])
def test_words_with_nothing_to_press_begin_the_message_that_follows(last: Content) -> None:
    (reply,) = joined(said(NO_MORE, NO_MORE, last))

    assert reply.say.content.text == f"No more news.\n\nNo more news.\n\n{last.text}"
    assert (reply.say.content.buttons, reply.say.content.rows) == (last.buttons, last.rows)
    assert (reply.say.content.attachment, reply.key) == (last.attachment, last.text)


@pytest.mark.parametrize("first", [PLAN, MENU, FILE, Content("Share it", asks_for_number=True)])
def test_what_is_pressed_or_looked_at_stays_the_end_of_its_message(first: Content) -> None:
    assert joined(said(first, NO_MORE)) == said(first, NO_MORE)


def test_what_lets_somebody_in_stays_by_itself() -> None:
    three = said(NO_MORE) + said(Content("https://shop.example/l#1"), lets_in=True) + said(NO_MORE)
    assert joined(three) == three


def test_nothing_becomes_longer_than_a_message_with_buttons_may_be() -> None:
    fits = said(Content("x" * (LONGEST - 2 - len(PLAN.text))), PLAN)
    assert len(joined(fits)) == 1
    too_long = said(Content("x" * (LONGEST - 1 - len(PLAN.text))), PLAN)
    assert joined(too_long) == too_long


def test_two_customers_are_answered_apart() -> None:
    both = said(NO_MORE) + said(NO_MORE, customer_id=BRIAN)
    assert joined(both) == both
    assert joined([]) == []
