"""A customer's first message and the next ones. All that is written here is rolled back."""

from dataclasses import dataclass, replace
from uuid import UUID

from luminous.customers import Resolved, resolve
from luminous.db import Connection, sql
from luminous.errors import InvalidPhone
from luminous.phone import parse_phone
from luminous.proof.verify_report import Wrong
from luminous.proof.verify_strangers import refusal_of, stranger

CHECK_VIOLATION = "23514"
INVALID_PHONE = "LU001"


@dataclass(frozen=True, slots=True)
class Stored:
    """What `customers` holds of somebody."""

    id: UUID
    phone_number: str | None
    whatsapp_id: str | None
    whatsapp_user_id: str | None
    display_name: str
    profile_id: UUID | None


async def lookup(conn: Connection) -> str:
    """A customer is found by either identifier."""
    who = stranger()
    first = await resolve(conn, who)
    by_phone = await resolve(conn, replace(who, user_id=None))
    by_user_id = await resolve(conn, replace(who, phone=None, wa_id=None))
    if by_phone.customer_id != first.customer_id:
        raise Wrong("the phone number found another customer than the one who has it")
    if by_user_id.customer_id != first.customer_id:
        raise Wrong("the WhatsApp user id found another customer than the one who has it")
    return f"found by {who.phone}, and by the user id alone"


async def creation(conn: Connection) -> str:
    """Somebody unknown becomes a row."""
    who = stranger()
    row = await _stored(conn, await resolve(conn, who))
    if (row.phone_number, row.whatsapp_user_id) != (who.phone, who.user_id):
        raise Wrong(f"{who.phone} was stored as {row.phone_number}, its user id as {row.whatsapp_user_id}")
    return f"unknown {who.phone} became a customer"


async def normalisation(conn: Connection) -> str:
    """What WhatsApp sends gets its plus, what people type becomes the same, and nothing else gets in."""
    who = stranger()
    row = await _stored(conn, await resolve(conn, who))
    if row.phone_number != f"+{who.wa_id}":
        raise Wrong(f"{who.wa_id} was stored as {row.phone_number}")
    try:
        typed = parse_phone("0782 240 146", "UG")
    except InvalidPhone as refusal:
        raise Wrong(f"0782 240 146 was refused as a number of Uganda: {refusal}") from None
    if typed != "+256782240146":
        raise Wrong(f"0782 240 146 was read as {typed}")
    if await refusal_of(conn, RESOLVE_AS_TYPED.all(conn, phone=who.wa_id)) != INVALID_PHONE:
        raise Wrong(f"resolve_customer took {who.wa_id}, which has no plus")
    if await refusal_of(conn, INSERT_BY_HAND.all(conn, phone=who.wa_id)) != CHECK_VIOLATION:
        raise Wrong(f"the table customers took {who.wa_id}, which has no plus")
    return f"{who.wa_id} → {row.phone_number}; 0782 240 146 → {typed}; without a plus the database refuses"


async def display_name(conn: Connection) -> str:
    """The given name, or "Customer"."""
    given = await _stored(conn, await resolve(conn, stranger("Amina Verify")))
    missing = await _stored(conn, await resolve(conn, stranger(None)))
    if given.display_name != "Amina Verify":
        raise Wrong(f"the name Amina Verify was stored as {given.display_name}")
    if missing.display_name != "Customer":
        raise Wrong(f"without a name the customer is called {missing.display_name}, not Customer")
    return "“Amina Verify” is kept; without a name: “Customer”"


async def whatsapp_id(conn: Connection) -> str:
    """The id as WhatsApp sent it."""
    who = stranger()
    row = await _stored(conn, await resolve(conn, who))
    if row.whatsapp_id != who.wa_id:
        raise Wrong(f"{who.wa_id} was stored as {row.whatsapp_id}")
    return f"{row.whatsapp_id}, as it came"


async def is_new_customer(conn: Connection) -> str:
    """True once, then false."""
    who = stranger()
    flags = [(await resolve(conn, who)).is_new_customer for _ in range(3)]
    said = ", then ".join(str(flag).lower() for flag in flags)
    if flags != [True, False, False]:
        raise Wrong(f"{said}; it must be true for the first message only")
    return said


async def profile_id(conn: Connection) -> str:
    """Nobody is linked to a website account by writing."""
    row = await _stored(conn, await resolve(conn, stranger()))
    if row.profile_id is not None:
        raise Wrong("a new customer is linked to a profile although no link was used")
    return "null until a link to the website is used"


async def returning_customer(conn: Connection) -> str:
    """The second message adds no row."""
    who = stranger()
    first = await resolve(conn, who)
    held = await SUBSCRIPTIONS.one(conn, customer_id=first.customer_id)
    for _ in range(2):
        await resolve(conn, who)
    customers = await SAME_PERSON.one(conn, phone=who.phone, user_id=who.user_id)
    added = await SUBSCRIPTIONS.one(conn, customer_id=first.customer_id) - held
    if (customers, added) != (1, 0):
        raise Wrong(f"three messages left {customers} customers; the later ones added {added} subscriptions")
    return "two more messages: no row more in customers or subscriptions"


async def one_live_customer(conn: Connection) -> str:
    """The table itself refuses a second holder of an identifier."""
    who = stranger()
    await resolve(conn, who)
    again = {
        "phone number": (who.phone, None),
        "WhatsApp user id": (None, who.user_id),
    }
    for name, (phone, user_id) in again.items():
        # Skipped by the table's own unique index; without it, inserted, or refused somewhere else.
        inserted = INSERT_AGAIN.all(conn, phone=phone, user_id=user_id)
        if await refusal_of(conn, inserted) or await SAME_PERSON.one(conn, phone=phone, user_id=user_id) != 1:
            raise Wrong(f"customers has no unique index that keeps a {name} to one live customer")
    return "a second live customer with the same phone number or user id is refused"


async def _stored(conn: Connection, customer: Resolved) -> Stored:
    row = await STORED.maybe(conn, customer_id=customer.customer_id)
    if row is None:
        raise Wrong("resolve_customer answered with a customer who is not in the table")
    return row


STORED = sql("""
    select id, phone_number, whatsapp_id, whatsapp_user_id, display_name, profile_id
      from customers
     where id = %(customer_id)s and deleted_at is null
""").into(Stored)
SAME_PERSON = sql("""
    select count(*)::int from customers
     where deleted_at is null and (phone_number = %(phone)s or whatsapp_user_id = %(user_id)s)
""").into(int)
SUBSCRIPTIONS = sql("select count(*)::int from subscriptions where customer_id = %(customer_id)s").into(int)
RESOLVE_AS_TYPED = sql("select customer_id from resolve_customer(%(phone)s, null, null, null)").into(UUID)
INSERT_BY_HAND = sql("insert into customers (phone_number) values (%(phone)s) returning id").into(UUID)
INSERT_AGAIN = sql("""
    insert into customers (phone_number, whatsapp_user_id)
    values (%(phone)s, %(user_id)s)
    on conflict do nothing
    returning id
""").into(UUID)
