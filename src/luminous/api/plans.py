"""`/plans`: what can be bought."""

from fastapi import APIRouter

from luminous import subscriptions
from luminous.api.access import needs
from luminous.api.models import Plan, Plans
from luminous.db import Begin


def routes(begin: Begin) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/plans", tags=["plans"])

    @router.get("", **needs("plans:read"))
    async def list_plans() -> Plans:  # pyright: ignore[reportUnusedFunction] - a route
        """Every plan on sale, cheapest first. The owner edits them: do not keep prices of your own."""
        async with begin() as conn:
            on_sale = await subscriptions.plans_on_show(conn)
        return Plans(items=[Plan.model_validate(plan, from_attributes=True) for plan in on_sale])

    return router
