"""Who is signed in: begun by a proof, found by a cookie, ended by the person, by time, or when they move."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.accounts.tokens import hash_of
from luminous.db import Connection, sql

BeganWith = Literal["whatsapp", "email", "sign_up"]
DAYS = 30  # in any case; seven without a visit


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, as every page needs it. customer_id None: no WhatsApp is connected yet."""

    session_id: UUID
    profile_id: UUID
    email: str | None  # proven; None until then
    customer_id: UUID | None
    name: str
    phone_number: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One place where the person is signed in."""

    id: UUID
    browser: str
    began_with: BeganWith
    created_at: datetime
    last_used_at: datetime


async def begin(conn: Connection, profile_id: UUID, browser: str, began_with: BeganWith) -> str:
    """Let somebody in as this account and return the cookie's value, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    await BEGIN.run(
        conn,
        token_hash=hash_of(token),
        profile_id=profile_id,
        browser=browser,
        began_with=began_with,
        days=DAYS,
    )
    return token


async def find(conn: Connection, token: str) -> Visitor | None:
    """Who comes with this cookie; None when it lets nobody in any more."""
    return await FIND.maybe(conn, token_hash=hash_of(token))


async def list_sessions(conn: Connection, profile_id: UUID) -> list[Session]:
    """Everywhere the person is signed in, latest used first."""
    return await LIST.all(conn, profile_id=profile_id)


async def end(conn: Connection, profile_id: UUID, session_id: UUID) -> bool:
    """Sign one place out. False when it is not one of theirs, or was ended before."""
    return await END.run(conn, profile_id=profile_id, id=session_id) == 1


async def end_all(conn: Connection, profile_id: UUID) -> None:
    """Sign out everywhere: sessions and links that are on their way are dead from this moment."""
    await END_ALL.run(conn, profile_id=profile_id)
    await RAISE_EPOCH.run(conn, profile_id=profile_id)


async def forget_old_sessions(conn: Connection) -> int:
    """Sessions that ended ninety days ago."""
    return await FORGET.run(conn)


BEGIN = sql("""
    insert into sessions (token_hash, profile_id, customer_id, identity_epoch, browser, began_with,
                          expires_at)
    select %(token_hash)s, profiles.id, customers.id, customers.identity_epoch, %(browser)s, %(began_with)s,
           now() + make_interval(days => %(days)s)
      from profiles left join customers on customers.profile_id = profiles.id and deleted_at is null
     where profiles.id = %(profile_id)s
""")

# A visit is noted once a minute, so that a busy page is not a busy row.
FIND = sql("""
    with found as (
      select * from sessions where token_hash = %(token_hash)s and session_is_live(sessions)
    ), noted as (
      update sessions set last_used_at = now()
        from found where sessions.id = found.id and found.last_used_at < now() - interval '1 minute'
    )
    select found.id as session_id, found.profile_id, email, found.customer_id,
           coalesce(display_name, name, 'Customer') as name, customers.phone_number
      from found
      join profiles on profiles.id = found.profile_id
      left join customers on customers.id = found.customer_id
""").into(Visitor)

LIST = sql("""
    select id, browser, began_with, created_at, last_used_at
      from sessions where profile_id = %(profile_id)s and session_is_live(sessions)
     order by last_used_at desc, created_at desc
""").into(Session)

END = sql("""
    update sessions set revoked_at = now()
     where id = %(id)s and profile_id = %(profile_id)s and revoked_at is null
""")

END_ALL = sql("""
    with revoked as (
      update magic_links set revoked_at = now()
       where profile_id = %(profile_id)s and redeemed_at is null and revoked_at is null
    )
    update sessions set revoked_at = now() where profile_id = %(profile_id)s and revoked_at is null
""")

RAISE_EPOCH = sql("""
    with raised as (
      update customers set identity_epoch = identity_epoch + 1, updated_at = now()
       where profile_id = %(profile_id)s and deleted_at is null
      returning id, identity_epoch
    )
    select carry_owed_messages(id, identity_epoch - 1, identity_epoch) from raised
""")

FORGET = sql("""
    delete from sessions
     where least(expires_at, coalesce(revoked_at, expires_at)) < now() - interval '90 days'
""")
