"""The customer's orders: paying for them, how far the parcel is, and what went wrong."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from luminous import accounts, orders, payments, subscriptions
from luminous.db import Connection
from luminous.errors import InvalidPhone, OrderRefused, PaymentRefused
from luminous.orders.receipt import pdf
from luminous.phone import Phone, parse_phone
from luminous.text import clean_text
from luminous.website.door import NOT_FOUND, Page, Trouble, website_of
from luminous.website.settings import Website
from luminous.website.view import page
from luminous.website.visitors import customer_of, go

router = APIRouter(prefix="/account", route_class=Page, include_in_schema=False)

NO_MOMO = Trouble(409, "This shop takes no mobile money", "Write to us on WhatsApp: there we say how to pay.")
Typed = Annotated[str, Form(max_length=500)]


@router.get("/orders")
async def all_orders(request: Request) -> Response:
    """What was bought, and what waits for its payment."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        found = await orders.of_customer(conn, customer_id, 100)
    return page(request, "orders.html", visitor=visitor, orders=found)


@router.get("/orders/{order_id}")
async def order(request: Request, order_id: UUID, said: str = "") -> Response:
    """One of them, with its way and its payments."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        found = await _theirs(conn, order_id, customer_id)
        way = {each.milestone: each.reached_at for each in await orders.way_of(conn, order_id)}
        paid = await payments.of_order(conn, order_id)
        addresses = await accounts.addresses(conn, customer_id)
    return page(
        request,
        "order.html",
        visitor=visitor,
        said=said,
        order=found,
        way=way,
        milestones=orders.MILESTONES,
        reached=max((orders.MILESTONES.index(each) + 1 for each in way), default=0),
        takes_address=found.status in orders.ADDRESSABLE,
        longest_address=orders.LONGEST_ADDRESS,
        payments=paid,
        last=payments.foremost(paid),
        addresses=addresses,
    )


@router.get("/orders/{order_id}/receipt")
async def receipt(request: Request, order_id: UUID) -> Response:
    """The receipt of a paid order."""
    website = website_of(request)
    async with website.begin() as conn:
        _, customer_id = await customer_of(request, conn)
        found = await _theirs(conn, order_id, customer_id)
    try:
        content = await pdf(website.begin, str(order_id))
    except OrderRefused as refusal:
        raise NOT_FOUND from refusal
    headers = {"Content-Disposition": f'attachment; filename="receipt-{found.number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/orders/{order_id}/pay")
async def pay(request: Request, order_id: UUID, phone: Typed) -> Response:
    """Ask this number to pay: the prompt comes on its phone."""
    website = website_of(request)
    payer = _payer(website, phone)
    try:
        async with website.begin() as conn:
            _, customer_id = await customer_of(request, conn)
            await _theirs(conn, order_id, customer_id)
            await payments.pay_order(conn, order_id, payer, customer_id=customer_id, cause="website")
    except PaymentRefused as refusal:
        raise Trouble(409, "It cannot be paid now", str(refusal)) from refusal
    website.ring()
    return go(f"/account/orders/{order_id}?said=asked_to_pay")


@router.post("/plan/pay")
async def pay_plan(request: Request, phone: Typed) -> Response:
    """Ask this number to pay the plan that was chosen."""
    website = website_of(request)
    payer = _payer(website, phone)
    try:
        async with website.begin() as conn:
            _, customer_id = await customer_of(request, conn)
            chosen = await subscriptions.chosen(conn, customer_id)
            if chosen is None:
                return go("/account/plan")
            await payments.pay_subscription(conn, chosen.id, payer, customer_id=customer_id, cause="website")
    except PaymentRefused as refusal:
        raise Trouble(409, "It cannot be paid now", str(refusal)) from refusal
    website.ring()
    return go("/account/plan?said=asked_to_pay")


@router.post("/orders/{order_id}/address")
async def deliver_to(
    request: Request, order_id: UUID, address: Annotated[str, Form(max_length=5_000)]
) -> Response:
    """Where this parcel goes."""
    try:
        async with website_of(request).begin() as conn:
            _, customer_id = await customer_of(request, conn)
            await _theirs(conn, order_id, customer_id)
            await orders.set_address(conn, order_id, clean_text(address, 5_000), by="customer")
    except OrderRefused as refusal:
        raise Trouble(409, "The address was not changed", str(refusal)) from refusal
    return go(f"/account/orders/{order_id}?said=address_kept")


@router.post("/orders/{order_id}/rate")
async def rate(request: Request, order_id: UUID, rating: Annotated[int, Form(ge=1, le=5)]) -> Response:
    """How it was."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        if await orders.rate(conn, order_id, rating, customer_id=customer_id) is None:
            raise NOT_FOUND
    return go(f"/account/orders/{order_id}?said=rated")


@router.post("/orders/{order_id}/complain")
async def complain(request: Request, order_id: UUID, reason: Typed) -> Response:
    """Something is wrong with what was delivered."""
    website = website_of(request)
    words = clean_text(reason, 500).strip()
    async with website.begin() as conn:
        _, customer_id = await customer_of(request, conn)
        await _theirs(conn, order_id, customer_id)
        is_taken = bool(words) and await orders.complain(
            conn, order_id, words, customer_id=customer_id, cause="website"
        )
    return go(f"/account/orders/{order_id}?said={'complained' if is_taken else 'not_complained'}")


async def _theirs(conn: Connection, order_id: UUID, customer_id: UUID) -> orders.Order:
    found = await orders.get(conn, order_id)
    if found is None or found.customer_id != customer_id:
        raise NOT_FOUND
    return found


def _payer(website: Website, typed: str) -> Phone:
    """The phone that is to be asked. Raises Trouble where none can be."""
    if not website.has_momo:
        raise NO_MOMO
    try:
        return parse_phone(typed, website.region)
    except InvalidPhone as wrong:
        raise Trouble(422, "That number cannot be asked to pay", str(wrong)) from wrong
