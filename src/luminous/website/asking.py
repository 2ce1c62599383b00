"""Asking for an e-mail with a link. What the page answers never tells whether an address has an account."""

import re
from datetime import timedelta
from uuid import UUID

from fastapi import Request

from luminous import accounts, mail
from luminous.accounts import Secrets
from luminous.accounts.tokens import hash_of
from luminous.db import Connection
from luminous.website import letters
from luminous.website.browser import browser_of
from luminous.website.door import Trouble, website_of
from luminous.website.visitors import limit

EMAIL = re.compile(
    r"[^\s@<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,24}"
)
GOOD_FOR = timedelta(minutes=25)  # less than its link
NO_EMAIL = Trouble(422, "That is no e-mail address", "It looks like amina@example.com. Look it over.")
NO_MAIL = Trouble(404, "This shop sends no e-mail", "Open your account with the button on WhatsApp.")


def parse_email(typed: str) -> str:
    """The address without what a phone's keyboard adds. Raises Trouble for what is none."""
    address = typed.strip().rstrip(".")
    if len(address) > 254 or not EMAIL.fullmatch(address) or ".." in address:
        raise NO_EMAIL
    return address


async def check_may_ask(request: Request, email: str) -> None:
    """Count it, for the asking browser and for the address. Raises Trouble."""
    if not website_of(request).has_mail:
        raise NO_MAIL
    await limit(request, "ask for an e-mail")
    await limit(request, "write to an e-mail", email.lower())


async def send_sign_in(request: Request, conn: Connection, email: str) -> str:
    """Owe the address a way in, or the word that it has no account. Returns the handle for typing a code.

    The handle is real in both cases: nothing on the page differs.
    """
    website = website_of(request)
    link = await accounts.make_email_link(conn, website.site, email, None, browser_of(request))
    has_account = await accounts.owner_of(conn, email) is not None
    letter = (
        letters.sign_in(website.shop_name, website.site, link)
        if has_account
        else letters.no_account(website.shop_name, website.site)
    )
    await _owe(conn, email, letter, link)
    return link.handle


async def send_proof(request: Request, conn: Connection, profile_id: UUID, email: str) -> str:
    """Owe the address a link that makes it the account's. Returns the handle for typing its code."""
    website = website_of(request)
    browser = browser_of(request)
    link = await accounts.make_email_link(conn, website.site, email, profile_id, browser)
    await _owe(conn, email, letters.prove(website.shop_name, website.site, link, browser), link)
    return link.handle


async def _owe(conn: Connection, email: str, letter: tuple[str, str], link: Secrets) -> None:
    key = f"link:{hash_of(link.token).hex()}"
    await mail.owe(conn, email, *letter, dedupe_key=key, good_for=GOOD_FOR)
