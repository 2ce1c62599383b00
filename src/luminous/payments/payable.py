"""What waits for a payment, and how it can be paid."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.db import Connection, sql
from luminous.phone import Phone, network_of

Kind = Literal["order", "plan"]


@dataclass(frozen=True, slots=True)
class Thing:
    """What is paid for: an order, or a plan that was chosen (its subscription)."""

    kind: Kind
    id: UUID


@dataclass(frozen=True, slots=True)
class Payable:
    """Something that waits for a payment now."""

    kind: Kind
    id: UUID
    name: str  # `Q-17`, `Standard`
    amount: int
    currency: str

    @property
    def thing(self) -> Thing:
        """What it is, without its price."""
        return Thing(self.kind, self.id)


async def payable(conn: Connection, customer_id: UUID) -> list[Payable]:
    """What the customer can pay now, the latest first. Not what a person looks at the money for."""
    return await PAYABLE.all(conn, customer_id=customer_id)


async def looked_at(conn: Connection, customer_id: UUID) -> list[UUID]:
    """The customer's orders and plans for which a person looks at money: nobody pays them a second time."""
    return await LOOKED_AT.all(conn, customer_id=customer_id)


async def own_number(conn: Connection, customer_id: UUID) -> Phone | None:
    """The number that the customer writes from; None while WhatsApp hides it."""
    found = await OWN_NUMBER.maybe(conn, customer_id=customer_id)
    return None if found is None else Phone(found)


def pays_with_momo(number: Phone) -> bool:
    """Whether the number can have MTN Mobile Money. One whose network nobody knows may."""
    return network_of(number) in ("MTN", None)


PAYABLE = sql("""
    select kind, id, name, amount, currency
      from (select 'order' as kind, id, 'Q-' || quotation_number as name, amount, currency, created_at
              from orders_now
             where customer_id = %(customer_id)s and status = 'awaiting_payment' and pay_until > now()
             union all
            select 'plan', subscriptions.id, plan.name, amount_paid_per_cycle, subscriptions.currency,
                   subscriptions.created_at
              from subscriptions join subscription_plans plan on plan.id = plan_id
             where customer_id = %(customer_id)s and status = 'pending_payment') waiting
     where not exists (select from payments
                        where waiting.id in (order_id, subscription_id) and status = 'needs_review')
     order by created_at desc limit 10
""").into(Payable)

LOOKED_AT = sql("""
    select coalesce(order_id, subscription_id) from payments
     where customer_id = %(customer_id)s and status = 'needs_review'
""").into(UUID)

OWN_NUMBER = sql("""
    select phone_number from customers where id = %(customer_id)s and phone_number is not null
""").into(str)
