"""The API as one application, mounted by `app.py`: its routes, its errors, its description."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from luminous.api import customers, description, links, orders, payments, plans, quotations
from luminous.api.gate import Gate, Rate
from luminous.api.problems import Problem, answer_problem
from luminous.db import Begin
from luminous.errors import LuminousError
from luminous.replies import Shop


def create_api(begin: Begin, shop: Shop, *, region: str, calls_per_minute: int) -> FastAPI:
    """Build it. region: of phone numbers without a country code."""
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
    ):
        api.include_router(router)
    for error in (Problem, HTTPException, RequestValidationError, LuminousError):
        api.add_exception_handler(error, answer_problem)
    document = description.document_of(api)

    @api.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        return JSONResponse(document)

    api.include_router(description.pages(document))
    api.add_middleware(Gate, begin=begin, rate=Rate(calls_per_minute))
    return api
