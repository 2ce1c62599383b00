"""What was asked for under a key, and what was answered."""

from dataclasses import dataclass

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was answered under this key."""

    is_same_request: bool
    status: int
    body: bytes


async def forget_writes(conn: Connection) -> None:
    """Drop answers that are older than a day."""
    await FORGET.run(conn)


CLAIM = sql("""
    insert into api_writes (token_id, key, request_hash)
    values (%(token_id)s, %(key)s, %(request_hash)s)
    on conflict do nothing
""")

EARLIER = sql("""
    select request_hash = %(request_hash)s as is_same_request, status, body
      from api_writes where token_id = %(token_id)s and key = %(key)s
""").into(Earlier)

ANSWERED = sql("""
    update api_writes set status = %(status)s, body = %(body)s where token_id = %(token_id)s and key = %(key)s
""")

FORGET = sql("delete from api_writes where created_at < now() - interval '1 day'")
