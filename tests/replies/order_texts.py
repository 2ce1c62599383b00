"""Every text about money and parcels, with the longest that can stand in it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from luminous.catalogues import Catalogue
from luminous.messages import Content
from luminous.orders import MILESTONES, Milestone, Order, Reached
from luminous.payments import Payable, Payment, Started
from luminous.phone import Phone
from luminous.replies import order_words, payment_words

ID = UUID("3f0e0b0e-1c1a-4c8e-9d59-0d5b8f6d5a10")
AT = datetime(2026, 12, 22, tzinfo=UTC)
LONG = "👨‍👩‍👧‍👦" * 100
OWN, ABROAD = Phone("+256772240146"), Phone("+491701234567")
ZONE = ZoneInfo("Africa/Kampala")
WAY = [Reached(milestone, AT, "Aisha") for milestone in MILESTONES]
STATUSES = (
    *("paid", "sourcing", "variation_pending", "purchased", "at_hub", "in_transit", "customs", "detained"),
    *("out_for_delivery", "delivery_failed", "delivered", "closed", "disputed", "refund_due"),
    *("partially_refunded", "refunded"),
)


def order(status: str = "paid", milestone: Milestone | None = "ordered") -> Order:
    return Order(
        ID, 10**9, ID, LONG, 10**9, LONG, status, milestone, 10**12, "UGX", AT, "A" * 500, 5, "R" * 200,
        AT, AT, AT,
    )  # fmt: skip


def payment(reason: str | None = None, paid: int | None = 10**12) -> Payment:
    return Payment(
        ID, ID, ID, None, "Q-1", "momo", "failed", 10**12, "UGX", OWN, "Quotation Q-1", paid, "UGX", None,
        None, 0, reason, None, AT, AT, None,
    )  # fmt: skip


THINGS = [Payable("order", ID, "Q-1000000000", 10**12, "UGX"), Payable("plan", ID, "P" * 100, 10**12, "UGX")]


def every_order_text(words: Catalogue) -> list[Content]:
    """All of them."""
    many = [replace(THINGS[0], id=uuid4()) for _ in range(10)]
    unpaid = replace(order("awaiting_payment", None), number=None, paid_at=None)
    return [
        order_words.orders(words, [replace(order(status), id=uuid4()) for status in STATUSES]),
        order_words.orders(words, [unpaid, replace(order(), id=uuid4())]),
        order_words.orders(words, []),
        *(order_words.where(words, order(status), WAY, ZONE) for status in STATUSES),
        *(order_words.receipt(words, replace(order(), delivery_address=each))[0] for each in (None, "A")),
        *(order_words.reached(words, order(), each)[0] for each in MILESTONES if each != "ordered"),
        order_words.no_such_order(words),
        order_words.how_to_say_address(words),
        *(order_words.address_kept(words, order(), asks_for_number=asks) for asks in (True, False)),
        order_words.address_not_kept(words),
        order_words.address_too_long(words),
        *(order_words.rated(words, rating) for rating in (1, 5)),
        order_words.complains(words, order()),
        order_words.unpaid(words, 10**9),
        *(order_words.cancelled(words, order(status)) for status in ("cancelled", "refund_due")),
        order_words.refunded(words, "Q-1", 10**12, "UGX", "R" * 100),
        *(payment_words.from_which(words, each, own) for each in THINGS for own in (None, OWN)),
        *(payment_words.share_number(words, each) for each in THINGS),
        *(payment_words.which_number(words, each) for each in THINGS),
        *(payment_words.which_thing(words, many, number) for number in (None, OWN)),
        *(payment_words.by_hand(words, each, ways) for each in THINGS for ways in ("", "W" * 500)),
        *(payment_words.no_momo(words, each, ABROAD) for each in THINGS),
        *(payment_words.asked(words, Started(ID, 10**12, "UGX", ABROAD, new)) for new in (True, False)),
        payment_words.nothing_to_pay(words),
        payment_words.bad_number(words),
        *(payment_words.failed(words, what, payment(reason))
          for what in (None, *THINGS) for reason in (None, *payment_words.FAILURES)),
        payment_words.no_answer_yet(words, payment()),
        *(payment_words.a_person_looks(words, payment(paid=paid)) for paid in (None, 10**12)),
    ]  # fmt: skip
