"""What the shop sees of a phone: its customer, read from the shop's own tables."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.simulator.phones import Phone

SHOWN_MESSAGES = 8


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
    open_conflicts: int


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
class Identifier:
    """An identifier that named this customer for a while."""

    kind: str
    value: str
    from_at: datetime
    until_at: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who answers, and what waits."""

    waiting_since: datetime | None
    failed_attempts: int
    last_message_at: datetime | None
    handed_over_at: datetime | None
    handover_reason: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of inbox or outbox. outcome: the answer, or the status."""

    is_outgoing: bool
    id: int
    kind: str
    text: str
    decision: str | None
    outcome: str | None
    trouble: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything the shop knows about one phone."""

    customer: Customer
    plan: Plan | None
    identifiers: list[Identifier]
    conversation: Conversation | None
    lines: list[Line]


async def look(conn: Connection, phone: Phone) -> Sight | None:
    """What the shop knows about the phone's owner; None while it does not know the person.

    Found by user id, else by phone number, as the shop itself does.
    """
    customer = await CUSTOMER.maybe(conn, user_id=phone.user_id, phone_number=f"+{phone.number}")
    if customer is None:
        return None
    return Sight(
        customer,
        await PLAN.maybe(conn, customer_id=customer.id),
        await IDENTIFIERS.all(conn, customer_id=customer.id),
        await CONVERSATION.maybe(conn, customer_id=customer.id),
        await LINES.all(conn, customer_id=customer.id, count=SHOWN_MESSAGES),
    )


CUSTOMER = sql("""
    select id, display_name, phone_number, whatsapp_id, whatsapp_user_id, profile_id, consent_status,
           identity_epoch, created_at, last_seen_at,
           (select count(*) from customer_conflicts
             where resolved_at is null and customers.id in (writer_id, other_id)) as open_conflicts
      from customers
     where deleted_at is null and (whatsapp_user_id = %(user_id)s or phone_number = %(phone_number)s)
     order by (whatsapp_user_id = %(user_id)s) is true desc
     limit 1
""").into(Customer)
PLAN = sql("""
    select held.plan_code, held.plan_name, held.is_trial, held.is_ending, held.valid_until,
           held.open_quote_limit, live.status, live.start_date
      from customer_entitlements held
      left join subscriptions live
        on live.customer_id = held.customer_id and live.status in ('active', 'cancel_scheduled')
     where held.customer_id = %(customer_id)s
""").into(Plan)
IDENTIFIERS = sql("""
    select kind, value, from_at, until_at, cause from customer_identifiers
     where customer_id = %(customer_id)s order by id desc limit 20
""").into(Identifier)
CONVERSATION = sql("""
    select waiting_since, failed_attempts, last_message_at,
           case when handed_over_at > now() - interval '24 hours' then handed_over_at end as handed_over_at,
           handover_reason
      from conversations where customer_id = %(customer_id)s
""").into(Conversation)
LINES = sql("""
    (select false as is_outgoing, id, kind, coalesce(nullif(text, ''), choice, '') as text, decision,
            answer as outcome, null as trouble, received_at as at
       from inbox where customer_id = %(customer_id)s order by id desc limit %(count)s)
    union all
    (select true, id, purpose, coalesce(content->>'text', ''), null, status,
            case when status = 'queued' and exists (select from outbox first
                                                     where first.customer_id = outbox.customer_id
                                                       and first.id < outbox.id
                                                       and first.status in ('queued', 'sending', 'uncertain'))
                      then 'waits behind an earlier message'
                 when status = 'uncertain' then 'waits half a minute for a status: ' || error_reason
                 else nullif(error_reason, '') end, created_at
       from outbox where customer_id = %(customer_id)s order by id desc limit %(count)s)
    order by at desc, id desc limit %(count)s
""").into(Line)
