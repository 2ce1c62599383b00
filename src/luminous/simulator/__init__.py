"""A phone in the browser and a WhatsApp behind it, for trying the shop without any account.

It speaks the WhatsApp Cloud API's wire format with the shop and nothing else: it posts signed webhooks
and answers Graph API calls. What it shows beside the phone it reads from the shop's tables. Never part of
a production server.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from luminous.db import Database
from luminous.simulator import acts, events, graph, pages, received
from luminous.simulator.network import Network, Release, SimulatorSettings
from luminous.simulator.post import deliver
from luminous.simulator.stopping import when_stopped
from luminous.simulator.store import Store
from luminous.storage import Storage

__all__ = ["Release", "SimulatorSettings", "mount"]

HERE = Path(__file__).parent


def mount(
    app: FastAPI,
    settings: SimulatorSettings,
    database: Database,
    *,
    release: Release,
    storage: Storage | None = None,
) -> AbstractAsyncContextManager[None]:
    """Add the simulator's routes to the application; what is returned runs it.

    Enter the context in the application's lifespan: it opens the store, delivers webhooks, and at the
    end closes every stream. release: gives a conversation back to the bot, True when a person had it.
    storage: where the shop keeps what customers sent, to show it; None: it is not shown.
    """
    network = Network(settings, database, release, storage)
    static = StaticFiles(directory=HERE / "static")
    app.mount("/simulator/static", static, name="simulator-static")
    app.mount("/simulator/vendor", StaticFiles(directory=HERE.parent / "static/vendor"), name="vendor")
    for routes in (pages.routes, received.routes, acts.routes, events.routes, graph.routes):
        app.include_router(routes(network))
    return _alive(network)


@asynccontextmanager
async def _alive(network: Network) -> AsyncGenerator[None]:
    network.store = Store(network.settings.data_dir / "simulator.db")
    with when_stopped(network.close):
        delivery = asyncio.create_task(_keep_delivering(network))
        try:
            yield
        finally:
            network.close()
            for task in {delivery, *network.looking}:
                task.cancel()
            await asyncio.gather(delivery, *network.looking, return_exceptions=True)
            network.store.close()


async def _keep_delivering(network: Network) -> None:
    while not network.closing.is_set():
        try:
            await deliver(network)
        except Exception:
            logging.getLogger(__name__).exception("simulator: delivering stopped; going on in a second")
            await asyncio.sleep(1)
