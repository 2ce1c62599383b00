"""People who do not exist: the senders that checks write as, and how a refusal is met."""

import secrets
from collections.abc import Awaitable

from luminous.db import Connection
from luminous.errors import sqlstate
from luminous.messages import Sender
from luminous.phone import parse_user_id, parse_wa_id

# No country has the code 999, and ISO 3166 never gives ZZ to one: nobody can write to us as these.
RESERVED_WA_ID = "9990000"
RESERVED_USER_ID = "ZZ.LUMINOUSVERIFY"


def stranger(name: str | None = "Amina") -> Sender:
    """A sender with reserved identifiers, new each time: two runs at once never meet."""
    wa_id = f"{RESERVED_WA_ID}{secrets.randbelow(10**8):08}"
    user_id = parse_user_id(RESERVED_USER_ID + secrets.token_hex(8).upper())
    return Sender(parse_wa_id(wa_id), user_id, None, wa_id, name)


async def refusal_of(conn: Connection, attempt: Awaitable[object]) -> str | None:
    """The SQLSTATE with which the database refused the attempt, or None when it did not."""
    try:
        async with conn.transaction():
            await attempt
    except Exception as error:
        if state := sqlstate(error):
            return state
        raise
    return None
