"""The simulator's page and the pieces of it that are sent again when they change."""

import asyncio
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from luminous.download import headers_for
from luminous.errors import DatabaseAway, is_retryable, sqlstate
from luminous.simulator import (
    approval,
    bubbles,
    chats,
    contents,
    elapsing,
    media,
    phones,
    wallets,
    wires,
)
from luminous.simulator.decisions import reason_for
from luminous.simulator.identity_page import identity, live_pieces
from luminous.simulator.network import Network
from luminous.simulator.panel import Sight, look
from luminous.simulator.phones import Phone
from luminous.simulator.switches import SETTINGS, positions
from luminous.simulator.view import render

# Everything comes from here; pictures also from memory, before they are sent.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
DATABASE_SECONDS = 0.5  # the page does not wait longer for the shop's database
SAMPLE_PICTURE = Path(__file__).parent / "static/sample.jpg"
AWAY = "The shop's database does not answer. What you write is kept and delivered later."
UNPREPARED = "The shop's database is not ready: run “luminous migrate”."


def routes(network: Network) -> APIRouter:
    """The page, its list sheet and its files."""
    router = APIRouter(prefix="/simulator", include_in_schema=False)

    @router.get("")
    async def page(phone: int | None = None, text: str = "") -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        everybody = phones.all_phones(network.store)
        shown = next((each for each in everybody if each.id == phone), everybody[0])
        if phone is not None and shown.id != phone:
            return RedirectResponse("/simulator", 303)
        html = render(
            "page.html",
            shop_name=network.settings.shop_name,
            shown=shown,
            identity=identity(network, shown),
            prepared=text[:4096],  # as a link to WhatsApp prepares it
            **quick_pieces(network, shown),
            shop=await shop_piece(network, shown),
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})

    @router.get("/phones/{phone_id}/lists/{message_id}")
    async def sheet(phone_id: int, message_id: int) -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        message = chats.message_by_id(network.store, message_id)
        if message is None or message.phone_id != phone_id:
            raise HTTPException(404)
        return HTMLResponse(
            render(
                "sheet.html",
                phone_id=phone_id,
                message=message,
                label=contents.list_label(message),
                sections=contents.sections(message),
            )
        )

    @router.get("/media/{media_id}")
    async def file(media_id: str, name: str = "") -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        found = media.by_id(network.store, media_id)
        if found is None:
            raise HTTPException(404)
        headers = headers_for(found.mime_type, name or "file")
        return Response(found.content, headers={**headers, "Cache-Control": "private, max-age=3600"})

    return router


def quick_pieces(network: Network, shown: Phone) -> dict[str, str]:
    """The pieces that need only the simulator's own store, by name."""
    store = network.store
    chat = bubbles.bubbles(store, shown.id)
    is_typing = shown.typing_until > network.now()
    return {
        "phones": render(
            "phones.html",
            phones=phones.labels(phones.all_phones(store)),
            shown=shown,
            unread=chats.unread_counts(store),
        ),
        "presence": "typing…" if is_typing else "online" if shown.has_whatsapp else "not reachable",
        "chat": render(
            "chat.html",
            chat=chat,
            phone_id=shown.id,
            shop_name=network.settings.shop_name,
            is_typing=is_typing,
            has_whatsapp=shown.has_whatsapp,
        ),
        **live_pieces(network, shown),
        "wallet": render(
            "wallet.html",
            shop_name=network.settings.shop_name,
            phone_id=shown.id,
            charge=wallets.prompt(store, shown.id),
        ),
        "switches": render("switches.html", positions=positions(store), settings=SETTINGS),
        "time": render("time.html", spans=elapsing.SPANS, templates=approval.submitted(store)),
        "wire": render(
            "wire.html", post=wires.last_post(store, shown.id), call=wires.last_call(store, shown.id)
        ),
    }


async def shop_piece(network: Network, shown: Phone) -> str:
    """What the shop sees of the phone, or the sentence why that cannot be said now."""
    sight, problem = None, None
    try:
        # Shielded: a page that is left in the middle must not tear a query off its connection.
        sight = await asyncio.wait_for(asyncio.shield(_looking(network, shown)), DATABASE_SECONDS)
    except (DatabaseAway, TimeoutError):
        problem = AWAY
    except Exception as error:
        if sqlstate(error) is None and not is_retryable(error):
            raise
        problem = AWAY if is_retryable(error) else UNPREPARED
    return render(
        "shop.html",
        sight=sight,
        problem=problem,
        phone=shown,
        name=phones.shown(shown),
        reason=reason_for(sight.last.decision) if sight and sight.last and sight.last.decision else None,
    )


def _looking(network: Network, shown: Phone) -> asyncio.Task[Sight]:
    wamids = wires.last_told(network.store, shown.id)

    async def read() -> Sight:
        async with network.database.transaction() as conn:
            return await look(conn, shown, wamids)

    task = asyncio.create_task(read())
    network.looking.add(task)
    task.add_done_callback(network.looking.discard)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # also when nobody waits
    return task
