"""`/payments`: asked for on a phone, looked at until they end, and money that staff have seen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import AwareDatetime, BaseModel

from luminous import notices, payments, subscriptions
from luminous.api.access import Cursor, CustomerId, IdempotencyKey, Limit, by, needs, the_customer
from luminous.api.cursors import page_of, place_of
from luminous.api.models import Page
from luminous.api.once import once
from luminous.api.orders import OrderId, known, theirs
from luminous.api.payment_models import (
    Asked,
    Confirmed,
    HeardMoney,
    HeardPayer,
    HeardPayment,
    Payment,
    Payments,
)
from luminous.api.problems import Problem, not_found
from luminous.api.quotation_models import AN_ID
from luminous.db import Begin, Connection
from luminous.payments import Started
from luminous.phone import parse_phone
from luminous.replies import Shop

PaymentId = Annotated[UUID, Path(description="The payment's id.", examples=[AN_ID])]


class PaymentPlace(BaseModel):
    """After which payment a page begins."""

    at: AwareDatetime
    id: UUID


def routes(begin: Begin, shop: Shop, region: str) -> APIRouter:
    """The routes. shop: as its customers know it. region: of numbers without a country code."""
    router = APIRouter(tags=["payments"])
    looking(router, begin)
    asking(router, begin, shop, region)
    seen(router, begin, shop)
    return router


def looking(router: APIRouter, begin: Begin) -> None:
    """What there is, and what became of it."""

    @router.get("/customers/{customer_id}/payments", **needs("payments:read"))
    async def list_payments_of_customer(  # pyright: ignore[reportUnusedFunction] - a route
        customer_id: CustomerId, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[Payment]:
        """Every attempt of the customer to pay, for orders and plans, the latest first."""
        place = place_of(cursor, PaymentPlace) if cursor else None
        async with begin() as conn:
            found = await payments.page_of_customer(
                conn,
                await the_customer(conn, customer_id),
                most=limit + 1,
                before=(place.at, place.id) if place else None,
            )
        return page_of(found, limit, Payment, lambda last: PaymentPlace(at=last.created_at, id=last.id))

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


def asking(router: APIRouter, begin: Begin, shop: Shop, region: str) -> None:
    """What customers do: a phone is asked to pay."""

    @router.post("/orders/{order_id}/pay", response_model=Asked, **needs("payments:start"))
    async def pay_order(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, order_id: OrderId, heard: HeardPayment, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Ask this phone to pay the order by mobile money. While that is under way, nobody is asked again."""
        payer = parse_phone(heard.phone_number, region)

        async def work(conn: Connection) -> Asked:
            customer = await theirs(conn, order_id, heard.customer_id)
            check_momo(shop, "`/orders/{order_id}/confirm` notes other money.")
            started = await payments.pay_order(conn, order_id, payer, customer_id=customer, cause=by(request))
            return await asked(conn, started)

        return await once(begin, request, work)

    @router.post("/customers/{customer_id}/plan/pay", response_model=Asked, **needs("payments:start"))
    async def pay_plan(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, customer_id: CustomerId, heard: HeardPayer, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Ask this phone to pay the plan that the customer chose."""
        payer = parse_phone(heard.phone_number, region)

        async def work(conn: Connection) -> Asked:
            customer = await the_customer(conn, customer_id)
            check_momo(shop, "Staff note other money for a plan with `luminous payments confirm-plan`.")
            chosen = await subscriptions.chosen(conn, customer)
            if chosen is None:
                raise Problem(409, "No plan waits for its payment: choose one first.")
            started = await payments.pay_subscription(
                conn, chosen.id, payer, customer_id=customer, cause=by(request)
            )
            return await asked(conn, started)

        return await once(begin, request, work)


def seen(router: APIRouter, begin: Begin, shop: Shop) -> None:
    """What staff do."""

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


def check_momo(shop: Shop, instead: str) -> None:
    """Raises Problem 409 where nobody could be asked. instead: how else it is paid."""
    if not shop.takes_momo:
        raise Problem(409, f"This shop takes no mobile money. {instead}")


async def asked(conn: Connection, started: Started) -> Asked:
    """The payment that is under way."""
    payment = await payments.get(conn, started.id)
    return Asked(payment=Payment.model_validate(payment, from_attributes=True), is_first=started.is_new)
