"""Starting on the website: the code that a page shows, sent on WhatsApp, says who is at that page."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.accounts import linking, links
from luminous.accounts.tokens import Site
from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Connected:
    """What became of a code. Of the account only what its owner may see on WhatsApp."""

    outcome: linking.Outcome | Literal["dead"]
    email: str | None = None  # of the account that the customer is linked to now, where it is proven
    browser: str | None = None  # where the code was shown


async def connect(conn: Connection, site: Site, customer_id: UUID, handle: str, code: str) -> Connected:
    """A proven customer sent the code: their WhatsApp and the account are one person's from now on."""
    link = await links.look_by_code(conn, site, handle, code)
    if link is None or link.purpose != "connect" or link.profile_id is None:
        return Connected("dead")
    if not await links.redeem(conn, link.id):
        return Connected("dead")
    outcome = await linking.link(conn, link.profile_id, customer_id)
    return Connected(outcome, await EMAIL_OF.maybe(conn, customer_id=customer_id), link.browser)


EMAIL_OF = sql("""
    select email from customers join profiles on profiles.id = profile_id
     where customers.id = %(customer_id)s and email is not null
""").into(str)
