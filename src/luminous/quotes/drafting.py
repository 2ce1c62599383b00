"""Pricing a quotation: a draft that staff change until it is sent, or the next version of what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from luminous.db import Connection, sql
from luminous.errors import ProhibitedGoods, QuotationClosed
from luminous.quotes.pricing import Basket, Line, Price, price
from luminous.quotes.screening import Finding, goods_list, screen
from luminous.quotes.standing import standing
from luminous.quotes.terms import terms_for

FINAL = {
    "accepted": "was accepted",
    "declined": "was declined",
    "expired": "has run out",
    "withdrawn": "was withdrawn",
    "rejected": "was rejected",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is being made, with what it comes to on today's terms."""

    quotation_id: UUID
    version: int
    price: Price
    findings: tuple[Finding, ...]  # what the shop's list says about it


@dataclass(frozen=True, slots=True)
class Reopened:
    """A quotation that is being priced."""

    version: int
    customer_id: UUID


async def draft(
    conn: Connection,
    quotation_id: UUID,
    basket: Basket,
    *,
    by: str,
    note: str = "",
    clearance: str | None = None,
) -> Draft:
    """Price it, as often as needed. What was sent is superseded at once: its buttons say so.

    clearance: why staff price what the list prohibits. Raises QuotationClosed, NoPrice, ProhibitedGoods.
    """
    reopened = await REOPEN.maybe(conn, id=quotation_id, by=by)
    if reopened is None:
        raise await closed(conn, quotation_id)
    findings = await screened(conn, quotation_id, [goods.description for goods in basket.goods], clearance)
    priced = price(basket, await terms_for(conn, reopened.customer_id))
    version_id = await PUT_VERSION.one(
        conn, id=quotation_id, number=reopened.version, note=note, clearance=clearance, by=by
    )
    await put_lines(conn, version_id, priced.lines)
    return Draft(quotation_id, reopened.version, priced, tuple(findings))


async def screened(
    conn: Connection, quotation_id: UUID, descriptions: Sequence[str], clearance: str | None
) -> list[Finding]:
    """What the list that counts now says. Raises ProhibitedGoods unless somebody said why it may be."""
    texts = [*await TEXTS.all(conn, id=quotation_id), *descriptions]
    findings = screen(texts, (await goods_list(conn)).rules)
    prohibited = [finding for finding in findings if finding.ruling == "prohibited"]
    if prohibited and not clearance:
        named = "; ".join(f"{each.goods} (“{each.word}”): {each.advice}" for each in prohibited)
        raise ProhibitedGoods(
            f"The shop does not buy this. {named} Reject it, or say why it is something else with --clear."
        )
    return findings


async def put_lines(conn: Connection, version_id: UUID, lines: Sequence[Line]) -> None:
    """Write the lines of a version that was not sent yet, in place of what it had."""
    await DROP_LINES.run(conn, version_id=version_id)
    for position, line in enumerate(lines, 1):
        await PUT_LINE.run(
            conn,
            version_id=version_id,
            position=position,
            kind=line.kind,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            currency=line.currency,
            rate=line.rate,
            amount=line.amount,
        )


async def lines_of(conn: Connection, version_id: UUID) -> tuple[Line, ...]:
    """The lines of a version, as they stand on it."""
    return tuple(await LINES.all(conn, version_id=version_id))


async def closed(conn: Connection, quotation_id: UUID) -> QuotationClosed:
    """The sentence that says how the quotation stands."""
    found = await standing(conn, quotation_id)
    if found is None:
        return QuotationClosed("There is no such quotation. `luminous quote list` shows them.")
    how = FINAL.get(found.status, f"is {found.status.replace('_', ' ')}")
    return QuotationClosed(
        f"{found.name} {how}. `luminous quote show {found.name}` shows everything about it."
    )


# The version that is not sent yet stays the same one; after one that was sent comes the next.
REOPEN = sql("""
    update quotations
       set status = 'draft', changed_by = %(by)s, cause = null, reason = null, updated_at = now(),
           version = version + case when exists (select from quotation_versions
                                                  where quotation_id = quotations.id and number = version
                                                    and sent_at is null) then 0 else 1 end
     where id = %(id)s
       and (status in ('collecting', 'requested', 'info_needed', 'draft')
            or status = 'sent' and exists (select from quotation_versions
                                            where quotation_id = quotations.id and number = version
                                              and valid_until > now()))
    returning version, customer_id
""").into(Reopened)

TEXTS = sql("""
    select concat_ws(' ', words, url) from quotation_items where quotation_id = %(id)s order by id
""").into(str)

PUT_VERSION = sql("""
    insert into quotation_versions (quotation_id, number, note, clearance, priced_by)
    values (%(id)s, %(number)s, %(note)s, %(clearance)s, %(by)s)
    on conflict (quotation_id, number)
      do update set note = excluded.note, clearance = excluded.clearance, priced_by = excluded.priced_by,
                    priced_at = now()
    returning id
""").into(UUID)

DROP_LINES = sql("delete from quotation_lines where version_id = %(version_id)s")

PUT_LINE = sql("""
    insert into quotation_lines (version_id, position, kind, description, quantity, unit_price, currency,
                                 rate, amount)
    values (%(version_id)s, %(position)s, %(kind)s, %(description)s, %(quantity)s, %(unit_price)s,
            %(currency)s, %(rate)s, %(amount)s)
""")

LINES = sql("""
    select kind, amount, description, quantity, unit_price, currency, rate
      from quotation_lines where version_id = %(version_id)s order by position
""").into(Line)
