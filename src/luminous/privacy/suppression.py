"""Who must not be written to again, whatever list they are on: digests that only the pepper can make."""

import hmac
from collections.abc import Collection

from luminous.db import Connection, sql


async def suppress(conn: Connection, identifiers: Collection[str], pepper: str) -> None:
    """Remember phone numbers (E.164), WhatsApp user ids and e-mail addresses without keeping them."""
    await SUPPRESS.run(conn, digests=[_digest(each, pepper) for each in identifiers])


async def suppressed(conn: Connection, identifiers: Collection[str], pepper: str) -> list[str]:
    """Which of these must not be written to by anybody's list, in the order given."""
    known = set(await KNOWN.all(conn, digests=[_digest(each, pepper) for each in identifiers]))
    return [each for each in identifiers if _digest(each, pepper) in known]


def _digest(identifier: str, pepper: str) -> bytes:
    return hmac.digest(pepper.encode(), identifier.strip().lower().encode(), "sha256")


SUPPRESS = sql("""
    insert into suppressions (digest) select unnest(%(digests)s::bytea[]) on conflict do nothing
""")
KNOWN = sql("select digest from suppressions where digest = any(%(digests)s::bytea[])").into(bytes)
