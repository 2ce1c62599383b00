"""`/orders`: how far they are, the parcel's way, and what their customers say about them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import AwareDatetime, BaseModel

from luminous import notices, orders
from luminous.api.access import Cursor, CustomerId, IdempotencyKey, Limit, by, needs, the_customer
from luminous.api.cursors import page_of, place_of
from luminous.api.models import Page
from luminous.api.once import once
from luminous.api.order_models import (
    HeardAddress,
    HeardComplaint,
    HeardMilestone,
    HeardRating,
    Order,
    OrderDetail,
    Reached,
)
from luminous.api.problems import Problem, not_found
from luminous.api.quotation_models import AN_ID
from luminous.db import Begin, Connection
from luminous.replies import Shop

OrderId = Annotated[UUID, Path(description="The order's id.", examples=[AN_ID])]


class OrderPlace(BaseModel):
    """After which order a page begins."""

    at: AwareDatetime
    id: UUID


def routes(begin: Begin, shop: Shop) -> APIRouter:
    """The routes. shop: as its customers know it."""
    router = APIRouter(tags=["orders"])
    way(router, begin, shop)
    acts(router, begin)
    return router


def way(router: APIRouter, begin: Begin, shop: Shop) -> None:
    """What there is, and how far it has come."""

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


def acts(router: APIRouter, begin: Begin) -> None:
    """What customers say about their orders."""

    @router.post("/orders/{order_id}/address", response_model=OrderDetail, **needs("orders:decide"))
    async def set_address(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, order_id: OrderId, heard: HeardAddress, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Where the parcel goes. It can be changed until it travels."""

        async def work(conn: Connection) -> OrderDetail:
            await theirs(conn, order_id, heard.customer_id)
            await orders.set_address(conn, order_id, heard.address, by=by(request))
            return await whole(conn, order_id)

        return await once(begin, request, work)

    @router.post("/orders/{order_id}/rating", response_model=OrderDetail, **needs("orders:decide"))
    async def rate_order(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, order_id: OrderId, heard: HeardRating, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """How it was; the last word counts."""

        async def work(conn: Connection) -> OrderDetail:
            customer = await theirs(conn, order_id, heard.customer_id)
            if await orders.rate(conn, order_id, heard.rating, customer_id=customer) is None:
                raise Problem(409, "It can be rated once it is delivered.")
            return await whole(conn, order_id)

        return await once(begin, request, work)

    @router.post("/orders/{order_id}/complaint", response_model=OrderDetail, **needs("orders:decide"))
    async def complain(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, order_id: OrderId, heard: HeardComplaint, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Something is wrong with what was delivered: a person of the shop looks at it."""

        async def work(conn: Connection) -> OrderDetail:
            customer = await theirs(conn, order_id, heard.customer_id)
            if not await orders.complain(
                conn, order_id, heard.reason, customer_id=customer, cause=by(request)
            ):
                raise Problem(409, "It can be complained about within 72 hours after it was delivered.")
            return await whole(conn, order_id)

        return await once(begin, request, work)


async def known(conn: Connection, order_id: UUID) -> orders.Order:
    """The order. Raises Problem 404."""
    found = await orders.get(conn, order_id)
    if found is None:
        raise not_found("order")
    return found


async def theirs(conn: Connection, order_id: UUID, customer_id: UUID) -> UUID:
    """The customer, as the record that goes on. Raises Problem 404 unless the order is theirs."""
    customer = await the_customer(conn, customer_id)
    if (await known(conn, order_id)).customer_id != customer:
        raise not_found("order")
    return customer


async def whole(conn: Connection, order_id: UUID) -> OrderDetail:
    """The order with its way. Raises Problem 404."""
    found = await known(conn, order_id)
    way = await orders.way_of(conn, order_id)
    return OrderDetail(
        **Order.model_validate(found, from_attributes=True).model_dump(),
        milestones=[Reached.model_validate(each, from_attributes=True) for each in way],
    )
