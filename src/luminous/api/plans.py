"""`/plans`: what can be bought; `/customers/…/plan`: what a customer does about theirs."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from luminous import subscriptions
from luminous.api.access import CustomerId, IdempotencyKey, by, needs, the_customer
from luminous.api.models import ChosenPlan, Entitlements, HeardChoice, Plan, Plans
from luminous.api.once import once
from luminous.api.problems import Problem
from luminous.db import Begin, Connection
from luminous.subscriptions import Ending


def routes(begin: Begin) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["plans"])
    choosing(router, begin)
    keeping(router, begin)
    return router


def choosing(router: APIRouter, begin: Begin) -> None:
    """What can be bought, and what was chosen and not paid."""

    @router.get("/plans", **needs("plans:read"))
    async def list_plans() -> Plans:  # pyright: ignore[reportUnusedFunction] - a route
        """Every plan on sale, cheapest first. The owner edits them: do not keep prices of your own."""
        async with begin() as conn:
            on_sale = await subscriptions.plans_on_show(conn)
        return Plans(items=[Plan.model_validate(plan, from_attributes=True) for plan in on_sale])

    @router.post("/customers/{customer_id}/plan", response_model=ChosenPlan, **needs("plans:decide"))
    async def choose_plan(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, customer_id: CustomerId, heard: HeardChoice, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """The customer wants this plan, or theirs for another period: next it is paid."""

        async def work(conn: Connection) -> ChosenPlan:
            customer = await the_customer(conn, customer_id)
            chosen = await subscriptions.choose(conn, customer, heard.code, by=by(request))
            return ChosenPlan.model_validate(chosen, from_attributes=True)

        return await once(begin, request, work)

    @router.get("/customers/{customer_id}/plan/chosen", **needs("plans:read"))
    async def get_chosen_plan(customer_id: CustomerId) -> ChosenPlan:  # pyright: ignore[reportUnusedFunction] - a route
        """The plan that the customer chose and has not paid; 404 when there is none."""
        async with begin() as conn:
            chosen = await subscriptions.chosen(conn, await the_customer(conn, customer_id))
        if chosen is None:
            raise Problem(404, "No plan waits for its payment.")
        return ChosenPlan.model_validate(chosen, from_attributes=True)

    @router.delete(
        "/customers/{customer_id}/plan/chosen", response_model=Entitlements, **needs("plans:decide")
    )
    async def give_up_chosen_plan(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, customer_id: CustomerId, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Not that plan after all: it was not paid. Without one, nothing is done."""

        async def work(conn: Connection) -> Entitlements:
            customer = await the_customer(conn, customer_id)
            chosen = await subscriptions.chosen(conn, customer)
            if chosen is not None:
                await subscriptions.give_up(conn, chosen.id, by=by(request))
            return await terms_of(conn, customer)

        return await once(begin, request, work)


def keeping(router: APIRouter, begin: Begin) -> None:
    """What becomes of the plan that is held."""

    @router.post("/customers/{customer_id}/plan/cancel", response_model=Entitlements, **needs("plans:decide"))
    async def cancel_plan(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, customer_id: CustomerId, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Let the plan end when its time is over."""
        cancel = partial(subscriptions.cancel, by=by(request))
        return await once(begin, request, ending(cancel, customer_id, "Nothing is held that ends."))

    @router.post("/customers/{customer_id}/plan/keep", response_model=Entitlements, **needs("plans:decide"))
    async def keep_plan(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, customer_id: CustomerId, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Keep the plan that was cancelled."""
        keep = partial(subscriptions.keep, by=by(request))
        return await once(begin, request, ending(keep, customer_id, "Nothing was cancelled."))


def ending(
    act: Callable[[Connection, CustomerId], Awaitable[Ending | None]], customer_id: CustomerId, else_say: str
) -> Callable[[Connection], Awaitable[Entitlements]]:
    """Do it, and say what the customer may use afterwards; where there is nothing to do, Problem 409."""

    async def work(conn: Connection) -> Entitlements:
        customer = await the_customer(conn, customer_id)
        if await act(conn, customer) is None:
            raise Problem(409, else_say)
        return await terms_of(conn, customer)

    return work


async def terms_of(conn: Connection, customer: UUID) -> Entitlements:
    """What the customer may use now."""
    terms = await subscriptions.entitlements(conn, customer)
    return Entitlements.model_validate(terms, from_attributes=True)
