"""Luminous, the system behind a shop's WhatsApp number. For other programs: one function.

    import luminous
    customer = await luminous.resolve_customer_from_phone("+256782240146", display_name="Amina")
    customer["is_new_customer"]   # True, and PostgreSQL has given her the Guest plan

Reads DATABASE_URL and opens its own connections on first use, unless it is given one.
"""

import asyncio
from typing import TypedDict
from weakref import WeakKeyDictionary

from luminous.config import NEEDED_FOR_DATABASE, Settings
from luminous.customers import resolve
from luminous.db import Connection, Database, again
from luminous.errors import InvalidPhone
from luminous.messages import Sender
from luminous.phone import parse_phone, parse_user_id, parse_wa_id
from luminous.text import clean_name

__all__ = ["ResolvedCustomer", "close", "resolve_customer_from_phone"]


class ResolvedCustomer(TypedDict):
    """The customer behind a phone number. Ids are UUIDs as text."""

    customer_id: str
    profile_id: str | None  # None until the customer used a link to the website
    phone_number: str | None  # E.164
    display_name: str  # "Customer" where nobody said a name
    whatsapp_id: str | None
    is_new_customer: bool


async def resolve_customer_from_phone(
    phone_number: str,
    *,
    display_name: str | None = None,
    whatsapp_id: str | None = None,
    conn: Connection | None = None,
) -> ResolvedCustomer:
    """Find the customer with this number, or create one; the database adds the Guest plan.

    Only for identifiers that a signed inbound message carried: a number that somebody typed proves nothing.
    whatsapp_id: the message's wa_id, or a BSUID. conn: work inside the caller's transaction.
    Raises InvalidPhone, which says what is wrong, and DatabaseAway.
    """
    settings = Settings.read()
    user_id = parse_user_id(whatsapp_id)
    if whatsapp_id and user_id is None and parse_wa_id(whatsapp_id) is None:
        raise InvalidPhone(
            "The whatsapp_id is neither WhatsApp's digits of a number nor a BSUID like UG.1234."
        )
    sender = Sender(
        phone=parse_phone(phone_number, settings.shop_region),
        user_id=user_id,
        parent_user_id=None,
        wa_id=whatsapp_id.lstrip("+") if whatsapp_id and user_id is None else None,
        profile_name=clean_name(display_name),
    )
    if conn is not None:
        found = await resolve(conn, sender)
    else:
        database = await _database(settings)
        found = await again(database.transaction, lambda conn: resolve(conn, sender))
    return {
        "customer_id": str(found.customer_id),
        "profile_id": None if found.profile_id is None else str(found.profile_id),
        "phone_number": found.phone_number,
        "display_name": found.display_name,
        "whatsapp_id": found.whatsapp_id,
        "is_new_customer": found.is_new_customer,
    }


async def close() -> None:
    """Close the connections that were opened on first use in this event loop."""
    database = _databases.pop(asyncio.get_running_loop(), None)
    if database is not None:
        await database.close()


async def _database(settings: Settings) -> Database:
    """The pool of this event loop, opened on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _databases:
        settings.require(NEEDED_FOR_DATABASE)
        _databases[loop] = Database(
            settings.database_url, schema=settings.schema_to_set, prepare=settings.database_prepare
        )
        await _databases[loop].open()
    return _databases[loop]


_databases: WeakKeyDictionary[asyncio.AbstractEventLoop, Database] = WeakKeyDictionary()
