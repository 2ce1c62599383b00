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


async def get(conn: Connection, customer_id: UUID) -> Customer | None:
    """Return the customer, or None when there is no such live customer."""
    return await GET.maybe(conn, id=customer_id)


GET = sql("""
    select id, display_name, consent_status = 'opted_out' as has_opted_out
      from customers
     where id = %(id)s and deleted_at is null
""").into(Customer)
