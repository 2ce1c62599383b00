"""A customer's payments, page by page."""

from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.payments.standing import Payment


async def page_of_customer(
    conn: Connection, customer_id: UUID, *, most: int, before: tuple[datetime, UUID] | None = None
) -> list[Payment]:
    """Every attempt to pay, the latest first. before: only those older than this time and id."""
    at, payment_id = before or (None, None)
    return await PAGE.all(conn, customer_id=customer_id, most=most, at=at, id=payment_id)


PAGE = sql("""
    select * from payments_now
     where customer_id = %(customer_id)s
       and (%(at)s::timestamptz is null or (created_at, id) < (%(at)s, %(id)s::uuid))
     order by created_at desc, id desc limit %(most)s
""").into(Payment)
