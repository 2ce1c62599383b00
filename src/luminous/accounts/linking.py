"""Whose account is it? A profile is a person's website account, a customer their WhatsApp.

Each has at most one of the other. They are linked where one person proved both at one moment, and never
because two phone numbers look alike. An account whose e-mail was never proven is an empty shell, and gives
way. What cannot be true at once is an `account_conflict` for staff, and nothing moves.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql

Outcome = Literal["linked", "linked_before", "customer_has_another_account", "account_has_another_customer"]
CONFLICTS = ("customer_has_another_account", "account_has_another_customer")
ConflictKind = Literal[
    "customer_has_another_account", "account_has_another_customer", "email_of_another_customer"
]


@dataclass(frozen=True, slots=True)
class Profile:
    """A website account and the customer it is linked to."""

    id: UUID
    email: str | None
    customer_id: UUID | None


async def account_of(conn: Connection, customer_id: UUID) -> UUID:
    """The customer's account, made where they have none. Raises LookupError for who is not live."""
    await LOCK_CUSTOMER.one(conn, customer_id=customer_id)
    return await PROFILE_OF.maybe(conn, customer_id=customer_id) or await MAKE_FOR.one(
        conn, customer_id=customer_id
    )


async def link(conn: Connection, profile_id: UUID, customer_id: UUID) -> Outcome:
    """Link an account with a customer, both proven by one person; or say why not. Conflicts are noted.

    Raises LookupError when either is gone.
    """
    await LOCK_CUSTOMER.one(conn, customer_id=customer_id)
    await LOCK_PROFILE.one(conn, profile_id=profile_id)
    account = await PROFILE.one(conn, profile_id=profile_id)  # read after the wait, so as it is now
    if account.customer_id == customer_id:
        return "linked_before"
    theirs = await OF_CUSTOMER.maybe(conn, customer_id=customer_id)
    if account.customer_id is not None:
        await note_conflict(
            conn,
            "account_has_another_customer",
            profile_id,
            customer_id=customer_id,
            other_customer_id=account.customer_id,
        )
        return "account_has_another_customer"
    if theirs is not None and theirs.email is not None:
        await note_conflict(
            conn,
            "customer_has_another_account",
            profile_id,
            customer_id=customer_id,
            other_profile_id=theirs.id,
        )
        return "customer_has_another_account"
    await JOIN_SESSIONS.run(
        conn, profile_id=profile_id, customer_id=customer_id, shell_id=theirs.id if theirs else None
    )
    await LINK.run(conn, profile_id=profile_id, customer_id=customer_id)
    if theirs is not None:
        await DELETE_SHELL.run(conn, profile_id=theirs.id)
    return "linked"


async def unlink(conn: Connection, customer_id: UUID) -> bool:
    """The person says that it was not they: the account loses the customer, and nobody stays signed in."""
    return await UNLINK.maybe(conn, customer_id=customer_id) is not None


async def note_conflict(
    conn: Connection,
    kind: ConflictKind,
    profile_id: UUID,
    *,
    customer_id: UUID | None = None,
    other_profile_id: UUID | None = None,
    other_customer_id: UUID | None = None,
) -> None:
    """Keep for staff what only a person can decide. Noted once while it is open."""
    await NOTE_CONFLICT.run(
        conn,
        kind=kind,
        profile_id=profile_id,
        customer_id=customer_id,
        other_profile_id=other_profile_id,
        other_customer_id=other_customer_id,
    )


LOCK_CUSTOMER = sql("""
    select id from customers where id = %(customer_id)s and deleted_at is null for no key update
""").into(UUID)

LOCK_PROFILE = sql("select id from profiles where id = %(profile_id)s for no key update").into(UUID)

PROFILE_OF = sql("""
    select profile_id from customers where id = %(customer_id)s and profile_id is not null
""").into(UUID)

MAKE_FOR = sql("""
    with made as (
      insert into profiles (phone_number)
      select phone_number from customers where id = %(customer_id)s
      returning id
    )
    update customers set profile_id = made.id, updated_at = now() from made
     where customers.id = %(customer_id)s
    returning profile_id
""").into(UUID)

PROFILE = sql("""
    select profiles.id, email, customers.id as customer_id
      from profiles left join customers on profile_id = profiles.id and deleted_at is null
     where profiles.id = %(profile_id)s
""").into(Profile)

OF_CUSTOMER = sql("""
    select profiles.id, email, customers.id as customer_id
      from customers join profiles on profiles.id = profile_id
     where customers.id = %(customer_id)s
""").into(Profile)

# Who wrote a name on the website wants to be called that, also on WhatsApp.
LINK = sql("""
    update customers
       set profile_id = profiles.id, updated_at = now(),
           display_name = case when display_name_edited_at is null then coalesce(name, display_name)
                               else display_name end,
           display_name_edited_at = case when name is null then display_name_edited_at
                                         else coalesce(display_name_edited_at, now()) end
      from profiles
     where customers.id = %(customer_id)s and profiles.id = %(profile_id)s
""")

# Where the person is signed in already, they see the customer from now on.
JOIN_SESSIONS = sql("""
    update sessions
       set profile_id = %(profile_id)s, customer_id = customers.id, identity_epoch = customers.identity_epoch
      from customers
     where customers.id = %(customer_id)s
       and (sessions.profile_id = %(profile_id)s and sessions.customer_id is null
            or sessions.profile_id = %(shell_id)s and session_is_live(sessions))
""")

DELETE_SHELL = sql("delete from profiles where id = %(profile_id)s and email is null")

UNLINK = sql("""
    with unlinked as (
      update customers
         set profile_id = null, identity_epoch = identity_epoch + 1, updated_at = now(),
             display_name_edited_at = case when display_name is distinct from name
                                           then display_name_edited_at end
        from profiles
       where customers.id = %(customer_id)s and profiles.id = profile_id and deleted_at is null
      returning customers.id, identity_epoch
    ), ended as (
      update sessions set revoked_at = now()
        from unlinked where customer_id = unlinked.id and revoked_at is null
    )
    select count(carry_owed_messages(id, identity_epoch - 1, identity_epoch))
      from unlinked having count(*) > 0
""").into(int)

NOTE_CONFLICT = sql("""
    insert into account_conflicts (kind, profile_id, customer_id, other_profile_id, other_customer_id)
    values (%(kind)s, %(profile_id)s, %(customer_id)s, %(other_profile_id)s, %(other_customer_id)s)
    on conflict do nothing
""")
