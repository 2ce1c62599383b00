"""Sending a quotation: everything that it was priced with is frozen, and it is valid for the working day."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.errors import QuotationClosed
from luminous.quotes.drafting import closed, lines_of, put_lines, screened
from luminous.quotes.pricing import basket_of, price
from luminous.quotes.screening import goods_list
from luminous.quotes.standing import Standing, standing
from luminous.quotes.terms import terms_for


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The shop, as a document shows it."""

    shop_name: str
    shop_number: str  # of WhatsApp, E.164; empty: the document shows no way to it
    time_zone: str  # its name
    language: str


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """The version that is to be sent."""

    id: UUID
    clearance: str | None


async def send(
    conn: Connection, quotation_id: UUID, version: int, letterhead: Letterhead, *, by: str
) -> Standing:
    """Freeze this draft on today's terms, and offer it until the end of this working day, or of the next.

    The message to the customer is the caller's to owe, in the same transaction. Raises QuotationClosed when
    it is not that draft any more; NoPrice, ProhibitedGoods.
    """
    customer_id = await SEND.maybe(conn, id=quotation_id, version=version, by=by)
    if customer_id is None:
        raise await not_that_draft(conn, quotation_id, version)
    draft = await DRAFT.one(conn, id=quotation_id, version=version)
    basket = basket_of(await lines_of(conn, draft.id))
    await screened(conn, quotation_id, [goods.description for goods in basket.goods], draft.clearance)
    terms = await terms_for(conn, customer_id)
    await put_lines(conn, draft.id, price(basket, terms).lines)
    await FREEZE.run(
        conn,
        id=draft.id,
        by=by,
        currency=terms.currency,
        plan_code=terms.plan_code,
        plan_name=terms.plan_name,
        base_fee_percent=terms.base_fee_percent,
        service_fee_discount_percent=terms.service_fee_discount_percent,
        shipping_discount_percent=terms.shipping_discount_percent,
        rounding_step=terms.rounding_step,
        goods_list=(await goods_list(conn)).version,
        customer_id=customer_id,
        shop_name=letterhead.shop_name,
        shop_number=letterhead.shop_number,
        zone=letterhead.time_zone,
        language=letterhead.language,
    )
    sent = await standing(conn, quotation_id)
    assert sent is not None  # noqa: S101 - it was updated above
    return sent


async def not_that_draft(conn: Connection, quotation_id: UUID, version: int) -> QuotationClosed:
    """Why there is nothing to send."""
    found = await standing(conn, quotation_id)
    if found is None or found.status not in ("collecting", "requested", "info_needed", "draft"):
        return await closed(conn, quotation_id)
    if found.status == "draft":
        return QuotationClosed(
            f"{found.name} is at version {found.version} by now, not {version}: look at it again."
        )
    return QuotationClosed(f"{found.name} has no price yet. Give it one: luminous quote price {found.name}")


async def valid_until(conn: Connection, zone: str) -> datetime:
    """Until when a quotation is valid that is sent now."""
    return await VALID_UNTIL.one(conn, zone=zone)


SEND = sql("""
    update quotations
       set status = 'sent', changed_by = %(by)s, cause = null, reason = null, updated_at = now()
     where id = %(id)s and status = 'draft' and version = %(version)s
    returning customer_id
""").into(UUID)

DRAFT = sql("""
    select id, clearance from quotation_versions where quotation_id = %(id)s and number = %(version)s
""").into(DraftVersion)

FREEZE = sql("""
    update quotation_versions
       set sent_at = now(), sent_by = %(by)s, valid_until = end_of_working_day(now(), %(zone)s),
           total = (select sum(amount) from quotation_lines where version_id = %(id)s),
           currency = %(currency)s, plan_code = %(plan_code)s, plan_name = %(plan_name)s,
           base_fee_percent = %(base_fee_percent)s,
           service_fee_discount_percent = %(service_fee_discount_percent)s,
           shipping_discount_percent = %(shipping_discount_percent)s, rounding_step = %(rounding_step)s,
           goods_list = %(goods_list)s, shop_name = %(shop_name)s, shop_number = %(shop_number)s,
           time_zone = %(zone)s, language = %(language)s,
           customer_name = (select display_name from customers where id = %(customer_id)s)
     where id = %(id)s
""")

VALID_UNTIL = sql("select end_of_working_day(now(), %(zone)s)").into(datetime)
