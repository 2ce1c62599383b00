"""The one door to PostgreSQL: SQL as literal text with named parameters, and who opens transactions.

    FIND = sql("select id, phone_number from customers where id = %(id)s").into(Found)
    found = await FIND.maybe(conn, id=customer_id)   # Found | None, and the type checker knows

A statement lives beside the function that runs it. Rooms receive `conn`; only doors and walks
open a transaction, and no network call happens inside one.
"""

from luminous.db.arrays import array
from luminous.db.direct import connect, wake, wakes
from luminous.db.pool import Database
from luminous.db.retry import Begin, again
from luminous.db.statements import Connection, Query, Statement, sql

__all__ = [
    "Begin",
    "Connection",
    "Database",
    "Query",
    "Statement",
    "again",
    "array",
    "connect",
    "sql",
    "wake",
    "wakes",
]
