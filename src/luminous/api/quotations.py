"""`/quotations`: read, priced, sent, revised by staff; accepted or declined for a customer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from luminous import notices, quotes
from luminous.api import decisions
from luminous.api.access import Cursor, CustomerId, IdempotencyKey, Limit, by, needs, the_customer
from luminous.api.cursors import page_of, place_of
from luminous.api.models import Page
from luminous.api.once import once
from luminous.api.problems import not_found
from luminous.api.quotation_models import (
    Draft,
    HeardPrice,
    HeardVersion,
    Line,
    Quotation,
    QuotationDetail,
    QuotationId,
    Quotations,
    WaitingQuotation,
    Wish,
    shown,
)
from luminous.db import Begin, Connection
from luminous.quotes import Basket, Goods, Status
from luminous.replies import Shop


class NumberPlace(BaseModel):
    """After which quotation a page begins."""

    number: Annotated[int, Field(ge=0, lt=2**63)]


def routes(begin: Begin, shop: Shop) -> APIRouter:
    """The routes. shop: as its customers know it."""
    router = APIRouter(tags=["quotations"])
    reading(router, begin)
    pricing(router, begin, shop)
    decisions.deciding(router, begin)
    return router


def reading(router: APIRouter, begin: Begin) -> None:
    """What there is, and how it stands."""

    @router.get("/customers/{customer_id}/quotations", **needs("quotations:read"))
    async def list_quotations(  # pyright: ignore[reportUnusedFunction] - a route
        customer_id: CustomerId, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[Quotation]:
        """The customer's quotations, the latest first."""
        place = place_of(cursor, NumberPlace) if cursor else None
        async with begin() as conn:
            customer = await the_customer(conn, customer_id)
            found = await quotes.page_of_customer(
                conn, customer, most=limit + 1, before=place.number if place else None
            )
        return page_of(found, limit, Quotation, lambda last: NumberPlace(number=last.number))

    @router.get("/quotations", **needs("quotations:read"))
    async def queue(  # pyright: ignore[reportUnusedFunction] - a route
        status: Annotated[
            list[Status], Query(description="In which status they are.", examples=[["requested"]])
        ],
    ) -> Quotations:
        """The staff's queue: quotations of everybody in these statuses."""
        async with begin() as conn:
            waiting = await quotes.queue(conn, status)
        return Quotations(
            items=[WaitingQuotation.model_validate(each, from_attributes=True) for each in waiting]
        )

    @router.get("/quotations/{quotation_id}", **needs("quotations:read"))
    async def get_quotation(quotation_id: QuotationId) -> QuotationDetail:  # pyright: ignore[reportUnusedFunction] - a route
        """One quotation: what was asked for, and the lines of its price."""
        async with begin() as conn:
            found = await quotes.detail(conn, quotation_id)
        if found is None:
            raise not_found("quotation")
        return QuotationDetail(
            **shown(found.quotation).model_dump(),
            wishes=[Wish.model_validate(each, from_attributes=True) for each in found.items],
            lines=[Line.model_validate(each, from_attributes=True) for each in found.lines],
        )


def pricing(router: APIRouter, begin: Begin, shop: Shop) -> None:
    """What staff do."""

    @router.post("/quotations/{quotation_id}/price", response_model=Draft, **needs("quotations:write"))
    async def price_quotation(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, quotation_id: QuotationId, heard: HeardPrice, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Give it a price, as often as needed; one that was sent is revised. Nothing is sent yet."""

        async def work(conn: Connection) -> Draft:
            await known(conn, quotation_id)
            made = await quotes.draft(
                conn,
                quotation_id,
                basket_of(heard),
                by=by(request),
                note=heard.note,
                clearance=heard.clearance,
            )
            lines = [Line.model_validate(each, from_attributes=True) for each in made.price.lines]
            return Draft(quotation_id=quotation_id, version=made.version, total=made.price.total, lines=lines)

        return await once(begin, request, work)

    @router.post("/quotations/{quotation_id}/send", response_model=Quotation, **needs("quotations:write"))
    async def send_quotation(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        quotation_id: QuotationId,
        heard: HeardVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Send this draft to the customer on WhatsApp, with its document; its price and terms are frozen."""

        async def work(conn: Connection) -> Quotation:
            await known(conn, quotation_id)
            sent, _ = await notices.send_quotation(conn, shop, quotation_id, heard.version, by=by(request))
            return shown(sent)

        return await once(begin, request, work)


async def known(conn: Connection, quotation_id: UUID) -> None:
    """Raises Problem 404 unless there is such a quotation."""
    if await quotes.standing(conn, quotation_id) is None:
        raise not_found("quotation")


def basket_of(heard: HeardPrice) -> Basket:
    """What the price is made of, as the room knows it."""
    goods = tuple(Goods(g.description, g.quantity, g.unit_price, g.currency) for g in heard.goods)
    return Basket(goods, heard.shipping, heard.customs, heard.last_mile)
