"""What a person does on the page with an identity: edit it, change the number, sell the SIM card."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from luminous.simulator import changes, identities, phones, progress, switches
from luminous.simulator.announcements import forms_for
from luminous.simulator.changes import Shape, Timing
from luminous.simulator.identities import InvalidIdentity
from luminous.simulator.identity_page import Done, NewNumber, identity
from luminous.simulator.network import Network
from luminous.simulator.phones import Phone

DONE = 204
NO_WHATSAPP = "This phone has no WhatsApp: its SIM card was sold. Put in a new one first."
TOLD = {
    "early": "WhatsApp tells the shop.",
    "late": "WhatsApp tells the shop when you send the announcement: the button is above the phone.",
    "never": "WhatsApp tells nobody.",
}


def phone_in(network: Network, phone_id: int) -> Phone:
    """The phone; 404 when it was removed."""
    phone = phones.phone_by_id(network.store, phone_id)
    if phone is None:
        raise HTTPException(404, "That phone was removed.")
    return phone


def phone_with_whatsapp(network: Network, phone_id: int) -> Phone:
    """The phone; 404 when it was removed, 409 while it has no WhatsApp."""
    phone = phone_in(network, phone_id)
    if not phone.has_whatsapp:
        raise HTTPException(409, NO_WHATSAPP)
    return phone


def routes(router: APIRouter, network: Network) -> None:
    """Everything that changes who writes."""
    _form_routes(router, network)
    _number_routes(router, network)
    _device_routes(router, network)


def _form_routes(router: APIRouter, network: Network) -> None:
    @router.post("/phones/{phone_id}")
    async def change(  # pyright: ignore[reportUnusedFunction] - a route
        phone_id: int,
        name: Annotated[str, Form()] = "",
        number: Annotated[str, Form()] = "",
        user_id: Annotated[str, Form()] = "",
        username: Annotated[str, Form()] = "",
        shows: Annotated[phones.Shows, Form()] = "both",
    ) -> Response:
        phone = phone_with_whatsapp(network, phone_id)
        given = identities.Identity(name, number, user_id, username, shows)
        try:
            identities.change_identity(network.store, phone, given)
        except InvalidIdentity as error:
            return HTMLResponse(identity(network, phone, given=given, wrong=error))
        network.bell.ring()
        return HTMLResponse(identity(network, phone_in(network, phone_id), is_saved=True))


def _number_routes(router: APIRouter, network: Network) -> None:
    @router.post("/phones/{phone_id}/new-number")
    async def change_number(  # pyright: ignore[reportUnusedFunction] - a route
        phone_id: int,
        shape: Annotated[Shape, Form()],
        timing: Annotated[Timing, Form()],
        new_number: Annotated[str, Form()] = "",
    ) -> Response:
        phone = phone_with_whatsapp(network, phone_id)
        try:
            changed = _change_number(network, phone, new_number, shape, timing)
        except InvalidIdentity as error:
            given = NewNumber(new_number, shape, timing)
            return HTMLResponse(identity(network, phone, new_number=given, wrong=error))
        says = f"The number is +{changed.new_number} now, with a new user id. {TOLD[timing]}"
        return _answer(network, phone_id, Done("number", says))

    @router.post("/changes/{change_id}/announcements")
    async def announce(change_id: int, shape: Annotated[Shape, Form()]) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        change = changes.change_by_id(network.store, change_id)
        if change is None or change.kind != "changed_number":
            raise HTTPException(404, "That change went with its phone.")
        if shape not in forms_for(change.shows):
            raise HTTPException(422, "WhatsApp could not announce this phone's change in that form.")
        progress.announce(network, change, shape)
        return Response(status_code=DONE)

    @router.post("/phones/{phone_id}/sale")
    async def sell(  # pyright: ignore[reportUnusedFunction] - a route
        phone_id: int,
        buyer: Annotated[str, Form(max_length=9)] = "",
        goes_on: Annotated[bool, Form()] = True,
    ) -> Response:
        seller = phone_with_whatsapp(network, phone_id)
        chosen = phone_in(network, int(buyer)) if buyer.isdecimal() else None
        if chosen and chosen.id == phone_id:
            raise HTTPException(422, "Nobody sells a SIM card to themselves.")
        bought = changes.sell_sim(network.store, seller, chosen, goes_on=goes_on)
        bought = phone_in(network, bought.id)
        says = f"{phones.shown(bought)} has +{bought.number} now. The shop was told nothing."
        return _answer(network, phone_id, Done("sale", says, bought))


def _change_number(
    network: Network, phone: Phone, new_number: str, shape: Shape, timing: Timing
) -> changes.Change:
    if shape not in forms_for(phone.shows):
        raise InvalidIdentity("shape", "WhatsApp does not say this of what the phone shows. Choose another.")
    changed = changes.change_number(network.store, phone, new_number, shape, timing)
    if timing == "early":
        progress.announce(network, changed, shape)
    return changed


def _device_routes(router: APIRouter, network: Network) -> None:
    def act(path: str, do: Callable[[Phone], Done | None]) -> None:
        @router.post(path)
        async def done(phone_id: int) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
            return _answer(network, phone_id, do(phone_in(network, phone_id)))

    def reinstall(phone: Phone) -> Done:
        changes.reinstall(network.store, phone)
        return Done("reinstallation", "The key is another one now; number and user id are the same.")

    def put_in_sim(phone: Phone) -> None:
        if not phone.has_whatsapp:
            changes.register(network.store, phone)

    act("/phones/{phone_id}/reinstallation", reinstall)
    act("/phones/{phone_id}/sim-card", put_in_sim)

    @router.post("/phones/{phone_id}/second-phone")
    async def add_second(phone_id: int) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        added = phones.add_phone(network.store, phone_in(network, phone_id).name)
        network.bell.ring()
        return RedirectResponse(f"/simulator?phone={added.id}", 303)

    @router.post("/identity-checks")
    async def check_identities(is_on: Annotated[bool, Form()] = False) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        switches.turn(network.store, "identity_checks", "always" if is_on else "off")
        return Response(status_code=DONE)


def _answer(network: Network, phone_id: int, done: Done | None) -> Response:
    network.bell.ring()
    return HTMLResponse(identity(network, phone_in(network, phone_id), done=done))
