"""Questions of whose account it is, and what staff answer: one person, or two."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous import customers
from luminous.accounts.linking import ConflictKind, account_of
from luminous.db import Connection, sql
from luminous.errors import NoOpenConflict

Resolution = Literal["same", "different"]


@dataclass(frozen=True, slots=True)
class AccountConflict:
    """Two claims that cannot both be right, and what staff said about them."""

    id: int
    kind: ConflictKind
    profile_id: UUID  # the account that was signed in to
    email: str | None
    customer_id: UUID | None
    other_profile_id: UUID | None
    other_email: str | None
    other_customer_id: UUID | None
    opened_at: datetime
    open_seconds: float
    resolved_at: datetime | None
    resolution: Resolution | None
    resolved_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class SettledAccount:
    """What followed from an answer. Two people: nothing, so None."""

    customer_id: UUID | None
    merge_id: int | None  # of two customers who were one person


async def account_conflicts(conn: Connection, *, settled: bool = False) -> list[AccountConflict]:
    """The open questions, oldest first; or those that were settled."""
    return await CONFLICTS.all(conn, settled=settled)


async def is_in_question(conn: Connection, profile_id: UUID) -> bool:
    """True while staff have not said whose this account is."""
    return any(each.profile_id == profile_id for each in await account_conflicts(conn))


async def settle_account(
    conn: Connection, conflict_id: int, *, is_same_person: bool, by: str, reason: str
) -> SettledAccount:
    """Note the answer and do what follows from it, in this transaction.

    One person has one record and one account: the older customer goes on, in the account that they have; the
    other account ends, and its e-mail goes over where the one that stays has none. Two people: nothing moves.
    Raises NoOpenConflict.
    """
    resolution: Resolution = "same" if is_same_person else "different"
    conflict = await SETTLE.maybe(conn, id=conflict_id, resolution=resolution, by=by, reason=reason)
    if conflict is None:
        raise NoOpenConflict(f"There is no open conflict {conflict_id}: it may be settled already.")
    if not is_same_person:
        return SettledAccount(None, None)
    people = await PEOPLE.all(conn, ids=[conflict.customer_id, conflict.other_customer_id])
    (kept, *others), accounts = [each.customer_id for each in people], [each.profile_id for each in people]
    merge_id = await customers.merge(conn, others[0], kept, "confirmed") if others else None
    stays = await account_of(conn, kept)
    await POINT_TO.run(conn, id=conflict_id, profile_id=stays)
    for other in dict.fromkeys([conflict.profile_id, conflict.other_profile_id, *accounts]):
        if other != stays and (email := await END_ACCOUNT.maybe(conn, profile_id=other)):
            await TAKE_EMAIL.run(conn, profile_id=stays, email=email)
    return SettledAccount(kept, merge_id)


async def oldest_account_conflict_age(conn: Connection) -> float:
    """For how many seconds the oldest open question has waited for staff; 0 when none does."""
    return max((each.open_seconds for each in await account_conflicts(conn)), default=0)


@dataclass(frozen=True, slots=True)
class Claims:
    """Who and what a conflict is about."""

    profile_id: UUID
    customer_id: UUID | None
    other_profile_id: UUID | None
    other_customer_id: UUID | None


@dataclass(frozen=True, slots=True)
class Person:
    """A live customer, and their account."""

    customer_id: UUID
    profile_id: UUID | None


# About people who are all gone nothing can be settled, and nobody waits for it.
CONFLICTS = sql("""
    select conflict.id, kind, profile_id, account.email, customer_id, other_profile_id,
           other_account.email as other_email, other_customer_id, opened_at,
           extract(epoch from coalesce(resolved_at, now()) - opened_at)::float8 as open_seconds,
           resolved_at, resolution, resolved_by, reason
      from account_conflicts conflict
      join profiles account on account.id = profile_id
      left join profiles other_account on other_account.id = other_profile_id
     where (resolved_at is not null) = %(settled)s
       and exists (select from customers where id in (customer_id, other_customer_id) and deleted_at is null)
     order by opened_at, conflict.id
""").into(AccountConflict)

SETTLE = sql("""
    update account_conflicts
       set resolved_at = now(), resolution = %(resolution)s, resolved_by = %(by)s, reason = %(reason)s
     where id = %(id)s and resolved_at is null
       and exists (select from customers where id in (customer_id, other_customer_id) and deleted_at is null)
    returning profile_id, customer_id, other_profile_id, other_customer_id
""").into(Claims)

PEOPLE = sql("""
    select id as customer_id, profile_id
      from customers where id = any(%(ids)s::uuid[]) and deleted_at is null
     order by created_at, id
""").into(Person)

# What ends takes the questions about it along: this one goes with the account that stays.
POINT_TO = sql("""
    update account_conflicts set profile_id = %(profile_id)s, other_profile_id = null where id = %(id)s
""")

END_ACCOUNT = sql("""
    delete from profiles
     where id = %(profile_id)s
       and not exists (select from customers where profile_id = profiles.id and deleted_at is null)
    returning email
""").into(str)

TAKE_EMAIL = sql("""
    update profiles set email = %(email)s, updated_at = now() where id = %(profile_id)s and email is null
""")
