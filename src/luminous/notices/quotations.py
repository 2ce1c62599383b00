"""Quotations that staff send, ask about or take back, and those that ran out. Each is said once."""

from uuid import UUID

from luminous import outbox, quotes
from luminous.db import Connection
from luminous.messages import Content, TemplateUse
from luminous.notices import replacing
from luminous.outbox import Owed
from luminous.quotes import Accepted, Refused, Standing
from luminous.replies import Shop, quotation_words


async def send_quotation(
    conn: Connection, shop: Shop, quotation_id: UUID, version: int, *, by: str
) -> tuple[Standing, Owed]:
    """Send this draft: it is frozen, and its message with the document and the buttons is owed.

    Raises QuotationClosed when it is not that draft any more, NoPrice, ProhibitedGoods.
    """
    sent = await quotes.send(conn, quotation_id, version, shop.letterhead, by=by)
    detail = await quotes.detail(conn, quotation_id)
    lines = detail.lines if detail else ()
    content, template = quotation_words.quotation(shop.words, sent, lines, shop.timezone)
    return sent, await _answer(conn, sent, content, f"{version}:sent", template)


async def accept_quotation(
    conn: Connection, shop: Shop, quotation: Standing, version: int, *, by: str
) -> Accepted | Refused:
    """The customer said yes to staff: accept it for them, and say once how to pay."""
    outcome = await quotes.accept(conn, quotation.id, version, customer_id=quotation.customer_id, by=by)
    if isinstance(outcome, Accepted):
        content = quotation_words.accepted(shop.words, outcome, shop.timezone)
        await _answer(conn, outcome.quotation, content, f"{version}:accepted")
    return outcome


async def ask_customer(
    conn: Connection, shop: Shop, quotation_id: UUID, *, by: str, question: str
) -> tuple[Standing, Owed]:
    """Ask something before it is priced; what the customer writes next answers it. Raises QuotationClosed."""
    asked = await quotes.ask(conn, quotation_id, by=by, question=question)
    key = f"{asked.version}:asked:{asked.updated_at.timestamp()}"
    return asked, await _answer(conn, asked, quotation_words.question(shop.words, asked), key)


async def reject_request(
    conn: Connection, shop: Shop, quotation_id: UUID, *, by: str, reason: str
) -> tuple[Standing, Owed]:
    """The shop does not buy this. Raises QuotationClosed."""
    rejected = await quotes.reject(conn, quotation_id, by=by, reason=reason)
    return rejected, await _answer(conn, rejected, quotation_words.rejected(shop.words, rejected), "rejected")


async def withdraw_quotation(
    conn: Connection, shop: Shop, quotation_id: UUID, *, by: str, reason: str
) -> tuple[Standing, Owed]:
    """Staff take it back. Raises QuotationClosed."""
    taken = await quotes.withdraw(conn, quotation_id, by=by, reason=reason)
    return taken, await _answer(conn, taken, quotation_words.withdrawn_by_us(shop.words, taken), "withdrawn")


async def tell_quotations_run_out(conn: Connection, shop: Shop) -> int:
    """Settle what ran out, however long ago, and tell each customer once. Returns how many it were."""
    over = await quotes.run_out(conn)
    for each in over:
        await outbox.owe_where_they_write(
            conn,
            each.customer_id,
            quotation_words.run_out(shop.words, f"Q-{each.number}", each.id, each.version),
            purpose="notice",
            dedupe_key=f"quotation:{each.id}:{each.version}:run_out",
            instead_of=(replacing.of_quotation(each),),
        )
    return len(over)


async def _answer(
    conn: Connection, quotation: Standing, content: Content, key: str, template: TemplateUse | None = None
) -> Owed:
    """What they asked us for, late as it may be: also after STOP."""
    return await outbox.owe_where_they_write(
        conn,
        quotation.customer_id,
        content,
        purpose="reply",
        dedupe_key=f"quotation:{quotation.id}:{key}",
        template=template,
        instead_of=(replacing.of_quotation(quotation),),
    )
