"""Asking for a number that WhatsApp hides: once, and only WhatsApp's own answer counts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous import outbox
from luminous.customers.resolve import RESOLVE
from luminous.db import Connection, sql
from luminous.messages import ChannelName, Content
from luminous.phone import Phone

Asked = Literal["asked", "asked before", "has a number", "cannot be asked"]
LONGEST_ASKING = 1024  # characters, as beside buttons


async def ask_for_phone(
    conn: Connection,
    customer_id: UUID,
    words: str,
    *,
    reason: str,
    channel: ChannelName,
    business_number_id: str,
) -> Asked:
    """Ask the customer for their number with WhatsApp's own button, where it is not known; once ever.

    Call it when money or delivery needs a number; `reason` says which, for staff. words: what they read
    above the button.
    """
    if await HAS_PHONE.one(conn, customer_id=customer_id):
        return "has a number"
    if channel != "meta":  # elsewhere nobody without a number can be reached at all
        return "cannot be asked"
    owed = await outbox.owe(
        conn,
        customer_id,
        Content(words[:LONGEST_ASKING], asks_for_number=True),
        purpose="reply",
        dedupe_key=f"ask_for_phone:{customer_id}",
        channel=channel,
        business_number_id=business_number_id,
    )
    if owed is None:
        return "asked before"
    await ASK.run(conn, customer_id=customer_id, reason=reason)
    return "asked"


async def take_shared_number(
    conn: Connection, customer_id: UUID, phone: Phone, shared_at: datetime
) -> UUID | None:
    """The customer shared their number by WhatsApp's button: it is theirs, if we had asked for it.

    Returns whose record has it now, which is another one when the two turn out to be one person; None
    when nobody asked, and nothing was taken.
    """
    request = await OPEN_REQUEST.maybe(conn, customer_id=customer_id)
    user_id = await USER_ID.maybe(conn, customer_id=customer_id)
    if request is None or user_id is None:
        return None
    found = await RESOLVE.one(
        conn,
        phone=phone,
        user_id=user_id,
        wa_id=phone.removeprefix("+"),
        name=None,
        key_hash=None,
        sent_at=shared_at,
    )
    await ANSWER.run(conn, id=request, phone=phone)
    return found.customer_id


HAS_PHONE = sql("""
    select exists (select from customers where id = %(customer_id)s and phone_number is not null)
""").into(bool)

ASK = sql("insert into phone_requests (customer_id, reason) values (%(customer_id)s, %(reason)s)")

OPEN_REQUEST = sql("""
    select id from phone_requests
     where customer_id = %(customer_id)s and answered_at is null
     order by id desc limit 1
       for no key update
""").into(int)

USER_ID = sql("""
    select whatsapp_user_id from customers
     where id = %(customer_id)s and deleted_at is null and whatsapp_user_id is not null
""").into(str)

ANSWER = sql("""
    update phone_requests set answered_at = now(), phone_number = %(phone)s where id = %(id)s
""")
