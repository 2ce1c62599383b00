"""STOP and START: what a customer allows us to send besides answers to their own messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql

Consent = Literal["pending", "opted_in", "opted_out"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a customer allows. updated_at None: they never said anything."""

    status: Consent
    updated_at: datetime | None


async def consent_of(conn: Connection, customer_id: UUID) -> Allowed:
    """What the customer allows. Raises LookupError for an unknown customer."""
    return await CONSENT_OF.one(conn, customer_id=customer_id)


async def set_consent(conn: Connection, customer_id: UUID, consent: Consent) -> bool:
    """Record what the customer said. Returns False when it was so already."""
    return await SET_CONSENT.run(conn, customer_id=customer_id, consent=consent) == 1


CONSENT_OF = sql("""
    select consent_status as status, consent_updated_at as updated_at
      from customers where id = %(customer_id)s
""").into(Allowed)

SET_CONSENT = sql("""
    update customers
       set consent_status = %(consent)s, consent_updated_at = now(), updated_at = now()
     where id = %(customer_id)s and consent_status <> %(consent)s
""")
