"""What went wrong, as RFC 9457 says it: one JSON shape for every error, without a word of what is inside."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from luminous.errors import InvalidPhone, LuminousError, NoPrice, NoSender, is_retryable
from luminous.log import log

MEDIA_TYPE = "application/problem+json"
TRY_AGAIN = {"retry-after": "5"}


class Wrong(BaseModel):
    """One thing in the request that cannot be taken."""

    pointer: str = Field(description="Where it stands: `body/phone_number`, `query/limit`.")
    detail: str


class ProblemDocument(BaseModel):
    """An error."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no such customer.",
                "request_id": "5f2b1c9e8d7a4b60",
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="What happened, and what to do next.")
    request_id: str = Field(description="Name it when you report the problem.")
    errors: list[Wrong] | None = None


class Problem(Exception):
    """An answer that says why not. headers: beside it."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def not_found(what: str) -> Problem:
    """There is no such thing, or it is somebody else's: the two are not told apart."""
    return Problem(404, f"There is no such {what}.")


def problem_response(
    request_id: str,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: list[Wrong] | None = None,
) -> JSONResponse:
    """The document, with its media type."""
    document = ProblemDocument(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request_id,
        errors=errors,
    )
    return JSONResponse(
        document.model_dump(exclude_none=True), status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def as_problem(error: Exception, request_id: str) -> JSONResponse:
    """What a program is told about an error. What nobody foresaw is logged, and told without its words."""
    match error:
        case Problem():
            return problem_response(request_id, error.status, error.detail, error.headers)
        case RequestValidationError():
            return problem_response(
                request_id, 422, "Something in the request cannot be taken.", errors=_wrongs(error)
            )
        case HTTPException():
            detail = SENTENCES.get(error.status_code, str(error.detail))
            return problem_response(request_id, error.status_code, detail, error.headers)
        case InvalidPhone() | NoSender() | NoPrice():
            return problem_response(request_id, 422, str(error))
        case _ if is_retryable(error):
            detail = "The database does not answer at present. Nothing was done: ask again."
            return problem_response(request_id, 503, detail, TRY_AGAIN)
        case LuminousError():
            return problem_response(request_id, 409, str(error))
        case _:
            log.exception("api failed", request_id=request_id, exc_info=error)
            detail = "Something went wrong here, and was logged. Name the request_id when you report it."
            return problem_response(request_id, 500, detail)


async def answer_problem(request: Request, error: Exception) -> JSONResponse:
    """As an exception handler of the application."""
    return as_problem(error, request.scope["request_id"])


def _wrongs(error: RequestValidationError) -> list[Wrong]:
    found: list[Mapping[str, Any]] = list(error.errors())
    return [Wrong(pointer="/".join(map(str, each["loc"])), detail=str(each["msg"])) for each in found]


SENTENCES = {
    400: "The request cannot be read: its body is no JSON.",
    404: "There is nothing at this address. /api/v1/docs lists what there is.",
    405: "This address has no such method. /api/v1/docs lists what there is.",
}
