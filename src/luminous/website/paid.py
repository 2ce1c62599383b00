"""Payments and receipts, for orders and plans alike."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from luminous.db import sql
from luminous.website.door import Page, website_of
from luminous.website.view import page
from luminous.website.visitors import customer_of

router = APIRouter(prefix="/account", route_class=Page, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Paid:
    """One attempt to pay, and what for."""

    id: UUID
    at: datetime
    status: str
    amount: int
    currency: str
    payer: str | None
    order_id: UUID | None
    order_number: int | None  # None until the order was paid
    quotation_number: int | None
    reason: str | None  # why it was not paid
    plan_name: str | None
    refunded_amount: int


@router.get("/payments")
async def all_payments(request: Request) -> Response:
    """Everything that was paid, or was to be."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        found = await PAID.all(conn, customer_id=customer_id)
    return page(request, "payments.html", visitor=visitor, payments=found)


PAID = sql("""
    select paid.id, paid.created_at as at, paid.status, paid.amount, paid.currency, paid.payer, paid.order_id,
           orders.number as order_number, quotation_number, paid.reason, plan.name as plan_name,
           paid.refunded_amount
      from payments_now paid
      left join orders_now orders on orders.id = paid.order_id
      left join subscriptions on subscriptions.id = paid.subscription_id
      left join subscription_plans plan on plan.id = subscriptions.plan_id
     where paid.customer_id = %(customer_id)s
     order by paid.created_at desc
     limit 200
""").into(Paid)
