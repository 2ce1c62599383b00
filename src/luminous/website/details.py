"""What the person says of themselves: name, e-mail, and where parcels go."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from luminous import accounts
from luminous.text import clean_name, clean_text
from luminous.website.asking import check_may_ask, parse_email, send_proof
from luminous.website.door import NOT_FOUND, NOT_READABLE, Page, website_of
from luminous.website.sign_in import NO_NAME, NO_PHONE
from luminous.website.view import page
from luminous.website.visitors import customer_of, go

router = APIRouter(prefix="/account", route_class=Page, include_in_schema=False)

Text = Annotated[str, Form(max_length=500)]


@router.get("/details")
async def details(request: Request, said: str = "") -> Response:
    """Name, e-mail, number and addresses."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        addresses = await accounts.addresses(conn, customer_id)
    return page(request, "details.html", visitor=visitor, said=said, addresses=addresses)


@router.post("/details/name")
async def rename(request: Request, name: Text) -> Response:
    """What the person wants to be called."""
    called = clean_name(name)
    if called is None:
        raise NO_NAME
    async with website_of(request).begin() as conn:
        visitor, _ = await customer_of(request, conn)
        await accounts.rename(conn, visitor.profile_id, called)
    return go("/account/details?said=renamed")


@router.post("/details/email")
async def change_email(request: Request, email: Text) -> Response:
    """An e-mail becomes the account's by the link that is sent there."""
    address = parse_email(email)
    website = website_of(request)
    async with website.begin() as conn:
        visitor, _ = await customer_of(request, conn)
    await check_may_ask(request, address)
    async with website.begin() as conn:
        handle = await send_proof(request, conn, visitor.profile_id, address)
    website.ring()
    return page(request, "check_mail.html", visitor=visitor, email=address, handle=handle, is_sign_in=False)


@router.post("/details/addresses")
async def add_address(
    request: Request, recipient: Text, phone: Text, place: Text, directions: Text = ""
) -> Response:
    """Another place where parcels may go; it is used from now on."""
    called = clean_name(recipient)
    if called is None or not clean_text(place, 200).strip():
        raise NOT_READABLE
    if sum(character.isdigit() for character in phone) < 7:
        raise NO_PHONE
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        added = await accounts.add_address(
            conn,
            customer_id,
            recipient=called,
            phone=clean_text(phone, 40).strip(),
            place=clean_text(place, 200).strip(),
            directions=clean_text(directions, 400).strip(),
        )
    return go(f"/account/details?said={'address_added' if added else 'too_many_addresses'}#addresses")


@router.post("/details/addresses/{address_id}/use")
async def use_address(request: Request, address_id: UUID) -> Response:
    """Parcels go there from now on."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        if not await accounts.use_address(conn, customer_id, address_id):
            raise NOT_FOUND
    return go("/account/details#addresses")


@router.post("/details/addresses/{address_id}/remove")
async def remove_address(request: Request, address_id: UUID) -> Response:
    """Forget the address."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        if not await accounts.remove_address(conn, customer_id, address_id):
            raise NOT_FOUND
    return go("/account/details#addresses")
