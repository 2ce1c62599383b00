"""What the customer allows us to send: the same ledger that STOP and START on WhatsApp write to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from luminous import customers
from luminous.db import Connection, sql
from luminous.website.door import Page, website_of
from luminous.website.view import page
from luminous.website.visitors import customer_of, go

router = APIRouter(prefix="/account/privacy", route_class=Page, include_in_schema=False)

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
    return page(request, "privacy.html", visitor=visitor, said=said, allowed=allowed)


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


async def what_is_allowed(conn: Connection, customer_id: UUID) -> list[Allowed]:
    """The last word on each purpose."""
    return await ALLOWED.all(conn, customer_id=customer_id)


ALLOWED = sql("""
    select purpose, consent_to(%(customer_id)s, purpose) as state, said.source, said.said_at
      from unnest(array['service', 'order_updates', 'marketing']) with ordinality asked (purpose, place)
      left join lateral (select source, said_at from consents
                          where customer_id = %(customer_id)s and consents.purpose = asked.purpose
                          order by said_at desc, id desc limit 1) said on true
     order by place
""").into(Allowed)
