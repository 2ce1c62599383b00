"""An e-mail address becomes somebody's by the link that was sent there, used where they asked for it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.accounts.linking import note_conflict
from luminous.db import Connection, sql

Claimed = Literal["proven", "joined", "other_account", "conflict"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a proven e-mail, and the account that the person is in from now on."""

    claimed: Claimed  # joined: the e-mail's account is theirs too; other_account: only that one is left
    profile_id: UUID


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose e-mail it is."""

    id: UUID
    customer_id: UUID | None


async def owner_of(conn: Connection, email: str) -> Owner | None:
    """The account that this e-mail was proven for; None when there is none."""
    return await OWNER.maybe(conn, email=email)


async def claim(conn: Connection, profile_id: UUID, email: str) -> Outcome:
    """The person in this account has proven the e-mail: it is theirs, or the e-mail's own account is joined.

    An account and an e-mail that belong to two customers are left as they are, and noted for staff.
    """
    await LOCK_EMAIL.run(conn, email=email)
    await LOCK.one(conn, id=profile_id)
    asking = await ASKING.one(conn, id=profile_id)
    owner = await owner_of(conn, email)
    if owner is None:
        await SET.run(conn, id=profile_id, email=email)
        return Outcome("proven", profile_id)
    if owner.id == profile_id:
        return Outcome("proven", profile_id)
    if asking.customer_id is None:
        await DELETE.run(conn, id=profile_id)
        return Outcome("other_account", owner.id)
    if owner.customer_id is not None:
        await note_conflict(
            conn,
            "email_of_another_customer",
            profile_id,
            customer_id=asking.customer_id,
            other_profile_id=owner.id,
            other_customer_id=owner.customer_id,
        )
        return Outcome("conflict", profile_id)
    await MOVE_SESSIONS.run(conn, id=profile_id, owner_id=owner.id, customer_id=asking.customer_id)
    await MOVE.run(conn, id=profile_id, owner_id=owner.id)
    await DELETE.run(conn, id=profile_id)
    return Outcome("joined", owner.id)


LOCK_EMAIL = sql("select lock_identifiers('email:' || lower(%(email)s))")

OWNER = sql("""
    select profiles.id, customers.id as customer_id
      from profiles left join customers on profile_id = profiles.id and deleted_at is null
     where lower(email) = lower(%(email)s)
""").into(Owner)

LOCK = sql("select id from profiles where id = %(id)s for no key update").into(UUID)

ASKING = sql("""
    select profiles.id, customers.id as customer_id
      from profiles left join customers on profile_id = profiles.id and deleted_at is null
     where profiles.id = %(id)s
""").into(Owner)

SET = sql("update profiles set email = %(email)s, updated_at = now() where id = %(id)s")
MOVE = sql("""
    update customers set profile_id = %(owner_id)s, updated_at = now()
     where profile_id = %(id)s and deleted_at is null
""")
MOVE_SESSIONS = sql("""
    update sessions
       set profile_id = %(owner_id)s, customer_id = customers.id, identity_epoch = customers.identity_epoch
      from customers
     where customers.id = %(customer_id)s
       and (sessions.profile_id = %(id)s and session_is_live(sessions)
            or sessions.profile_id = %(owner_id)s and sessions.customer_id is null)
""")
DELETE = sql("delete from profiles where id = %(id)s")
