"""A receipt as a document, made from what does not change any more: always the same bytes."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from luminous import money
from luminous.catalogues import Catalogue, catalogue
from luminous.db import Begin, sql
from luminous.documents import Paper, render
from luminous.errors import OrderRefused
from luminous.quotes import document


@dataclass(frozen=True, slots=True)
class Paid:
    """A paid order, as its receipt says it."""

    number: int
    quotation_version_id: UUID
    quotation_number: int
    paid_at: datetime
    amount: int
    currency: str
    provider: str
    payer_text: str  # of money that staff confirmed: how it came
    transaction_id: str | None


async def pdf(begin: Begin, order_id: str) -> bytes:
    """The receipt of a paid order; read in a short transaction, drawn outside it. Raises OrderRefused."""
    async with begin() as conn:
        paid = await PAID.maybe(conn, id=UUID(order_id))
        if paid is None:
            raise OrderRefused("This order is not paid: it has no receipt.")
        frozen, lines = await document.frozen_version(conn, paid.quotation_version_id)
    offered = document.paper(frozen, lines)
    return render(paper(paid, offered, catalogue(frozen.language), ZoneInfo(frozen.time_zone)))


def paper(paid: Paid, offered: Paper, words: Catalogue, zone: ZoneInfo) -> Paper:
    """What stands on it: the lines of what was offered, and how it was paid. Pure."""
    at = paid.paid_at.astimezone(zone)
    is_by_hand = paid.provider == "manual"
    how = words.say("document.by_hand", method=paid.payer_text) if is_by_hand else words.say("document.momo")
    facts = [
        offered.facts[0],  # for whom
        (words.say("document.paid_at"), f"{words.day(at)}, {at:%H:%M}"),
        (words.say("document.paid_with"), how),
        (words.say("document.transaction"), paid.transaction_id or "–"),
        (words.say("document.quotation"), offered.number),
    ]
    return replace(
        offered,
        title=words.say("document.receipt"),
        number=str(paid.number),
        facts=tuple(facts),
        total=(words.say("document.total_paid"), money.show(paid.amount, paid.currency)),
        paragraphs=(("", words.say("document.receipt_terms", zone=zone.key)),),
    )


# The payment that the order became paid by; after an erasure the event does not name it any more.
PAID = sql("""
    select orders.number, quotation_version_id, quotation_number, orders.paid_at, orders.amount,
           orders.currency, provider, payer_text, transaction_id
      from orders
      join orders_now on orders_now.id = orders.id
     cross join lateral (select provider, payer_text, transaction_id
                           from payments
                           left join order_events paying
                             on paying.order_id = orders.id and paying.cause = 'payment ' || payments.id
                          where payments.order_id = orders.id and paid_amount is not null
                          order by paying.id, payments.created_at limit 1) paid
     where orders.id = %(id)s and orders.paid_at is not null
""").into(Paid)
