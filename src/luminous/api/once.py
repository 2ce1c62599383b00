"""A write that is asked for twice under one key is done once.

The key, the work and the answer are one transaction. Whoever asks at the same time waits for the first
one's commit. What failed left nothing, and may be asked for again.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from luminous.api.problems import Problem
from luminous.api.tokens import Bearer
from luminous.api.writes import ANSWERED, CLAIM, EARLIER, Earlier
from luminous.db import Begin, Connection, again

HEADER = "idempotency-key"
LONGEST_KEY = 255


async def once(
    begin: Begin, request: Request, work: Callable[[Connection], Awaitable[BaseModel]], *, status: int = 200
) -> Response:
    """Do the work and answer with what it returned; under a known key, answer as before without doing it.

    Raises Problem 422 when the key was used for another request; whatever `work` raises undoes all of it.
    """
    key = request.headers.get(HEADER)
    bearer: Bearer = request.scope["bearer"]
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Problem(422, f"An Idempotency-Key has between 1 and {LONGEST_KEY} characters.")
    request_hash = sha256(f"{request.method} {request.url.path}\n".encode() + request.scope["body"]).digest()

    async def done(conn: Connection) -> Response:
        if key is None:
            return _response(await work(conn), status)
        names = {"token_id": bearer.id, "key": key}
        if not await CLAIM.run(conn, **names, request_hash=request_hash):
            return _replayed(await EARLIER.one(conn, **names, request_hash=request_hash))
        response = _response(await work(conn), status)
        await ANSWERED.run(conn, **names, status=status, body=bytes(response.body))
        return response

    return await again(begin, done)


def _response(answer: BaseModel, status: int) -> Response:
    return Response(answer.model_dump_json(), status, media_type="application/json")


def _replayed(earlier: Earlier) -> Response:
    if not earlier.is_same_request:
        raise Problem(422, "This Idempotency-Key was used for another request. Make a new key for this one.")
    return Response(
        earlier.body, earlier.status, {"idempotent-replayed": "true"}, media_type="application/json"
    )
