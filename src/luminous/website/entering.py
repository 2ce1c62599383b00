"""What a press on a link does: whom it lets in, and when it first asks."""

from dataclasses import dataclass
from typing import Literal

from fastapi import Request

from luminous import accounts, outbox
from luminous.accounts import Link, Visitor
from luminous.db import Connection, sql
from luminous.replies.account import joined_account
from luminous.website.door import website_of
from luminous.website.visitors import let_in

Choice = Literal["", "instead", "both"]


@dataclass(frozen=True, slots=True)
class Named:
    """The account that a link is about, as its owner knows it again."""

    name: str
    phone_number: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Entered:
    """What the press came to. cookie: of the session that began, None where none did."""

    outcome: Literal["in", "dead", "ask", "elsewhere"]
    address: str = "/account"
    cookie: str | None = None


async def named(conn: Connection, link: Link) -> Named:
    """Whose account the link is about; where the e-mail belongs to nobody yet, whoever asked for it."""
    if link.customer_id is None and link.profile_id is None and link.email is not None:
        owner = await accounts.owner_of(conn, link.email)
        return await NAMED.one(conn, customer_id=None, profile_id=owner.id if owner else None)
    return await NAMED.one(conn, customer_id=link.customer_id, profile_id=link.profile_id)


async def enter(
    request: Request, conn: Connection, link: Link, visitor: Visitor | None, choice: Choice
) -> Entered:
    """Use the link for whoever pressed. Somebody else's session here is never left or joined unasked."""
    if link.purpose == "email":
        return await _enter_by_email(request, conn, link, visitor, choice)
    if link.customer_id is None:
        return Entered("dead")
    if choice == "" and await is_in_the_way(conn, link, visitor):
        return Entered("ask")
    if not await accounts.redeem(conn, link.id):
        return Entered("dead")
    if visitor is not None and visitor.customer_id not in (None, link.customer_id) and choice == "both":
        await accounts.link(conn, visitor.profile_id, link.customer_id)  # noted for staff: it is another's
        return Entered("in", "/account?said=both")
    if visitor is not None and visitor.customer_id is None:
        await accounts.link(conn, visitor.profile_id, link.customer_id)
    profile_id = await accounts.account_of(conn, link.customer_id)
    return Entered("in", cookie=await let_in(request, conn, profile_id, "whatsapp", visitor))


async def is_in_the_way(conn: Connection, link: Link, visitor: Visitor | None) -> bool:
    """True when somebody is signed in here who is not whom the link lets in, nor becomes them unasked."""
    if visitor is None or link.profile_id is not None:
        return False
    if link.email is not None:
        owner = await accounts.owner_of(conn, link.email)
        return owner is None or owner.id != visitor.profile_id
    if visitor.customer_id is not None:
        return visitor.customer_id != link.customer_id
    email = await EMAIL_OF.maybe(conn, customer_id=link.customer_id)
    return email is not None and email != visitor.email


async def _enter_by_email(
    request: Request, conn: Connection, link: Link, visitor: Visitor | None, choice: Choice
) -> Entered:
    if link.email is None:
        return Entered("dead")
    if link.profile_id is not None:
        return await _prove_email(request, conn, link, link.email, visitor)
    owner = await accounts.owner_of(conn, link.email)
    if owner is None:
        return Entered("dead")
    if choice == "" and await is_in_the_way(conn, link, visitor):
        return Entered("ask")
    if not await accounts.redeem(conn, link.id):
        return Entered("dead")
    return Entered("in", cookie=await let_in(request, conn, owner.id, "email", visitor))


async def _prove_email(
    request: Request, conn: Connection, link: Link, email: str, visitor: Visitor | None
) -> Entered:
    """Only where it was asked for: else a careless press would give one's e-mail to another's account."""
    if visitor is None or visitor.profile_id != link.profile_id:
        return Entered("elsewhere")
    if not await accounts.redeem(conn, link.id):
        return Entered("dead")
    result = await accounts.claim(conn, visitor.profile_id, email)
    if result.claimed == "conflict":
        return Entered("in", "/account/details?said=email_of_another")
    if visitor.customer_id is not None:
        await outbox.owe_where_they_write(
            conn,
            visitor.customer_id,
            joined_account(website_of(request).words, email),
            purpose="notice",
            dedupe_key=f"email_proven:{link.id}",
            otherwise="drop",
        )
    cookie = await let_in(request, conn, result.profile_id, "email", visitor)
    return Entered("in", "/account?said=email_proven", cookie)


NAMED = sql("""
    select coalesce(display_name, name, 'Customer') as name, customers.phone_number, email
      from (select %(customer_id)s::uuid as customer_id, %(profile_id)s::uuid as profile_id) asked
      left join customers on deleted_at is null
       and (customers.id = asked.customer_id or customers.profile_id = asked.profile_id)
      left join profiles on profiles.id = coalesce(asked.profile_id, customers.profile_id)
""").into(Named)

EMAIL_OF = sql("""
    select email from customers join profiles on profiles.id = profile_id
     where customers.id = %(customer_id)s and email is not null
""").into(str)
