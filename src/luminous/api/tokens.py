"""Tokens of programs: shown once, kept as hashes, each with what it may do."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args
from uuid import UUID

from luminous.db import Connection, sql

Scope = Literal[
    "customers:resolve",
    "customers:read",
    "consents:read",
    "conversations:read",
    "plans:read",
    "plans:decide",
    "quotations:read",
    "quotations:write",
    "quotations:decide",
    "orders:read",
    "orders:write",
    "orders:decide",
    "payments:read",
    "payments:start",
    "payments:confirm",
    "links:peek",
    "links:redeem",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
BEGINNING = "lum_"
SHOWN = len(BEGINNING) + 6


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never the secret itself."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None  # None: until it is revoked
    last_used_at: datetime | None  # to the minute
    revoked_at: datetime | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class Bearer:
    """The program that calls."""

    id: UUID
    name: str
    scopes: list[str]


async def create(conn: Connection, name: str, scopes: Sequence[Scope], days: int | None) -> str:
    """Make a token and return it; it cannot be read again. days: how long it lives, None without an end."""
    secret = BEGINNING + secrets.token_urlsafe(32)
    await CREATE.run(
        conn, name=name, prefix=secret[:SHOWN], token_hash=_hash(secret), scopes=list(scopes), days=days
    )
    return secret


async def bearer_of(conn: Connection, secret: str) -> Bearer | None:
    """Whose token this is, or None when it is unknown, expired or revoked. Notes its use, to the minute."""
    found = await FIND.maybe(conn, token_hash=_hash(secret))
    if found is not None:
        await USED.run(conn, id=found.id)
    return found


async def listed(conn: Connection) -> list[Token]:
    """Every token, live ones first."""
    return await LIST.all(conn)


async def revoke(conn: Connection, token: str) -> list[Token]:
    """End the live tokens with this id or prefix at once, and return them as they are now."""
    ids = await REVOKE.all(conn, token=token)
    return [each for each in await listed(conn) if each.id in ids]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


CREATE = sql("""
    insert into api_tokens (name, prefix, token_hash, scopes, expires_at)
    values (%(name)s, %(prefix)s, %(token_hash)s, %(scopes)s,
            now() + make_interval(days => %(days)s::integer))
""")

FIND = sql("""
    select id, name, scopes from api_tokens
     where token_hash = %(token_hash)s and revoked_at is null and coalesce(expires_at > now(), true)
""").into(Bearer)

# Whoever is quicker writes it; the others do not wait.
USED = sql("""
    update api_tokens set last_used_at = now()
     where id in (select id from api_tokens
                   where id = %(id)s and coalesce(last_used_at < now() - interval '1 minute', true)
                     for update skip locked)
""")

LIST = sql("""
    select id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at,
           revoked_at is null and coalesce(expires_at > now(), true) as is_live
      from api_tokens
     order by is_live desc, created_at
""").into(Token)

REVOKE = sql("""
    update api_tokens set revoked_at = now()
     where revoked_at is null and %(token)s in (id::text, prefix)
    returning id
""").into(UUID)
