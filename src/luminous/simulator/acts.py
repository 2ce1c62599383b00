"""What a person does on the page: write, press, react, add a phone, turn a switch."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Request, UploadFile
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from luminous.db import again
from luminous.simulator import (
    attached,
    chats,
    contents,
    elapsing_acts,
    identity_acts,
    momo,
    phones,
    progress,
    switches,
)
from luminous.simulator.filetypes import LARGEST
from luminous.simulator.identity_acts import phone_with_whatsapp
from luminous.simulator.network import Network
from luminous.simulator.pages import SAMPLE_PICTURE
from luminous.simulator.phones import Phone
from luminous.text import Json

LONGEST_TEXT = 4096
LARGEST_FORM = LARGEST["document"] + 64 * 1024  # bytes
DONE = 204


def from_this_site(request: Request) -> None:
    """Refuse what another site's page sends here behind a person's back."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)


def routes(network: Network) -> APIRouter:
    """Everything that changes something."""
    router = APIRouter(prefix="/simulator", include_in_schema=False, dependencies=[Depends(from_this_site)])
    _write_routes(router, network)
    _phone_routes(router, network)
    identity_acts.routes(router, network)
    elapsing_acts.routes(router, network)
    momo.wallet_routes(router, network)
    return router


def _write_routes(router: APIRouter, network: Network) -> None:
    @router.post("/phones/{phone_id}/messages", max_body_size=LARGEST_FORM)
    async def write(  # pyright: ignore[reportUnusedFunction] - a route
        phone_id: int,
        text: Annotated[str, Form()] = "",
        quoted: Annotated[str, Form()] = "",
        sample: Annotated[str, Form()] = "",
        file: UploadFile | None = None,
    ) -> Response:
        phone = phone_with_whatsapp(network, phone_id)
        text = text.strip()[:LONGEST_TEXT]
        kind, content = "text", cast("Json", {"body": text})
        try:
            if sample or (file and file.filename):
                kind, content = await _with_file(network, text, None if sample else file)
        except attached.CannotSend as error:
            return PlainTextResponse(str(error), 422)
        if text or kind != "text":
            _send(network, phone, kind, content, quoted or None)
        return Response(status_code=DONE)

    @router.post("/phones/{phone_id}/choices")
    async def choose(  # pyright: ignore[reportUnusedFunction] - a route
        phone_id: int, wamid: Annotated[str, Form()], choice: Annotated[str, Form()]
    ) -> Response:
        phone = phone_with_whatsapp(network, phone_id)
        message = chats.message_by_wamid(network.store, wamid)
        chosen = [each for each in contents.choices(message) if each.id == choice] if message else []
        if message is None or not chosen:
            raise HTTPException(404)
        kind = "list_reply" if contents.sections(message) else "button_reply"
        reply: Json = {"id": chosen[0].id, "title": chosen[0].title}
        if chosen[0].description:
            reply["description"] = chosen[0].description
        _send(network, phone, "interactive", {"type": kind, kind: reply}, wamid)
        return Response(status_code=DONE)

    @router.post("/phones/{phone_id}/number")
    async def share_number(phone_id: int, wamid: Annotated[str, Form()]) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        phone = phone_with_whatsapp(network, phone_id)
        number: Json = {"phone": f"+{phone.number}", "wa_id": phone.number, "type": "MOBILE"}
        _send(network, phone, "contacts", [{"origin": "contact_request", "phones": [number]}], wamid)
        return Response(status_code=DONE)

    @router.post("/phones/{phone_id}/reactions")
    async def react(  # pyright: ignore[reportUnusedFunction] - a route
        phone_id: int, wamid: Annotated[str, Form()], emoji: Annotated[str, Form()] = ""
    ) -> Response:
        reaction: Json = {"message_id": wamid, "emoji": emoji[:40]} if emoji else {"message_id": wamid}
        _send(network, phone_with_whatsapp(network, phone_id), "reaction", reaction, None)
        return Response(status_code=DONE)


async def _with_file(network: Network, text: str, file: UploadFile | None) -> tuple[str, Json]:
    """The type and object of a message with this file, or with the sample picture."""
    if file is None:
        content, claimed, filename = SAMPLE_PICTURE.read_bytes(), "image/jpeg", SAMPLE_PICTURE.name
    else:
        content, claimed, filename = await file.read(), file.content_type or "", file.filename or ""
    return attached.written(network.store, content, claimed, filename, text, network.now())


def _send(network: Network, phone: Phone, kind: str, content: Json, quoted: str | None) -> None:
    with network.store.together():
        message = chats.write_from_phone(network.store, phone.id, kind, content, quoted)
        progress.tell_message(network, phone, message)


def _phone_routes(router: APIRouter, network: Network) -> None:
    @router.post("/phones")
    async def add() -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        added = phones.add_phone(network.store)
        network.bell.ring()
        return RedirectResponse(f"/simulator?phone={added.id}", 303)

    @router.post("/phones/{phone_id}/remove")
    async def remove(phone_id: int) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        phones.remove_phone(network.store, phone_id)
        network.bell.ring()
        return RedirectResponse("/simulator", 303)

    @router.post("/customers/{customer_id}/release")
    async def give_back(customer_id: UUID) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        await again(network.database.transaction, lambda conn: network.release(conn, customer_id))
        network.bell.ring()
        return Response(status_code=DONE)

    @router.post("/switches/{name}")
    async def turn(name: switches.Name, setting: Annotated[switches.Setting, Form()]) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        switches.turn(network.store, name, setting)
        network.bell.ring()
        return Response(status_code=DONE)
