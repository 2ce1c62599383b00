"""A quotation as PDF: the same bytes whenever it is opened, whatever names and goods are made of."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from luminous import quotes
from luminous.db import Connection, Database
from luminous.documents import render
from luminous.documents.letters import writable
from luminous.errors import QuotationClosed
from luminous.quotes.document import Frozen, paper
from luminous.quotes.pricing import Basket, Goods, Line, Terms, price

from .making import SHOES, a_customer, requested, sent

FROZEN = Frozen(
    quotation_number=17,
    number=2,
    note="Size 42 is the last pair.",
    sent_at=datetime(2026, 11, 27, 8, 5, tzinfo=UTC),
    valid_until=datetime(2026, 11, 27, 21, 0, tzinfo=UTC),  # midnight in Kampala
    total=1,
    currency="UGX",
    plan_name="Standard",
    base_fee_percent=Decimal("15.00"),
    service_fee_discount_percent=Decimal("40.00"),
    shipping_discount_percent=Decimal("3.00"),
    customer_name="Amina Nakato",
    shop_name="Pearl Shopping",
    shop_number="+256700000001",
    time_zone="Africa/Kampala",
    language="en",
)
TERMS = Terms(
    "standard", "Standard", Decimal(15), Decimal(40), Decimal(3), 1, {"USD": Decimal("3712.500000")}
)


def lines(*descriptions: str) -> tuple[Line, ...]:
    goods = tuple(Goods(each, 2, 12999, "USD") for each in descriptions)
    return price(Basket(goods, 180_000, 95_000, 15_000), TERMS).lines


async def test_it_is_the_same_document_whenever_it_is_opened(database: Database) -> None:
    async with database.transaction() as conn:
        customer_id = await a_customer(conn)
        quotation = await sent(conn, customer_id)
    first = await quotes.pdf(database.transaction, str(quotation.version_id))

    async with database.transaction() as conn:  # whatever changes afterwards
        await conn.execute("update customers set display_name = 'Somebody else'")
        await conn.execute("update subscription_plans set name = 'Other', service_fee_discount_percent = 99")
        await quotes.set_rate(conn, "USD", Decimal(1), "Aisha")
        await quotes.set_shop_terms(conn, base_fee_percent=Decimal(99), rounding_step=1000)
        await quotes.draft(conn, quotation.id, SHOES, by="Aisha")

    assert await quotes.pdf(database.transaction, str(quotation.version_id)) == first


async def test_what_was_not_sent_has_no_document(database: Database) -> None:
    async with database.transaction() as conn:
        quotation = await requested(conn, await a_customer(conn))
        await quotes.draft(conn, quotation.id, SHOES, by="Aisha")
        draft = await quotes.standing(conn, quotation.id)
    assert draft

    with pytest.raises(QuotationClosed, match="was not sent"):
        await quotes.pdf(database.transaction, str(draft.version_id))


def test_every_line_and_the_last_valid_day_stand_on_it() -> None:
    shown = paper(replace(FROZEN, total=1_363_892), lines("Nike Air Max 90"))

    assert dict(shown.facts)["Valid until"] == "the end of Friday 27 November"
    assert dict(shown.facts)["Date"] == "27 November 2026, 11:05"
    assert shown.rows[0] == ("Nike Air Max 90", "2", "129.99 USD", "3,712.5", "965,176")
    assert [(row[0], row[-1]) for row in shown.rows[1:]] == [
        ("Service fee (15 %)", "144,776"),
        ("Standard: 40 % off the service fee", "-57,910"),
        ("Shipping", "180,000"),
        ("Standard: 3 % off shipping", "-5,400"),
        ("Customs and taxes", "95,000"),
        ("Delivery to you", "15,000"),
    ]
    assert shown.total == ("Total, everything included", "1,363,892 UGX")
    assert shown.link == "https://wa.me/256700000001"


@pytest.mark.parametrize(
    "name",
    [
        "Ŋŋaali Ssebunya-Nnàlubègà Émile Ørsted",
        "👩🏾‍🦱 Amina 🎉",
        "A" * 100,
        "<b>&amp; </para>",
        "محمد",
        "王小明",
        "\u202eevil\u200b",
    ],
)
def test_every_name_has_its_document(name: str) -> None:
    document = render(paper(replace(FROZEN, customer_name=name, shop_name=name), lines(name)))

    assert pages(document) == 1
    assert document == render(paper(replace(FROZEN, customer_name=name, shop_name=name), lines(name)))


def test_letters_of_luganda_stay_and_pictures_that_no_font_has_go() -> None:
    assert writable("Ŋŋaali Émile ✓ 👩🏾‍🦱 🎧") == "Ŋŋaali Émile ✓"
    assert writable("王") == "□"


@pytest.mark.parametrize("longest", ["A long product with many words. " * 300, "X" * 5000])
def test_many_lines_and_long_ones_go_on_over_pages(longest: str) -> None:
    many = paper(replace(FROZEN, note=longest), lines(*["Shoes and a long name of them " * 4] * 60, longest))

    assert pages(render(many)) > 4


def test_without_a_number_and_erased_it_is_a_document_all_the_same() -> None:
    plain = render(paper(replace(FROZEN, shop_number="", customer_name=None, note=""), lines("Tea")))

    assert b"wa.me" not in plain
    assert b"wa.me" in render(paper(FROZEN, lines("Tea")))


def pages(document: bytes) -> int:
    """How many pages it has, by its own count."""
    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")
    return document.count(b"/Type /Page\n") or document.count(b"/Type /Page ")


async def test_nothing_of_a_draft_is_frozen_before_it_is_sent(conn: Connection) -> None:
    customer_id = await a_customer(conn)
    quotation = await requested(conn, customer_id)
    await quotes.draft(conn, quotation.id, SHOES, by="Aisha")
    detail = await quotes.detail(conn, quotation.id)

    assert detail
    assert (detail.offers[0].total, detail.offers[0].plan_name, detail.offers[0].sent_at) == (
        None,
        None,
        None,
    )
