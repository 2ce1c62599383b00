"""A fake Graph API: what the shop calls to send a message, with Meta's limits, errors and habits.

`POST /simulator/graph/{version}/{phone_number_id}/messages` and `/media`,
`GET /simulator/graph/{version}/{media_id}`.
Source of the behaviour: WhatsApp Cloud API, messages, business-scoped user ids, error codes.
"""

import json
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from luminous.simulator import chats, limits, media, phones, refusals, uploads
from luminous.simulator.network import Network
from luminous.simulator.refusals import Refusal
from luminous.simulator.sending import Answer, accept, refuse
from luminous.stopping import until_hung_up
from luminous.text import Json

Object = dict[str, Json]

LONGEST_CALL = 256 * 1024  # bytes; the longest message is far below
TYPING_SECONDS = 25  # or until the next message
KEPT_CALLS = 500


def routes(network: Network) -> APIRouter:
    """The routes of the fake Graph API."""
    router = APIRouter(prefix="/simulator", include_in_schema=False)

    @router.post("/graph/{version}/{object_id}/messages", max_body_size=LONGEST_CALL)
    async def send(request: Request, object_id: str) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        raw = await request.body()
        answer = _answer(network, request.headers.get("authorization"), object_id, raw)
        _log(network, request.url.path, raw, answer)
        network.bell.ring()
        if answer.is_lost:
            await until_hung_up(request, network.closing)
            return Response(status_code=504)
        return JSONResponse(answer.body, answer.status)

    @router.post("/graph/{version}/{object_id}/media", max_body_size=uploads.LARGEST_UPLOAD)
    async def upload(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        object_id: str,
        messaging_product: Annotated[str, Form()] = "",
        type: Annotated[str, Form()] = "",  # noqa: A002 - Meta's name
        file: UploadFile | None = None,
    ) -> Response:
        content = await file.read() if file else b""
        refused = _refused(network, request.headers.get("authorization"), object_id)
        answer = refuse(refused) if refused else uploads.take(network, messaging_product, type, file, content)
        about = json.dumps({"type": type, "file": file.filename if file else None, "bytes": len(content)})
        _log(network, request.url.path, about.encode(), answer)
        return JSONResponse(answer.body, answer.status)

    media.routes(router, network)
    return router


def _answer(network: Network, authorization: str | None, object_id: str, raw: bytes) -> Answer:
    refused = _refused(network, authorization, object_id)
    if refused:
        return Answer(refused.http_status, refused.body())
    try:
        call: Json = json.loads(raw)
        json.dumps(call, ensure_ascii=False).encode()  # refuses half of a surrogate pair
    except (ValueError, RecursionError):
        return refuse(refusals.invalid("The request body is not JSON of well-formed text."))
    refused = limits.refusal(call)
    if refused or not isinstance(call, dict):
        return refuse(refused or refusals.invalid("The request body must be a JSON object."))
    if call.get("status") == "read":
        return _read_receipt(network, call)
    refused = uploads.refusal(network.store, call, network.now())
    if refused:
        return refuse(refused)
    with network.store.together():
        return accept(network, call)


def _refused(network: Network, authorization: str | None, object_id: str) -> Refusal | None:
    expected = f"Bearer {network.settings.access_token}"
    if not secrets.compare_digest((authorization or "").encode(), expected.encode()):
        return refusals.wrong_token()
    if object_id != network.settings.business_number_id:
        return refusals.unknown_object(object_id)
    return None


def _read_receipt(network: Network, call: Object) -> Answer:
    """Blue ticks for this message and the ones before it; with a typing_indicator also "typing"."""
    message = chats.message_by_wamid(network.store, str(call["message_id"]))
    if message is None or message.is_from_shop or message.phone_id is None:
        return refuse(refusals.bad_value("Param message_id is not the id of a message that you received."))
    chats.mark_read_until(network.store, message)
    if "typing_indicator" in call:
        phones.show_typing(network.store, message.phone_id, network.now() + TYPING_SECONDS)
    return Answer(200, {"success": True}, message.phone_id)


def _log(network: Network, path: str, raw: bytes, answer: Answer) -> None:
    last = network.store.insert(
        """
        insert into calls (phone_id, path, request, status, answer, remark, at)
        values (:phone_id, :path, :request, :status, :answer, :remark, :at)
        """,
        phone_id=answer.phone_id,
        path=path,
        request=raw.decode(errors="replace"),
        status=None if answer.is_lost else answer.status,
        answer=json.dumps(answer.body),
        remark=answer.remark,
        at=network.now(),
    )
    network.store.run("delete from calls where id <= :oldest", oldest=last - KEPT_CALLS)
