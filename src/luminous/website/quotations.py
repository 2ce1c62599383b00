"""The customer's quotations: what was asked, the price line by line, and the two presses that decide."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from luminous import quotes
from luminous.db import Connection
from luminous.errors import QuotationClosed
from luminous.text import clean_text
from luminous.website.door import NOT_FOUND, Page, website_of
from luminous.website.settings import Website
from luminous.website.view import page
from luminous.website.visitors import customer_of, go

router = APIRouter(prefix="/account/quotations", route_class=Page, include_in_schema=False)

Version = Annotated[int, Form(ge=1, le=1_000_000)]


@router.get("")
async def quotations(request: Request) -> Response:
    """All of them, the open ones first."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        found = await quotes.of_customer(conn, customer_id, most=100)
    return page(request, "quotations.html", visitor=visitor, quotations=found)


@router.get("/{quotation_id}")
async def quotation(request: Request, quotation_id: UUID, said: str = "") -> Response:
    """One of them."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        found = await _theirs(conn, quotation_id, customer_id)
    offer = next(
        (each for each in found.offers if each.number == found.quotation.version and each.sent_at), None
    )
    return page(
        request,
        "quotation.html",
        visitor=visitor,
        said=said,
        found=found,
        quotation=found.quotation,
        offer=offer,
    )


@router.post("/{quotation_id}/accept")
async def accept(request: Request, quotation_id: UUID, version: Version) -> Response:
    """The price is taken: next it is paid."""
    website = website_of(request)
    async with website.begin() as conn:
        _, customer_id = await customer_of(request, conn)
        result = await quotes.accept(conn, quotation_id, version, customer_id=customer_id, cause="website")
    return _after(website, quotation_id, result)


@router.post("/{quotation_id}/decline")
async def decline(
    request: Request, quotation_id: UUID, version: Version, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Not at this price."""
    website = website_of(request)
    async with website.begin() as conn:
        _, customer_id = await customer_of(request, conn)
        why = clean_text(reason, 500).strip() or None
        result = await quotes.decline(
            conn, quotation_id, version, customer_id=customer_id, reason=why, cause="website"
        )
    return _after(website, quotation_id, result)


@router.post("/{quotation_id}/withdraw")
async def withdraw(request: Request, quotation_id: UUID) -> Response:
    """Not wanted any more, before there is a price."""
    website = website_of(request)
    try:
        async with website.begin() as conn:
            _, customer_id = await customer_of(request, conn)
            await _theirs(conn, quotation_id, customer_id)
            await quotes.withdraw(conn, quotation_id, customer_id=customer_id, cause="website")
    except QuotationClosed:
        return go(f"/account/quotations/{quotation_id}?said=over")
    return go(f"/account/quotations/{quotation_id}?said=withdrawn")


def _after(
    website: Website, quotation_id: UUID, result: quotes.Accepted | quotes.Refused | quotes.Standing
) -> Response:
    address = f"/account/quotations/{quotation_id}"
    match result:
        case quotes.Accepted():
            website.ring()
            return go(f"{address}?said=accepted")
        case quotes.Refused(why="unknown"):
            raise NOT_FOUND
        case quotes.Refused():
            return go(f"{address}?said={result.why}")
        case _:
            website.ring()
            return go(f"{address}?said=declined")


async def _theirs(conn: Connection, quotation_id: UUID, customer_id: UUID) -> quotes.Detail:
    found = await quotes.detail(conn, quotation_id)
    if found is None or found.quotation.customer_id != customer_id:
        raise NOT_FOUND
    return found
