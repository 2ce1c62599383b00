"""A quotation as a document, made from what was frozen when it was sent: always the same bytes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from luminous import money
from luminous.catalogues import Catalogue, catalogue
from luminous.db import Begin, Connection, sql
from luminous.documents import Paper, render
from luminous.errors import QuotationClosed
from luminous.quotes.drafting import lines_of
from luminous.quotes.pricing import Line


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version that was sent, as it was then."""

    quotation_number: int
    number: int
    note: str
    sent_at: datetime
    valid_until: datetime
    total: int
    currency: str
    plan_name: str
    base_fee_percent: Decimal
    service_fee_discount_percent: Decimal
    shipping_discount_percent: Decimal
    customer_name: str | None
    shop_name: str
    shop_number: str
    time_zone: str
    language: str


async def pdf(begin: Begin, version_id: str) -> bytes:
    """The document of a version that was sent; read in a short transaction, drawn outside it.

    Raises QuotationClosed for a version that was not sent.
    """
    async with begin() as conn:
        frozen, lines = await frozen_version(conn, UUID(version_id))
    return render(paper(frozen, lines))


async def frozen_version(conn: Connection, version_id: UUID) -> tuple[Frozen, tuple[Line, ...]]:
    """A version that was sent, with its lines. Raises QuotationClosed."""
    frozen = await FROZEN.maybe(conn, id=version_id)
    if frozen is None:
        raise QuotationClosed("This version was not sent: it has no document. Send it first.")
    return frozen, await lines_of(conn, version_id)


def paper(frozen: Frozen, lines: tuple[Line, ...]) -> Paper:
    """What stands on it. Pure."""
    words = catalogue(frozen.language)
    zone = ZoneInfo(frozen.time_zone)
    sent_at = frozen.sent_at.astimezone(zone)
    last_day = (frozen.valid_until - timedelta(microseconds=1)).astimezone(zone)
    facts = [
        (words.say("document.customer"), frozen.customer_name or "–"),
        (words.say("document.date"), f"{words.day(sent_at)}, {sent_at:%H:%M}"),
        (words.say("document.valid"), words.say("document.valid_day", day=words.weekday(last_day))),
        (words.say("document.plan"), frozen.plan_name),
    ]
    note = [(words.say("document.note"), frozen.note)] if frozen.note else []
    return Paper(
        shop_name=frozen.shop_name,
        title=words.say("document.quotation"),
        number=f"Q-{frozen.quotation_number} / {frozen.number}",
        facts=tuple(facts),
        columns=(
            words.say("document.description"),
            words.say("document.quantity"),
            words.say("document.unit_price"),
            words.say("document.rate"),
            words.say("document.amount", currency=frozen.currency),
        ),
        rows=tuple(_row(words, frozen, line) for line in lines),
        total=(words.say("document.total"), money.show(frozen.total, frozen.currency)),
        paragraphs=(*note, ("", words.say("document.terms", zone=frozen.time_zone))),
        link=f"https://wa.me/{frozen.shop_number.lstrip('+')}" if frozen.shop_number else "",
        link_words=f"{words.say('document.scan')} {frozen.shop_number}",
        page_words=words.texts["document.page"],
    )


def _row(words: Catalogue, frozen: Frozen, line: Line) -> tuple[str, ...]:
    amount = money.number(line.amount, frozen.currency)
    if line.unit_price is None or line.currency is None or line.rate is None:
        return (_label(words, frozen, line), "", "", "", amount)
    rate = "" if line.currency == frozen.currency else f"{line.rate.normalize():,f}"
    price = money.show(line.unit_price, line.currency)
    return (line.description, f"{line.quantity:,}", price, rate, amount)


def _label(words: Catalogue, frozen: Frozen, line: Line) -> str:
    percent = {
        "service_fee": frozen.base_fee_percent,
        "service_fee_discount": frozen.service_fee_discount_percent,
        "shipping_discount": frozen.shipping_discount_percent,
    }.get(line.kind, Decimal(0))
    return words.say(f"document.{line.kind}", percent=f"{percent.normalize():f}", plan=frozen.plan_name)


FROZEN = sql("""
    select quotations.number as quotation_number, offered.number, note, sent_at, valid_until, total, currency,
           plan_name, base_fee_percent, service_fee_discount_percent, shipping_discount_percent,
           customer_name, shop_name, shop_number, time_zone, language
      from quotation_versions offered join quotations on quotations.id = quotation_id
     where offered.id = %(id)s and sent_at is not null
""").into(Frozen)
