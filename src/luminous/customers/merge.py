"""Two records of one person become one, and can become two again: `merge_customers` in the database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.customers.glance import Glance, glance
from luminous.db import Connection, sql
from luminous.errors import MERGE_REFUSED, MergeRefused, said_as


@dataclass(frozen=True, slots=True)
class Merge:
    """A record that became part of another one."""

    id: int
    from_id: UUID  # the record that ended
    from_name: str
    into_id: UUID  # the one that goes on
    into_name: str
    cause: str
    merged_at: datetime
    undone_at: datetime | None
    next_id: int | None  # the merge in which the one that went on ended itself; None: none stands


async def merge(conn: Connection, from_id: UUID, into_id: UUID, cause: str) -> int:
    """Merge one live record into another and return the merge's id, for `undo_merge`.

    Raises MergeRefused when they are not two live records.
    """
    refusal = MergeRefused("Only two records that were neither merged nor deleted can be merged.")
    with said_as(MERGE_REFUSED, refusal):
        return await MERGE.one(conn, from_id=from_id, into_id=into_id, cause=cause)


async def try_merge(conn: Connection, from_id: UUID, into_id: UUID) -> Glance:
    """The record as a merge would make it. Nothing is changed. Raises MergeRefused."""
    async with conn.transaction(force_rollback=True):
        await merge(conn, from_id, into_id, "tried")
        return (await glance(conn, [into_id]))[into_id]


async def undo_merge(conn: Connection, merge_id: int) -> None:
    """Give each of the two records back exactly its rows.

    Raises MergeRefused when there is nothing to undo.
    """
    refusal = MergeRefused(
        "Only a merge that still stands, into a record that is still there, can be undone."
    )
    with said_as(MERGE_REFUSED, refusal):
        await UNDO.run(conn, merge_id=merge_id)


async def merge_to_undo(conn: Connection, merge_id: int) -> Merge:
    """The merge, if it can be undone. Raises MergeRefused, whose sentence says why not."""
    found = await BY_ID.maybe(conn, id=merge_id, customer_id=None)
    if found is None:
        raise MergeRefused(f"There is no merge {merge_id}.")
    if found.undone_at is not None:
        raise MergeRefused(f"Merge {merge_id} was undone already.")
    if found.next_id is not None:
        raise MergeRefused(
            f"The record that went on was merged itself since: undo merge {found.next_id} first."
        )
    return found


async def merges_of(conn: Connection, customer_id: UUID) -> list[Merge]:
    """Every merge that the record was part of, oldest first."""
    return await BY_ID.all(conn, id=None, customer_id=customer_id)


async def follow_merge(conn: Connection, customer_id: UUID) -> UUID | None:
    """Bring what was taken for a record while it was merged to its survivor; None when it was not merged."""
    return await FOLLOW.maybe(conn, customer_id=customer_id)


async def survivor(conn: Connection, customer_id: UUID) -> UUID | None:
    """The live record that this one is or was merged into; None when it was deleted or never was."""
    return await SURVIVOR.maybe(conn, customer_id=customer_id)


MERGE = sql("select merge_customers(%(from_id)s, %(into_id)s, %(cause)s)").into(int)

UNDO = sql("select undo_merge(%(merge_id)s)")

SURVIVOR = sql("select id from survivor(%(customer_id)s) id where id is not null").into(UUID)

FOLLOW = sql("select follow_merge(%(customer_id)s)").into(UUID)

BY_ID = sql("""
    select merge.id, from_id, ended.display_name as from_name, into_id, kept.display_name as into_name,
           cause, merged_at, undone_at,
           (select later.id from customer_merges later
             where later.from_id = merge.into_id and later.undone_at is null) as next_id
      from customer_merges merge
      join customers ended on ended.id = from_id
      join customers kept on kept.id = into_id
     where merge.id = %(id)s::bigint or %(customer_id)s::uuid in (from_id, into_id)
     order by merge.id
""").into(Merge)
