"""Who is writing? The decision itself is `resolve_customer` in the database: see its migration."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.errors import NoSender
from luminous.messages import IdentityChange, Sender

# Everything that a message or an announcement may come to: the tables in the two migrations.
DECISIONS = (
    "created",
    "recognised",
    "recognised_late",
    "learned_user_id",
    "learned_phone_number",
    "replaced_phone_number",
    "recycled_number",
    "seen_twice",
    "moved_number",
    "disputed_number",
    "unproven_number",
    "announced_change",
    "announced_again",
    "announced_merge",
    "announced_conflict",
    "announced_nobody",
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The customer behind a sender, and how they were recognised."""

    customer_id: UUID
    profile_id: UUID | None  # None until the customer used a link to the website
    phone_number: str | None  # E.164; None while WhatsApp hides it
    display_name: str
    whatsapp_id: str | None
    is_new_customer: bool
    decision: str  # `created`, `recognised`, ...: the rows of the table in resolve_customer's migration


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of an announced change. customer_id None: nobody here had the old identifiers."""

    customer_id: UUID | None
    decision: str | None  # `announced_change`, `announced_again`, ...: see announce_change's migration


async def resolve(conn: Connection, sender: Sender, sent_at: datetime | None = None) -> Resolved:
    """Return the customer behind a proven sender; make one on first contact.

    A new customer's Guest subscription comes from the database in the same statement.
    sent_at: WhatsApp's clock; None is now. A message from before its number moved proves nothing about it.
    Raises NoSender when the sender carries no identifier.
    """
    if sender.phone is None and sender.user_id is None:
        raise NoSender("The message names neither a phone number nor a WhatsApp user id.")
    return await RESOLVE.one(
        conn,
        phone=sender.phone,
        user_id=sender.user_id,
        wa_id=sender.wa_id,
        name=sender.profile_name,
        key_hash=sender.identity_key_hash,
        sent_at=sent_at,
    )


async def announce(conn: Connection, change: IdentityChange, announced_at: datetime) -> Changed:
    """WhatsApp says that a person changed: their record gains the new identifiers, once.

    announced_at: WhatsApp's clock; whoever had the old number at that time is meant.
    """
    return await ANNOUNCE.one(
        conn,
        from_phone=change.from_phone,
        from_user_id=change.from_user_id,
        to_phone=change.to_phone,
        to_user_id=change.to_user_id,
        announced_at=announced_at,
    )


RESOLVE = sql("""
    select customer_id, profile_id, phone_number, display_name, whatsapp_id, is_new_customer, decision
      from resolve_customer(%(phone)s, %(user_id)s, %(wa_id)s, %(name)s, %(key_hash)s, %(sent_at)s)
""").into(Resolved)

ANNOUNCE = sql("""
    select customer_id, decision
      from announce_change(%(from_phone)s, %(from_user_id)s, %(to_phone)s, %(to_user_id)s, %(announced_at)s)
""").into(Changed)
