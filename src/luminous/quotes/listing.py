"""A customer's quotations, page by page."""

from uuid import UUID

from luminous.db import Connection, sql
from luminous.quotes.standing import Standing


async def page_of_customer(
    conn: Connection, customer_id: UUID, *, most: int, before: int | None = None
) -> list[Standing]:
    """The customer's quotations, the latest first. before: only those with a smaller number."""
    return await PAGE.all(conn, customer_id=customer_id, most=most, before=before)


PAGE = sql("""
    select id, number, customer_id, status, version, version_id, total, currency, valid_until, reason, title,
           items, is_open, order_id, order_status, updated_at
      from quotations_now
     where customer_id = %(customer_id)s and (%(before)s::bigint is null or number < %(before)s)
     order by number desc limit %(most)s
""").into(Standing)
