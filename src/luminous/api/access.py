"""What a route needs of its caller and its address, said once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request

from luminous import customers
from luminous.api.once import LONGEST_KEY
from luminous.api.problems import Problem, not_found
from luminous.api.tokens import Bearer, Scope
from luminous.db import Connection

CustomerId = Annotated[
    UUID, Path(description="The customer's id.", examples=["0b6f1c7e-6d0f-4f0e-9a55-2f3f8f0f6a11"])
]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=500, description="`next_cursor` of the page before; without it, the first page."),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=LONGEST_KEY,
        description="Make one for each thing that you want done, and send it again when you ask again: "
        "it is done once, and for a day the answer is the same.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]


def needs(scope: Scope) -> dict[str, Any]:
    """For a route's decorator: the caller's token has this scope, or Problem 403; the document names it."""

    def check(request: Request) -> None:
        bearer: Bearer = request.scope["bearer"]
        if scope not in bearer.scopes:
            raise Problem(403, f"This token lacks the scope {scope}. Make one that has it.")

    return {"dependencies": [Depends(check)], "openapi_extra": {"x-scope": scope}}


def by(request: Request) -> str:
    """Who does it, as the ledger notes it: the token's name."""
    bearer: Bearer = request.scope["bearer"]
    return f"api: {bearer.name}"


async def the_customer(conn: Connection, customer_id: UUID) -> UUID:
    """The live record of this id, also where it was merged. Raises Problem 404."""
    found = await customers.survivor(conn, customer_id)
    if found is None:
        raise not_found("customer")
    return found
