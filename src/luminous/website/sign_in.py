"""Signing in and out, and starting on the website: nobody is known by what they type."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from luminous import accounts
from luminous.text import clean_name
from luminous.website.asking import check_may_ask, parse_email, send_proof, send_sign_in
from luminous.website.browser import browser_of
from luminous.website.door import Page, Trouble, drop_cookie, website_of
from luminous.website.view import page
from luminous.website.visitors import go, go_in, limit, signed_in, visitor_of

router = APIRouter(route_class=Page, include_in_schema=False)

Text = Annotated[str, Form(max_length=300)]
NO_NAME = Trouble(422, "We do not know what to call you", "Write your name, as you want us to use it.")
NO_PHONE = Trouble(422, "That is no phone number", "Write it as you would for a friend: 0782 240 146.")


@router.get("/account/sign-in")
async def ways_in(request: Request) -> Response:
    """WhatsApp, or an e-mail."""
    async with website_of(request).begin() as conn:
        visitor = await visitor_of(request, conn)
    if visitor is not None and visitor.customer_id is not None:
        return go("/account")
    return page(request, "sign_in.html", visitor=visitor)


@router.post("/account/sign-in")
async def ask_for_link(request: Request, email: Text) -> Response:
    """An e-mail with a link, where the address has an account; the page says the same in any case."""
    address = parse_email(email)
    await check_may_ask(request, address)
    website = website_of(request)
    async with website.begin() as conn:
        handle = await send_sign_in(request, conn, address)
    website.ring()
    return page(request, "check_mail.html", visitor=None, email=address, handle=handle, is_sign_in=True)


@router.get("/account/sign-up")
async def form(request: Request) -> Response:
    """Who somebody is, in three fields."""
    async with website_of(request).begin() as conn:
        visitor = await visitor_of(request, conn)
    if visitor is not None:
        return go("/account" if visitor.customer_id else "/account/connect")
    return page(request, "sign_up.html", visitor=None, name="", phone="", email="", wrong=None)


@router.post("/account/sign-up")
async def sign_up(request: Request, name: Text, phone: Text, email: Text = "") -> Response:
    """An account of which nothing is proven yet: next it is connected with a WhatsApp."""
    try:
        called, address = read_form(name, phone, email)
    except Trouble as wrong:
        typed = {"name": name, "phone": phone, "email": email}
        return page(request, "sign_up.html", visitor=None, wrong=wrong, status=wrong.status, **typed)
    await limit(request, "sign up")
    if address is not None:
        await check_may_ask(request, address)
    website = website_of(request)
    async with website.begin() as conn:
        if await visitor_of(request, conn) is not None:
            return go("/account")
        profile_id = await accounts.sign_up(conn, called, phone.strip()[:40])
        cookie = await accounts.begin(conn, profile_id, browser_of(request), "sign_up")
        if address is not None:
            await send_proof(request, conn, profile_id, address)
    website.ring()
    return go_in(request, cookie, "/account/connect")


def read_form(name: str, phone: str, email: str) -> tuple[str, str | None]:
    """The name, and the e-mail where one was given. Raises Trouble for what cannot be right."""
    called = clean_name(name)
    if called is None:
        raise NO_NAME
    if sum(character.isdigit() for character in phone) < 7:
        raise NO_PHONE
    return called, parse_email(email) if email.strip() else None


@router.get("/account/connect")
async def connect(request: Request) -> Response:
    """The code that, sent on WhatsApp, says whose phone it is."""
    website = website_of(request)
    async with website.begin() as conn:
        visitor = await signed_in(request, conn)
        if visitor.customer_id is not None:
            return go("/account?said=connected")
        asked = await accounts.is_in_question(conn, visitor.profile_id)
    return page(request, "connect.html", visitor=visitor, address=None, is_in_question=asked)


@router.post("/account/connect")
async def show_code(request: Request) -> HTMLResponse:
    """A new code; the one before is dead."""
    website = website_of(request)
    async with website.begin() as conn:
        visitor = await signed_in(request, conn)
        await limit(request, "sign up", str(visitor.profile_id))
        made = await accounts.make_connect_code(conn, website.site, visitor.profile_id, browser_of(request))
    words = (
        f"Hello {website.shop_name}, please connect my WhatsApp with my website account. "
        f"Code: {made.handle}-{made.code}"
    )
    return page(
        request, "connect.html", visitor=visitor, address=website.whatsapp(words), is_in_question=False
    )


@router.post("/account/sign-out")
async def sign_out(request: Request) -> Response:
    """Out, in this browser."""
    website = website_of(request)
    async with website.begin() as conn:
        visitor = await visitor_of(request, conn)
        if visitor is not None:
            await accounts.end(conn, visitor.profile_id, visitor.session_id)
    response = go("/")
    drop_cookie(response, website)
    return response
