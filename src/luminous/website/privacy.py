"""What the customer allows us to send, what we keep of them to take along, and the end of all of it.

The switches are the ledger that STOP and START on WhatsApp write to. Taking along and erasing need a fresh
proof: a session may be days old, and in the hands of whoever found the phone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from luminous import customers
from luminous import privacy as privacy_room
from luminous.accounts import Visitor
from luminous.db import Connection, sql
from luminous.errors import ErasureRefused, ExportRefused
from luminous.website.door import NOT_FOUND, Page, Trouble, drop_cookie, website_of
from luminous.website.view import page
from luminous.website.visitors import customer_of, go

router = APIRouter(prefix="/account/privacy", route_class=Page, include_in_schema=False)

IN_DOUBT = Trouble(
    409,
    "One question first",
    "Somebody wrote from your number, and it may not have been you. "
    "Say on your overview who it was, then come back.",
)
WORDING = "website-2026-11"  # the version of the words beside the switches
Purpose = Literal["service", "order_updates", "marketing"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What stands in the ledger for one purpose. state None: never said."""

    purpose: Purpose
    state: str | None
    source: str | None  # of the last word: message (STOP, START), whatsapp, staff, website
    said_at: datetime | None

    @property
    def is_on(self) -> bool:
        """True when we send it: news only after a yes, the rest until a no."""
        return self.state == "opted_in" if self.purpose == "marketing" else self.state != "opted_out"


@router.get("")
async def privacy(request: Request, said: str = "") -> Response:
    """The three switches, and who said last what they are."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        allowed = await what_is_allowed(conn, customer_id)
        can_erase = await may_erase(conn, visitor, customer_id)
    return page(request, "privacy.html", visitor=visitor, said=said, allowed=allowed, can_erase=can_erase)


@router.post("/consent")
async def consent(
    request: Request, purpose: Annotated[Purpose, Form()], allow: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Turn one switch."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        state: Literal["opted_in", "opted_out"] = "opted_in" if allow == "yes" else "opted_out"
        await customers.record_consent(conn, customer_id, purpose, state, source="website", wording=WORDING)
    return go("/account/privacy?said=consent")


@router.get("/export.{kind}")
async def take_along(request: Request, kind: Literal["json", "html"]) -> Response:
    """Everything that we keep of the person: for programs, or to read."""
    website = website_of(request)
    try:
        async with website.begin() as conn:
            visitor, customer_id = await customer_of(request, conn)
            if not visitor.is_fresh:
                return go("/account/privacy?said=prove")
            found = await privacy_room.export(conn, customer_id)
    except ExportRefused as refusal:
        raise IN_DOUBT from refusal
    if found is None:
        raise NOT_FOUND
    if kind == "json":
        response = Response(privacy_room.as_json(found), media_type="application/json")
    else:
        response = Response(
            privacy_room.as_page(found, website.shop_name, website.timezone),
            media_type="text/html; charset=utf-8",
        )
    response.headers["Content-Disposition"] = f'attachment; filename="my-account.{kind}"'
    return response


@router.post("/erase")
async def erase(request: Request, sure: Annotated[Literal["yes"], Form()]) -> Response:
    """The end of the account: nothing of the person is left but what the law keeps, without a name."""
    website = website_of(request)
    try:
        async with website.begin() as conn:
            visitor, customer_id = await customer_of(request, conn)
            if not await may_erase(conn, visitor, customer_id):
                return go("/account/privacy?said=prove")
            await privacy_room.erase(conn, customer_id, pepper=website.pepper, cause="website")
    except ErasureRefused:
        return go("/account/privacy?said=not_yet")
    response = page(request, "erased.html", visitor=None)
    drop_cookie(response, website)
    return response


async def may_erase(conn: Connection, visitor: Visitor, customer_id: UUID) -> bool:
    """True after a fresh proof on WhatsApp; by e-mail where no WhatsApp is known any more."""
    if not visitor.is_fresh:
        return False
    return visitor.began_with == "whatsapp" or not await HAS_WHATSAPP.one(conn, customer_id=customer_id)


async def what_is_allowed(conn: Connection, customer_id: UUID) -> list[Allowed]:
    """The last word on each purpose."""
    return await ALLOWED.all(conn, customer_id=customer_id)


HAS_WHATSAPP = sql("""
    select num_nonnulls(phone_number, whatsapp_user_id) > 0 from customers where id = %(customer_id)s
""").into(bool)

ALLOWED = sql("""
    select purpose, consent_to(%(customer_id)s, purpose) as state, said.source, said.said_at
      from unnest(array['service', 'order_updates', 'marketing']) with ordinality asked (purpose, place)
      left join lateral (select source, said_at from consents
                          where customer_id = %(customer_id)s and consents.purpose = asked.purpose
                          order by said_at desc, id desc limit 1) said on true
     order by place
""").into(Allowed)
