"""Asking for a number that WhatsApp hides: once, and only WhatsApp's own answer counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.customers.resolve import RESOLVE
from luminous.db import Connection, sql
from luminous.phone import Phone

Need = Literal["payment", "delivery"]


@dataclass(frozen=True, slots=True)
class Shared:
    """A number that was asked for and is known now. customer_id: whose record has it."""

    customer_id: UUID
    reason: Need


@dataclass(frozen=True, slots=True)
class Request:
    id: int
    reason: Need


async def ask_for_phone(conn: Connection, customer_id: UUID, reason: Need) -> bool:
    """True when the customer is to be asked for their number now: it is hidden, and never was asked for.

    Whoever gets True says so with WhatsApp's own button (`Content.asks_for_number`), in this transaction.
    """
    return await ASK.run(conn, customer_id=customer_id, reason=reason) == 1


async def take_shared_number(
    conn: Connection, customer_id: UUID, phone: Phone, shared_at: datetime
) -> Shared | None:
    """The customer shared their number by WhatsApp's button: it is theirs, if we had asked for it.

    The record may be another one from now on, when the two turn out to be one person. None when nobody
    asked, and nothing was taken.
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
    await ANSWER.run(conn, id=request.id, phone=phone)
    return Shared(found.customer_id, request.reason)


ASK = sql("""
    insert into phone_requests (customer_id, reason)
    select id, %(reason)s from customers
     where id = %(customer_id)s and phone_number is null and deleted_at is null
       and not exists (select from phone_requests where customer_id = %(customer_id)s)
""")

OPEN_REQUEST = sql("""
    select id, reason from phone_requests
     where customer_id = %(customer_id)s and answered_at is null
     order by id desc limit 1
       for no key update
""").into(Request)

USER_ID = sql("""
    select whatsapp_user_id from customers
     where id = %(customer_id)s and deleted_at is null and whatsapp_user_id is not null
""").into(str)

ANSWER = sql("""
    update phone_requests set answered_at = now(), phone_number = %(phone)s where id = %(id)s
""")
