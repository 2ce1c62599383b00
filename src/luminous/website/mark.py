"""The mark of everything that a person's pages show: it is another one after any of it changed."""

from hashlib import sha256

from luminous.accounts import Visitor
from luminous.db import Connection, sql


async def mark(conn: Connection, visitor: Visitor) -> str:
    """A short text that tells nothing of what it stands for."""
    text = await MARK.one(conn, customer_id=visitor.customer_id, profile_id=visitor.profile_id)
    return sha256(text.encode()).hexdigest()[:16]


MARK = sql("""
    select concat_ws('/',
             (select max(id) from inbox where customer_id = %(customer_id)s),
             (select max(id) from outbox where customer_id = %(customer_id)s),
             (select extract(epoch from updated_at) from customers where id = %(customer_id)s),
             (select string_agg(status, '' order by id) from subscriptions
               where customer_id = %(customer_id)s),
             (select max(updated_at) from quotations where customer_id = %(customer_id)s),
             (select max(updated_at) from orders where customer_id = %(customer_id)s),
             (select max(noted_at) from order_milestones join orders on orders.id = order_id
               where customer_id = %(customer_id)s),
             (select max(updated_at) from payments_now where customer_id = %(customer_id)s),
             (select max(id) from customer_conflicts
               where holder_id = %(customer_id)s and resolved_at is null),
             (select max(id) from account_conflicts
               where profile_id = %(profile_id)s and resolved_at is null),
             (select extract(epoch from updated_at) from profiles where id = %(profile_id)s))
""").into(str)
