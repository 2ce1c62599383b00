"""A customer's orders, page by page."""

from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.orders.standing import Order


async def page_of_customer(
    conn: Connection, customer_id: UUID, *, most: int, before: tuple[datetime, UUID] | None = None
) -> list[Order]:
    """All of the customer's orders, the latest first. before: only those older than this time and id."""
    at, order_id = before or (None, None)
    return await PAGE.all(conn, customer_id=customer_id, most=most, at=at, id=order_id)


PAGE = sql("""
    select * from orders_now
     where customer_id = %(customer_id)s
       and (%(at)s::timestamptz is null or (created_at, id) < (%(at)s, %(id)s::uuid))
     order by created_at desc, id desc limit %(most)s
""").into(Order)
