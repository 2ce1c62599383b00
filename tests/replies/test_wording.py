"""Every text fits WhatsApp's limits, whatever the customer and the shop are called."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from luminous.channels.meta.content import check_content
from luminous.messages import Content
from luminous.replies import wording
from tests.replies.test_decide import GUEST

LONG = "👨‍👩‍👧‍👦" * 100
LONG_PLAN = replace(GUEST, plan_name="Plan " * 20, price=10**12, open_quote_limit=10**6)
END = datetime(2026, 12, 22, tzinfo=UTC)

EVERY_TEXT: list[Content] = [
    *(
        wording.welcome("S" * 60, name, plan, end, asks=asks)
        for name in ("Customer", "Amina Nakato", LONG, "A" * 1000)
        for plan in (GUEST, LONG_PLAN)
        for end in (END, None)
        for asks in (True, False)
    ),
    *(wording.greeting("S" * 60, name, asks=asks) for name in ("Customer", LONG) for asks in (True, False)),
    *(wording.my_plan(plan, end) for plan in (GUEST, LONG_PLAN) for end in (END, None)),
    wording.menu(),
    wording.how_to_ask(),
    wording.request_received(),
    wording.handed_over(),
    wording.stopped("S" * 60),
    wording.started("S" * 60),
]


@pytest.mark.parametrize("content", EVERY_TEXT)
def test_text_fits_the_limits_of_whatsapp(content: Content) -> None:
    assert check_content(content) is None


def test_nobody_is_called_customer_or_by_an_endless_name() -> None:
    assert "Customer" not in wording.greeting("Shop", "Customer", asks=False).text
    assert wording.greeting("Shop", LONG, asks=False).text.startswith("Good to see you again!")
    assert wording.greeting("Shop", "\t", asks=False).text.startswith("Good to see you again!")
    assert wording.greeting("Shop", "Amina N.", asks=False).text.startswith("Good to see you again Amina!")


def test_cancelled_plan_says_when_it_ends() -> None:
    assert "ends on 22 December 2026" in wording.plan_in_one_line(replace(GUEST, is_ending=True), END)
    assert "no end date" in wording.plan_in_one_line(GUEST, None)
