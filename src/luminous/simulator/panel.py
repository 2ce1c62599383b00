"""What the shop sees of a phone, read from its own tables: the customer, the plan, business, messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous import money
from luminous.db import Connection, sql
from luminous.simulator.phones import Phone
from luminous.simulator.recognition import (
    Conflict,
    Decided,
    Identifier,
    Merged,
    identifiers,
    last_decision,
    merged,
    open_conflicts,
)

SHOWN_MESSAGES = 8
SHOWN_DEALS = 5


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer row."""

    id: UUID
    display_name: str
    phone_number: str | None
    whatsapp_id: str | None
    whatsapp_user_id: str | None
    profile_id: UUID | None
    consent_status: str
    identity_epoch: int
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the customer may use now."""

    plan_code: str
    plan_name: str
    is_trial: bool
    is_ending: bool
    valid_until: datetime | None
    open_quote_limit: int
    status: str | None  # of the live subscription; None when there is none
    start_date: datetime | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who answers, and what waits."""

    waiting_since: datetime | None
    failed_attempts: int
    last_message_at: datetime | None
    handed_over_at: datetime | None
    handover_reason: str | None


@dataclass(frozen=True, slots=True)
class Deal:
    """A quotation, and what came of it. payment: how the latest attempt to pay stands."""

    number: int
    title: str | None
    status: str
    total: int | None
    currency: str | None
    order_number: int | None
    order_status: str | None
    payment: str | None

    @property
    def price(self) -> str:
        """What was offered; empty before that."""
        return "" if self.total is None or self.currency is None else money.show(self.total, self.currency)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of inbox or outbox. outcome: the answer, or the status; file: of a message that has one."""

    is_outgoing: bool
    id: int
    kind: str
    text: str
    decision: str | None
    outcome: str | None
    trouble: str | None
    at: datetime
    file_id: UUID | None
    file_kind: str | None
    file_status: str | None
    file_reason: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that the shop knows about one customer."""

    customer: Customer
    merged: list[Merged]
    identifiers: list[Identifier]
    plan: Plan | None
    conversation: Conversation | None
    deals: list[Deal]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the shop sees of a phone. record None: it does not know the person; last None: heard nothing.

    number_holder: who has the phone's number on the shop's records, where that is not the record.
    """

    last: Decided | None
    conflicts: list[Conflict]
    record: Record | None
    number_holder: str | None


async def look(conn: Connection, phone: Phone, wamids: Sequence[str]) -> Sight:
    """What the shop sees of the phone, and what it decided about the last of these messages.

    The customer is found by what the phone shows, as the shop finds it: the user id, else the number of
    somebody who has no other user id.
    """
    user_id = None if phone.hides_user_id else phone.user_id
    phone_number = None if phone.is_number_hidden else f"+{phone.number}"
    last = await last_decision(conn, wamids)
    customer = await CUSTOMER.maybe(conn, user_id=user_id, phone_number=phone_number)
    concerned = (last.customer_id if last else None, customer.id if customer else None)
    conflicts = await open_conflicts(conn, [each for each in concerned if each])
    if customer is None:
        return Sight(last, conflicts, None, await NUMBER_HOLDER.maybe(conn, phone_number=phone_number))
    return Sight(last, conflicts, await _record(conn, customer), None)


async def _record(conn: Connection, customer: Customer) -> Record:
    return Record(
        customer,
        await merged(conn, customer.id),
        await identifiers(conn, customer.id),
        await PLAN.maybe(conn, customer_id=customer.id),
        await CONVERSATION.maybe(conn, customer_id=customer.id),
        await DEALS.all(conn, customer_id=customer.id, count=SHOWN_DEALS),
        await LINES.all(conn, customer_id=customer.id, count=SHOWN_MESSAGES),
    )


CUSTOMER = sql("""
    select id, display_name, phone_number, whatsapp_id, whatsapp_user_id, profile_id, consent_status,
           identity_epoch, created_at, last_seen_at
      from customers
     where deleted_at is null
       and (whatsapp_user_id = %(user_id)s or id = (select survivor_with_merged_user_id(%(user_id)s))
            or phone_number = %(phone_number)s and (whatsapp_user_id is null or %(user_id)s is null))
     order by (whatsapp_user_id = %(user_id)s) is true desc,
              (id = (select survivor_with_merged_user_id(%(user_id)s))) is true desc
     limit 1
""").into(Customer)
NUMBER_HOLDER = sql("""
    select display_name from customers where deleted_at is null and phone_number = %(phone_number)s
""").into(str)
PLAN = sql("""
    select held.plan_code, held.plan_name, held.is_trial, held.is_ending, held.valid_until,
           held.open_quote_limit, live.status, live.start_date
      from customer_entitlements held
      left join subscriptions live
        on live.customer_id = held.customer_id and live.status in ('active', 'cancel_scheduled')
     where held.customer_id = %(customer_id)s
""").into(Plan)
CONVERSATION = sql("""
    select waiting_since, failed_attempts, last_message_at,
           case when handed_over_at > now() - interval '24 hours' then handed_over_at end as handed_over_at,
           handover_reason
      from conversations where customer_id = %(customer_id)s
""").into(Conversation)
DEALS = sql("""
    select now.number, now.title, now.status, now.total, now.currency, orders.number as order_number,
           order_status,
           (select payments.status from payments
             where payments.order_id = now.order_id order by payments.created_at desc limit 1) as payment
      from quotations_now now
      left join orders on orders.id = now.order_id
     where now.customer_id = %(customer_id)s
     order by now.number desc limit %(count)s
""").into(Deal)
LINES = sql("""
    (select false as is_outgoing, inbox.id, inbox.kind, coalesce(nullif(text, ''), choice, '') as text,
            decision, answer as outcome, null as trouble, received_at as at,
            media.id as file_id, media.kind as file_kind, media.status as file_status, reason as file_reason
       from inbox
       left join media on inbox_id = inbox.id
      where inbox.customer_id = %(customer_id)s order by inbox.id desc limit %(count)s)
    union all
    (select true, id, purpose, coalesce(content->>'text', ''), null, status,
            case when status = 'queued' and exists (select from outbox first
                                                     where first.customer_id = outbox.customer_id
                                                       and first.id < outbox.id
                                                       and first.status in ('queued', 'sending', 'uncertain'))
                      then 'waits behind an earlier message'
                 when status = 'uncertain' then 'waits half a minute for a status: ' || error_reason
                 else nullif(error_reason, '') end, created_at, null, content->'attachment'->>'filename',
            null, null
       from outbox where customer_id = %(customer_id)s order by id desc limit %(count)s)
    order by at desc, id desc limit %(count)s
""").into(Line)
