"""Raw webhook bodies: what a message can be read again from."""

from hashlib import sha256

from luminous.db import Connection, sql
from luminous.messages import ChannelName


async def keep_body(conn: Connection, channel: ChannelName, body: bytes) -> int:
    """Keep the bytes as they came, once, and return their id."""
    return await KEEP.one(conn, channel=channel, body=body, sha256=sha256(body).digest())


# The update changes nothing; it makes an existing row answer with its id.
KEEP = sql("""
    insert into webhook_bodies (channel, body, sha256)
    values (%(channel)s, %(body)s, %(sha256)s)
    on conflict (channel, sha256) do update set sha256 = excluded.sha256
    returning id
""").into(int)
