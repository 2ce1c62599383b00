"""A phone in the browser and a WhatsApp behind it, for trying the shop without any account.

It speaks the wire formats of the WhatsApp Cloud API and of MTN MoMo with the shop and nothing else: it
posts webhooks and answers calls. What it shows beside the phone it reads from the shop's tables. Never
part of a production server.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from luminous.db import Database
from luminous.simulator import acts, events, graph, mailbox, momo, pages, received
from luminous.simulator.callbacks import keep_calling_back
from luminous.simulator.mailbox import Postbox
from luminous.simulator.network import MomoKeys, Network, Release, SimulatorSettings
from luminous.simulator.post import deliver
from luminous.simulator.store import Store
from luminous.stopping import when_stopped
from luminous.storage import Storage

__all__ = ["MomoKeys", "Postbox", "Release", "SimulatorSettings", "mount"]

HERE = Path(__file__).parent


def mount(
    app: FastAPI,
    settings: SimulatorSettings,
    database: Database,
    postbox: Postbox | None = None,
    *,
    release: Release,
    storage: Storage | None = None,
) -> AbstractAsyncContextManager[None]:
    """Add the simulator's routes to the application; what is returned runs it.

    Enter the context in the application's lifespan: it opens the store, delivers webhooks, and at the
    end closes every stream. postbox: whose e-mail is shown. release: gives a conversation back to the bot,
    True when a person had it. storage: where the shop keeps what customers sent, to show it; None: it is
    not shown.
    """
    network = Network(settings, database, release, storage)
    static = StaticFiles(directory=HERE / "static")
    app.mount("/simulator/static", static, name="simulator-static")
    app.mount("/simulator/vendor", StaticFiles(directory=HERE.parent / "static/vendor"), name="vendor")
    pieces = (pages.routes, received.routes, acts.routes, events.routes, graph.routes, momo.routes)
    for routes in pieces:
        app.router.routes += routes(network).routes  # as they are: to include them would make each one anew
    if postbox is not None:
        app.router.routes += mailbox.routes(postbox).routes
    return _alive(network)


@asynccontextmanager
async def _alive(network: Network) -> AsyncGenerator[None]:
    network.store = Store(network.settings.data_dir / "simulator.db")
    with when_stopped(network.close):
        under_way = [
            asyncio.create_task(_keep(deliver, network)),
            asyncio.create_task(_keep(keep_calling_back, network)),
        ]
        try:
            yield
        finally:
            network.close()
            for task in {*under_way, *network.looking}:
                task.cancel()
            await asyncio.gather(*under_way, *network.looking, return_exceptions=True)
            network.store.close()


async def _keep(work: Callable[[Network], Awaitable[None]], network: Network) -> None:
    while not network.closing.is_set():
        try:
            await work(network)
        except Exception:
            logging.getLogger(__name__).exception("simulator: work stopped; going on in a second")
            await asyncio.sleep(1)
