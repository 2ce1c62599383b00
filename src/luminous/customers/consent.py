"""STOP and START: what a customer allows us to send besides answers to their own messages."""

from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql

Consent = Literal["pending", "opted_in", "opted_out"]


async def set_consent(conn: Connection, customer_id: UUID, consent: Consent) -> bool:
    """Record what the customer said. Returns False when it was so already."""
    return await SET_CONSENT.run(conn, customer_id=customer_id, consent=consent) == 1


SET_CONSENT = sql("""
    update customers
       set consent_status = %(consent)s, consent_updated_at = now(), updated_at = now()
     where id = %(customer_id)s and consent_status <> %(consent)s
""")
