"""What the API says of itself: an OpenAPI document with scopes and problems, and a page that people read."""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, PackageLoader

from luminous.api.problems import MEDIA_TYPE, ProblemDocument

PAGES = Environment(
    loader=PackageLoader("luminous.api"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)

ABOUT = (
    "Customers, quotations, orders and payments of a shop, for its website, app or back office. "
    "Send `Authorization: Bearer lum_…`; `luminous tokens create` makes a token with the scopes that it "
    "needs. Every error is a problem document (RFC 9457). Write with an `Idempotency-Key`, and a repeated "
    "call is done once."
)
# What any call may be answered with. The others are said beside the route.
PROBLEMS = {
    "400": "The body is no JSON.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "The token lacks the scope.",
    "404": "There is no such thing, or it is somebody else's.",
    "409": "It cannot be done as things stand.",
    "413": "More than 65,536 bytes.",
    "422": "Something in the request cannot be taken.",
    "429": "Too many calls: wait as long as Retry-After says.",
    "503": "The database does not answer at present. Nothing was done: ask again.",
}


def document_of(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the token, each route's scope, and our problems for errors."""
    document = get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes
    )
    document["servers"] = [{"url": "/api/v1"}]
    components: dict[str, Any] = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "lum_…"}}
    document["security"] = [{"token": []}]
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["description"] += f"\n\nScope: `{operation['x-scope']}`."
            operation["responses"].pop("422", None)
            for status, sentence in PROBLEMS.items():
                operation["responses"].setdefault(status, _problem(sentence))
    return document


def pages(api: FastAPI) -> APIRouter:
    """The document, made when it is first asked for, and the page for people; all of it is our own."""
    router = APIRouter(include_in_schema=False)

    @cache
    def document() -> dict[str, Any]:
        return document_of(api)

    @router.get("/openapi.json")
    def openapi() -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        return JSONResponse(document())

    @router.get("/docs")
    def docs() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction] - a route
        return HTMLResponse(page_of(document()), headers={"content-security-policy": POLICY})

    @router.get("/docs.css")
    def docs_style() -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        return Response(PAGES.get_template("docs.css").render(), media_type="text/css")

    return router


def page_of(document: dict[str, Any]) -> str:
    """The document as people read it."""
    return PAGES.get_template("docs.html").render(
        about=document["info"]["description"],
        operations=[
            _operation(path, method, operation, document)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ],
        problems=PROBLEMS,
    )


def _problem(sentence: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": sentence, "content": {MEDIA_TYPE: {"schema": schema}}}


def _operation(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """One route as the page shows it."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answered = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    answer = answered["content"]["application/json"]["schema"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "sentences": operation["description"].split("\n\n"),
        "parameters": operation.get("parameters", []),
        "body": None if body is None else _example(body, document),
        "answer": _example(answer, document),
    }


def _example(schema: dict[str, Any], document: dict[str, Any]) -> str:
    return json.dumps(example_of(schema, document), indent=2, ensure_ascii=False)


def example_of(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """A value that fits the schema, made of its examples."""
    if "$ref" in schema:
        return example_of(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if "anyOf" in schema and "examples" not in schema:
        return example_of(schema["anyOf"][0], document)
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    match schema.get("type"):
        case "object":
            return {name: example_of(each, document) for name, each in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], document)]
        case "string":
            return OF_FORMAT.get(schema.get("format", ""), "…")
        case kind:
            return {"boolean": False, "null": None}.get(str(kind), 0)


OF_FORMAT = {"date-time": "2026-11-26T09:30:00+00:00", "uuid": "0b6f1c7e-6d0f-4f0e-9a55-2f3f8f0f6a11"}
POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
