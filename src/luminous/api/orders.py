"""`/orders` and `/payments`: how far they are, the parcel's way, money that staff have seen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import AwareDatetime, BaseModel

from luminous import notices, orders, payments
from luminous.api.access import Cursor, CustomerId, IdempotencyKey, Limit, by, needs, the_customer
from luminous.api.cursors import page_of, place_of
from luminous.api.models import Page
from luminous.api.once import once
from luminous.api.order_models import (
    Confirmed,
    HeardMilestone,
    HeardMoney,
    Order,
    OrderDetail,
    Payment,
    Payments,
    Reached,
)
from luminous.api.problems import not_found
from luminous.api.quotation_models import AN_ID
from luminous.db import Begin, Connection
from luminous.replies import Shop

OrderId = Annotated[UUID, Path(description="The order's id.", examples=[AN_ID])]
PaymentId = Annotated[UUID, Path(description="The payment's id.", examples=[AN_ID])]


class OrderPlace(BaseModel):
    """After which order a page begins."""

    at: AwareDatetime
    id: UUID


def routes(begin: Begin, shop: Shop) -> APIRouter:
    """The routes. shop: as its customers know it."""
    router = APIRouter(tags=["orders"])

    @router.get("/customers/{customer_id}/orders", **needs("orders:read"))
    async def list_orders(  # pyright: ignore[reportUnusedFunction] - a route
        customer_id: CustomerId, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[Order]:
        """The customer's orders, the latest first; also what waits for its payment or was cancelled."""
        place = place_of(cursor, OrderPlace) if cursor else None
        async with begin() as conn:
            found = await orders.page_of_customer(
                conn,
                await the_customer(conn, customer_id),
                most=limit + 1,
                before=(place.at, place.id) if place else None,
            )
        return page_of(found, limit, Order, lambda last: OrderPlace(at=last.created_at, id=last.id))

    @router.get("/orders/{order_id}", **needs("orders:read"))
    async def get_order(order_id: OrderId) -> OrderDetail:  # pyright: ignore[reportUnusedFunction] - a route
        """One order with its milestones."""
        async with begin() as conn:
            return await whole(conn, order_id)

    @router.post("/orders/{order_id}/milestones", response_model=OrderDetail, **needs("orders:write"))
    async def reach_milestone(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        order_id: OrderId,
        heard: HeardMilestone,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """The parcel has come as far as this: the customer is told once. Reported late, it moves nothing."""

        async def work(conn: Connection) -> OrderDetail:
            await known(conn, order_id)
            await notices.reach_milestone(
                conn, shop, order_id, heard.milestone, by=by(request), at=heard.reached_at
            )
            return await whole(conn, order_id)

        return await once(begin, request, work)

    @router.get("/orders/{order_id}/payments", **needs("payments:read"))
    async def list_payments(order_id: OrderId) -> Payments:  # pyright: ignore[reportUnusedFunction] - a route
        """Every attempt to pay for the order, the latest first."""
        async with begin() as conn:
            await known(conn, order_id)
            found = await payments.of_order(conn, order_id)
        return Payments(items=[Payment.model_validate(each, from_attributes=True) for each in found])

    @router.get("/payments/{payment_id}", **needs("payments:read"))
    async def get_payment(payment_id: PaymentId) -> Payment:  # pyright: ignore[reportUnusedFunction] - a route
        """One attempt to pay for an order or a plan."""
        async with begin() as conn:
            found = await payments.get(conn, payment_id)
        if found is None:
            raise not_found("payment")
        return Payment.model_validate(found, from_attributes=True)

    @router.post("/orders/{order_id}/confirm", response_model=Confirmed, **needs("payments:confirm"))
    async def confirm_payment(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, order_id: OrderId, heard: HeardMoney, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """You have seen money for this order: the exact amount pays for it, and the customer is told."""

        async def work(conn: Connection) -> Confirmed:
            await known(conn, order_id)
            settled = await notices.confirm_payment(
                conn,
                shop,
                order_id,
                amount=heard.amount,
                method=heard.method,
                reference=heard.reference,
                by=by(request),
            )
            return Confirmed(
                payment=Payment.model_validate(settled.payment, from_attributes=True),
                is_paid=settled.what == "order_paid",
                receipt_number=settled.receipt_number,
            )

        return await once(begin, request, work)

    return router


async def known(conn: Connection, order_id: UUID) -> orders.Order:
    """The order. Raises Problem 404."""
    found = await orders.get(conn, order_id)
    if found is None:
        raise not_found("order")
    return found


async def whole(conn: Connection, order_id: UUID) -> OrderDetail:
    """The order with its way. Raises Problem 404."""
    found = await known(conn, order_id)
    way = await orders.way_of(conn, order_id)
    return OrderDetail(
        **Order.model_validate(found, from_attributes=True).model_dump(),
        milestones=[Reached.model_validate(each, from_attributes=True) for each in way],
    )
