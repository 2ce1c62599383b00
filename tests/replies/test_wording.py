"""Every text fits WhatsApp's limits, whatever people, shop and goods are called, in every language."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from uuid import uuid4

import pytest

from luminous import catalogues
from luminous.catalogues import Catalogue, catalogue, keywords, spoken
from luminous.channels.meta.content import check_content
from luminous.messages import Content
from luminous.quotes import Accepted, Line, Requested, Standing
from luminous.quotes.standing import Status
from luminous.replies import plan_words, quotation_words, wording
from luminous.replies.intents import INTENTS, intent_of
from luminous.subscriptions import Chosen, Ending, Offer, Subscription
from tests.replies.order_texts import every_order_text
from tests.replies.test_decide import GUEST, KAMPALA, message
from tests.replies.test_decide import QUOTATION as ID

LONG = "👨‍👩‍👧‍👦" * 100
ZONE = KAMPALA.timezone
PLAN_NAME = "Plan " * 20
LONG_PLAN = replace(GUEST, plan_name=PLAN_NAME, price=10**12, open_quote_limit=10**6)
END = datetime(2026, 12, 22, tzinfo=UTC)
EN = catalogue()
OFFER = Offer("plus" * 15, PLAN_NAME, 10**12, "UGX", 3650, Decimal("12.34"), Decimal("99.99"), 10**6, False)
SOURCES = sorted((Path(catalogues.__file__).parents[1]).rglob("*.py"))
STATUSES: tuple[Status, ...] = (
    "collecting",
    "requested",
    "info_needed",
    "draft",
    "sent",
    "accepted",
    "declined",
    "expired",
    "withdrawn",
    "rejected",
)


def quotation(status: Status = "sent", title: str = LONG, order_status: str | None = None) -> Standing:
    return Standing(
        ID, 10**9, ID, status, 10**6, ID, 10**12, "UGX", END, LONG[:300], title, 10**4, True,
        ID if order_status else None, order_status, END,
    )  # fmt: skip


def every_text(words: Catalogue) -> list[Content]:
    shop, sent, ending = "S" * 60, quotation(), Ending(ID, ID, "plus" * 15, PLAN_NAME, END)
    lines = [Line("goods", 10**12, LONG, 10**5, 1, "USD", Decimal(1))] * 40
    noted = [quotation_words.noted(words, Requested(quotation(at), 10**4, is_new, False))
             for at in ("collecting", "requested") for is_new in (True, False)]  # fmt: skip
    limit = quotation_words.limit_reached(
        words, LONG_PLAN, [sent] * 40, [replace(OFFER, open_quote_limit=10**7)]
    )
    return [
        *(wording.welcome(words, shop, name, plan, end)
          for name in ("Customer", "Amina Nakato", LONG, "A" * 1000)
          for plan in (GUEST, LONG_PLAN) for end in (END, None)),
        *(wording.greeting(words, shop, name) for name in ("Customer", LONG, None)),
        *(wording.my_plan(words, plan, end)
          for plan in (GUEST, LONG_PLAN, replace(LONG_PLAN, is_ending=True)) for end in (END, None)),
        wording.menu(words),
        wording.how_to_ask(words),
        wording.a_person_reads_it(words),
        wording.who_is_writing(words),
        wording.handed_over(words),
        wording.stopped(words, shop),
        wording.started(words, shop),
        plan_words.upgrade(words, shop, [replace(OFFER, code=f"plan{n}") for n in range(20)]),
        plan_words.upgrade(words, shop, []),
        plan_words.chosen(words, Chosen(ID, "plus", PLAN_NAME, 10**12, "UGX")),
        plan_words.not_on_sale(words),
        *(say(words, each, END)
          for say in (plan_words.cancelled, plan_words.kept) for each in (ending, None)),
        plan_words.ends_soon(words, ending, END)[0],
        plan_words.ended(words, ending, END),
        plan_words.confirmed(words, Subscription(ID, ID, "plus", PLAN_NAME, "active", END), END)[0],
        *noted,
        *(with_opening(words, each) for each in [*noted, limit]),
        quotation_words.complete(words, sent),
        quotation_words.nothing_to_complete(words, None),
        quotation_words.nothing_to_complete(words, sent),
        limit,
        quotation_words.limit_reached(words, LONG_PLAN, [sent] * 3, []),
        *(quotation_words.quotation(words, replace(sent, version=version), lines, ZONE)[0]
          for version in (1, 2)),
        quotation_words.my_quotations(words, LONG_PLAN, [replace(sent, id=uuid4()) for _ in range(30)]),
        quotation_words.my_quotations(words, GUEST, []),
        *(quotation_words.one(words, quotation(at), ZONE) for at in STATUSES),
        *(quotation_words.accepted(
            words, Accepted(quotation("accepted", LONG, at), ID, 10**12, "UGX", END, first), ZONE)
          for first in (True, False) for at in ("awaiting_payment", "paid")),
        quotation_words.declined(words, sent),
        *(quotation_words.withdrawn(words, quotation(at)) for at in STATUSES),
        *(quotation_words.refused(words, why, quotation(at), ZONE)
          for why in ("replaced", "revised", "over") for at in STATUSES),
        quotation_words.refused(words, "unknown", None, ZONE),
        quotation_words.asked(words, sent),
        quotation_words.which(words, [replace(sent, id=uuid4()) for _ in range(30)]),
        quotation_words.run_out(words, sent.name, ID, 10**6),
        quotation_words.rejected(words, sent),
        quotation_words.question(words, sent),
        quotation_words.withdrawn_by_us(words, sent),
        *every_order_text(words),
    ]  # fmt: skip


def with_opening(words: Catalogue, answer: Content) -> Content:
    """The longest that is said with an answer to a request."""
    text = wording.opening_welcome(words, "S" * 60, "A" * 40, LONG_PLAN, END, answer.text)
    if len(answer.buttons) > 1:  # a refusal goes to somebody whom we know already
        text = wording.opening_greeting(words, "S" * 60, "A" * 40, answer.text)
    return Content(text, answer.buttons)


@pytest.mark.parametrize("language", spoken())
def test_every_text_fits_the_limits_of_whatsapp(language: str) -> None:
    wrong = [(check_content(content), content) for content in every_text(catalogue(language))]
    assert [each for each in wrong if each[0]] == []


@pytest.mark.parametrize("language", spoken())
def test_every_language_has_every_key_with_the_same_blanks(language: str) -> None:
    words = catalogue(language)
    assert {key: blanks(text) for key, text in words.texts.items()} == {
        key: blanks(text) for key, text in EN.texts.items()
    }
    assert (len(words.months), len(words.weekdays)) == (12, 7)


def test_every_key_that_the_code_says_is_in_the_catalogue_and_every_key_is_said() -> None:
    code = "".join(path.read_text("utf-8") for path in SOURCES)
    said = set(re.findall(r"\.(?:say|count)\(\s*\"([\w.]+)\"", code))
    missing = {
        key for key in said if not any(known == key or known.startswith(f"{key}.") for known in EN.texts)
    }
    assert missing == set()

    families = tuple(f"{family}." for family in re.findall(r"f\"([\w.]+)\.\{", code))
    unsaid = {
        key
        for key in EN.texts
        if not key.startswith(families) and key not in code and key.rpartition(".")[0] not in said
    }
    assert unsaid == set()


def test_no_word_means_two_things_and_each_intent_has_words() -> None:
    assert all(keywords()[intent] for intent in INTENTS)
    everything = [words for intent in INTENTS for words in keywords()[intent]]
    assert len(everything) == len(set(everything))
    for intent in INTENTS:
        for words in keywords()[intent]:
            assert intent_of(message(words.upper())) == intent


def test_a_language_that_is_not_spoken_is_named_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="lg is not spoken"):
        catalogues.catalogue("lg")


def test_nobody_is_called_customer_or_by_an_endless_name() -> None:
    assert "Customer" not in wording.greeting(EN, "Shop", "Customer").text
    assert wording.greeting(EN, "Shop", LONG).text.startswith("Good to see you again!")
    assert wording.greeting(EN, "Shop", "\t").text.startswith("Good to see you again!")
    assert wording.greeting(EN, "Shop", "Amina N.").text.startswith("Good to see you again Amina!")


def test_cancelled_plan_says_when_it_ends() -> None:
    assert "ends on 22 December 2026" in wording.plan_in_one_line(EN, replace(GUEST, is_ending=True), END)
    assert "no end date" in wording.plan_in_one_line(EN, GUEST, None)


def test_a_quotation_says_the_last_day_on_which_it_is_valid() -> None:
    midnight = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)  # the 28th begins in Kampala
    said = quotation_words.one(EN, replace(quotation(title="Shoes"), valid_until=midnight), ZONE).text

    assert "Valid until the end of Friday 27 November" in said.splitlines()


def test_what_customers_wrote_never_fills_a_blank() -> None:
    said = quotation_words.one(EN, quotation(title="{total} {0} %s"), ZONE).text

    assert "{total} {0} %s" in said


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
