"""Records as staff compare them: each at a glance."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Glance:
    """One record of a customer, live or not."""

    id: UUID
    display_name: str
    phone_number: str | None  # E.164; None while WhatsApp hides it or somebody else has it
    whatsapp_user_id: str | None
    plan_name: str
    plan_ends_at: datetime | None  # None: until something else is chosen
    has_account: bool  # on the website
    is_with_person: bool  # a person has the conversation
    first_seen_at: datetime
    last_seen_at: datetime | None
    messages: int  # what they wrote; without what a stranger may have written from their number
    last_message_at: datetime | None
    last_text: str | None
    deleted_at: datetime | None
    survivor_id: UUID | None  # the live record that a merge made of it

    @property
    def is_live(self) -> bool:
        """False for a record that was merged or deleted."""
        return self.deleted_at is None


async def glance(conn: Connection, customer_ids: Collection[UUID]) -> dict[UUID, Glance]:
    """These records by their id; who is not there is left out."""
    return {found.id: found for found in await GLANCE.all(conn, ids=list(customer_ids))}


GLANCE = sql("""
    select customers.id, display_name, customers.phone_number, customers.whatsapp_user_id,
           plan_name, valid_until as plan_ends_at,
           profile_id is not null as has_account, created_at as first_seen_at, last_seen_at, deleted_at,
           coalesce(handed_over_at > now() - interval '24 hours', false) as is_with_person,
           written.messages, last.sent_at as last_message_at, last.text as last_text,
           case when merged_into is not null then survivor(customers.id) end as survivor_id
      from customers
      join customer_entitlements on customer_entitlements.customer_id = customers.id
      left join conversations on conversations.customer_id = customers.id
      left join customer_conflicts doubt
        on doubt.holder_id = customers.id and doubt.writer_id is null and doubt.resolved_at is null
     cross join lateral (select count(*) as messages, max(id) as last_id
                           from inbox
                          where inbox.customer_id = customers.id and kind <> 'system' and group_id is null
                            and (doubt.id is null or decision is distinct from 'unproven_number'
                                 or received_at < doubt.opened_at)) written
      left join inbox last on last.id = written.last_id
     where customers.id = any(%(ids)s)
""").into(Glance)
