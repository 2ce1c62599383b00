"""A customer as the bot and the staff see them."""

from dataclasses import dataclass
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Customer:
    """One live row of `customers`, as far as an answer needs it."""

    id: UUID
    display_name: str
    has_opted_out: bool  # said STOP
    has_stopped_service: bool  # and wants nothing that they ask for either, until they write again


async def get(conn: Connection, customer_id: UUID) -> Customer | None:
    """Return the customer, or None when there is no such live customer."""
    return await GET.maybe(conn, id=customer_id)


GET = sql("""
    select id, display_name, consent_status = 'opted_out' as has_opted_out,
           consent_to(id, 'service') is not distinct from 'opted_out' as has_stopped_service
      from customers
     where id = %(id)s and deleted_at is null
""").into(Customer)
