"""The API as one application, mounted by `app.py`: its routes, its errors, its description."""

from functools import cache

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from luminous.api import customers, description, links, orders, payments, plans, quotations
from luminous.api.gate import Gate, Rate
from luminous.api.problems import Problem, answer_problem
from luminous.db import Begin
from luminous.errors import LuminousError
from luminous.replies import Shop


def create_api(begin: Begin, shop: Shop, *, region: str, calls_per_minute: int) -> ASGIApp:
    """The API, built at its first call, as that takes long. region: of numbers without a country code."""
    built = cache(lambda: build(begin, shop, region, calls_per_minute))

    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        await built()(scope, receive, send)

    return api


def build(begin: Begin, shop: Shop, region: str, calls_per_minute: int) -> FastAPI:
    """Routes, errors, description, and the gate before them."""
    api = FastAPI(
        title="Luminous",
        version="1",
        description=description.ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in (
        customers.routes(begin, region),
        plans.routes(begin),
        quotations.routes(begin, shop),
        orders.routes(begin, shop),
        payments.routes(begin, shop, region),
        links.routes(begin),
        description.pages(api),
    ):
        api.router.routes += router.routes  # as they are: to include them would make each one anew
    for error in (Problem, HTTPException, RequestValidationError, LuminousError):
        api.add_exception_handler(error, answer_problem)
    api.add_middleware(Gate, begin=begin, rate=Rate(calls_per_minute))
    return api
