"""A person takes the conversation; the bot is silent until it is given back, or for 24 hours."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A conversation that was given to a person and not given back."""

    customer_id: UUID
    display_name: str
    phone_number: str | None
    reason: str
    handed_over_at: datetime
    bot_answers_again: bool  # 24 hours have passed: the bot answers, and the person still owes something
    last_text: str | None  # what the customer wrote last; None when they wrote nothing readable


async def hand_over(conn: Connection, customer_id: UUID, reason: str) -> None:
    """Give the conversation to a person; `reason` is what they read first. The earlier one stays."""
    await HAND_OVER.run(conn, customer_id=customer_id, reason=reason)


async def release(conn: Connection, customer_id: UUID) -> bool:
    """Give the conversation back to the bot. Returns False when no person has it."""
    return await RELEASE.run(conn, customer_id=customer_id) == 1


async def handed_over(conn: Connection) -> list[HandedOver]:
    """Every conversation that no person has given back yet, longest first."""
    return await HANDED_OVER.all(conn)


HAND_OVER = sql("""
    update conversations set handed_over_at = now(), handover_reason = %(reason)s
     where customer_id = %(customer_id)s
       and (handed_over_at is null or handed_over_at <= now() - interval '24 hours')
""")

RELEASE = sql("""
    update conversations set handed_over_at = null, handover_reason = null
     where customer_id = %(customer_id)s and handed_over_at is not null
""")

HANDED_OVER = sql("""
    select customers.id as customer_id, display_name, phone_number, handover_reason as reason, handed_over_at,
           handed_over_at <= now() - interval '24 hours' as bot_answers_again,
           (select text from inbox
             where inbox.customer_id = customers.id and text <> ''
             order by inbox.id desc limit 1) as last_text
      from conversations join customers on customers.id = conversations.customer_id
     where handed_over_at is not null and deleted_at is null
     order by handed_over_at
""").into(HandedOver)
