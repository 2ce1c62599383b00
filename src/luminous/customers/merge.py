"""Two records of one person become one, and can become two again: `merge_customers` in the database."""

from uuid import UUID

from luminous.db import Connection, sql


async def merge(conn: Connection, from_id: UUID, into_id: UUID, cause: str) -> int:
    """Merge one live record into another and return the merge's id, for `undo_merge`.

    Raises MergeRefused when they are not two live records.
    """
    return await MERGE.one(conn, from_id=from_id, into_id=into_id, cause=cause)


async def undo_merge(conn: Connection, merge_id: int) -> None:
    """Give each of the two records back exactly its rows.

    Raises MergeRefused when there is nothing to undo.
    """
    await UNDO.run(conn, merge_id=merge_id)


async def follow_merge(conn: Connection, customer_id: UUID) -> UUID | None:
    """Bring what was taken for a record while it was merged to its survivor; None when it was not merged."""
    return await FOLLOW.maybe(conn, customer_id=customer_id)


MERGE = sql("select merge_customers(%(from_id)s, %(into_id)s, %(cause)s)").into(int)

UNDO = sql("select undo_merge(%(merge_id)s)")

FOLLOW = sql("select follow_merge(%(customer_id)s)").into(UUID)
