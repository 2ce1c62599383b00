"""Open questions of whose number it is, and their answers. The work is `settle_conflict` in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.customers.glance import Glance, glance
from luminous.db import Connection, sql
from luminous.errors import NO_OPEN_CONFLICT, NoOpenConflict, said_as

Decision = Literal["unproven_number", "disputed_number", "announced_conflict"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One open question, and what a stranger wrote since it was asked."""

    id: int
    decision: Decision  # why it was asked
    opened_at: datetime
    open_seconds: float
    phone_number: str | None  # what it is about
    whatsapp_user_id: str | None
    holder_id: UUID  # whose it is on our records
    writer_id: UUID | None  # who may have it now; None: a stranger
    was_silent: bool  # the holder, for longer than a number is trusted
    messages: int  # of the stranger
    last_text: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A conflict with the records of the two. writer None: a stranger, or somebody deleted since."""

    conflict: Conflict
    holder: Glance
    writer: Glance | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What followed from an answer: the records concerned as they are now, and the merges that were made."""

    records: tuple[Glance, ...]
    merge_ids: tuple[int, ...]


async def open_questions(conn: Connection) -> list[Question]:
    """Every question that staff can answer, oldest first."""
    return await _with_records(conn, await OPEN.all(conn, id=None, customer_id=None))


async def open_question(conn: Connection, conflict_id: int) -> Question:
    """One open question. Raises NoOpenConflict."""
    found = await OPEN.maybe(conn, id=conflict_id, customer_id=None)
    if found is None:
        raise _not_open(conflict_id)
    return (await _with_records(conn, [found]))[0]


async def open_conflicts_of(conn: Connection, customer_id: UUID) -> list[Conflict]:
    """The open questions that the customer is part of, oldest first."""
    return await OPEN.all(conn, id=None, customer_id=customer_id)


async def settle(conn: Connection, question: Question, *, is_same_person: bool) -> Settled:
    """Record the answer and do what follows from it, in this transaction. Raises NoOpenConflict."""
    conflict = question.conflict
    with said_as(NO_OPEN_CONFLICT, _not_open(conflict.id)):
        await SETTLE.run(conn, id=conflict.id, is_same_person=is_same_person)
    concerned = [question.holder.id, *([conflict.writer_id] if conflict.writer_id else [])]
    records = await glance(
        conn,
        await CONCERNED.all(
            conn, ids=concerned, phone=conflict.phone_number, user_id=conflict.whatsapp_user_id
        ),
    )
    return Settled(tuple(records.values()), tuple(await MERGED_NOW.all(conn)))


async def oldest_open_conflict_age(conn: Connection) -> float:
    """For how many seconds the oldest question has waited for staff; 0 when none does."""
    return await OLDEST_AGE.one(conn)


async def _with_records(conn: Connection, found: Sequence[Conflict]) -> list[Question]:
    people = {each for one in found for each in (one.holder_id, one.writer_id) if each}
    records = await glance(conn, people)
    return [Question(one, records[one.holder_id], _live(records, one.writer_id)) for one in found]


def _live(records: dict[UUID, Glance], customer_id: UUID | None) -> Glance | None:
    found = records.get(customer_id) if customer_id else None
    return found if found and found.is_live else None


def _not_open(conflict_id: int) -> NoOpenConflict:
    return NoOpenConflict(f"There is no open conflict {conflict_id}: it may be settled already.")


# About a holder who was deleted nothing can be settled, and nobody waits for it.
OPEN = sql("""
    select conflict.id, conflict.decision, opened_at,
           extract(epoch from now() - opened_at)::float8 as open_seconds,
           conflict.phone_number, conflict.whatsapp_user_id, holder_id, writer_id,
           coalesce(holder.last_seen_at, holder.created_at)
             < opened_at - (select number_goes_stale_after from shop_settings) as was_silent,
           written.messages, last.text as last_text
      from customer_conflicts conflict
      join customers holder on holder.id = holder_id and holder.deleted_at is null
     cross join lateral (select count(*) as messages, max(id) as last_id
                           from inbox
                          where customer_id = holder_id and writer_id is null
                            and inbox.decision = 'unproven_number' and received_at >= opened_at) written
      left join inbox last on last.id = written.last_id
     where resolved_at is null
       and (%(id)s::bigint is null or conflict.id = %(id)s)
       and (%(customer_id)s::uuid is null or %(customer_id)s in (holder_id, writer_id))
     order by opened_at, conflict.id
""").into(Conflict)

SETTLE = sql("select settle_conflict(%(id)s, %(is_same_person)s)")

# Whoever was concerned, as the record that goes on, and whoever has the number or the user id now.
CONCERNED = sql("""
    select survivor(id) from unnest(%(ids)s::uuid[]) id where survivor(id) is not null
    union
    select id from customers
     where deleted_at is null and (phone_number = %(phone)s or whatsapp_user_id = %(user_id)s)
""").into(UUID)

MERGED_NOW = sql("""
    select id from customer_merges where merged_at = now() and cause = 'confirmed' order by id
""").into(int)

OLDEST_AGE = sql("""
    select coalesce(extract(epoch from now() - min(opened_at)), 0)::float8
      from customer_conflicts conflict
      join customers holder on holder.id = holder_id and holder.deleted_at is null
     where resolved_at is null
""").into(float)
