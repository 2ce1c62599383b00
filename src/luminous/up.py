"""`luminous up`: everything on one machine, without an account: PostgreSQL, web, worker and a phone.

State stays in `.luminous/`: the database, the simulator's, and development secrets made once.
"""

import asyncio
import signal
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn
from rich.console import Console

from luminous import conversations, simulator
from luminous.app import create_app
from luminous.config import Settings
from luminous.db import Database, connect
from luminous.incoming import Incoming
from luminous.keeping import storage_of
from luminous.machine import (
    BUSINESS_NUMBER,
    database_server,
    listening_socket,
    only_one_in,
    said,
    with_development_values,
)
from luminous.migrations import migrate
from luminous.simulator import MomoKeys, SimulatorSettings
from luminous.wake import Bell
from luminous.worker import working


def up(console: Console) -> None:
    """Run until Ctrl-C. Raises LuminousError with a sentence when it cannot start."""
    settings = Settings.read()
    home = settings.luminous_home.absolute()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as cleanly as with Ctrl-C
    with (
        only_one_in(home, f"http://{settings.host}:{settings.port}"),
        listening_socket(settings) as listener,
        database_server(settings, home, console) as database_url,
        suppress(KeyboardInterrupt),
    ):
        settings = with_development_values(settings, home, database_url)
        with said(console, "Bringing the database up to date"):
            asyncio.run(_migrate(settings))
        asyncio.run(_serve(settings, home, listener, console))
    console.print(f"Luminous has stopped. Everything is kept in {home}.", highlight=False, soft_wrap=True)


async def _migrate(settings: Settings) -> None:
    async with connect(settings.database_url) as conn:
        await migrate(conn, settings.database_schema)


async def _serve(settings: Settings, home: Path, listener: socket.socket, console: Console) -> None:
    database = Database(
        settings.database_url, schema=settings.schema_to_set, size=20, prepare=settings.database_prepare
    )
    bell = Bell()
    app = create_app(settings, database, bell)
    postbox = simulator.Postbox(home / "mail.jsonl")
    app.state.background += [
        simulator.mount(
            app,
            _simulator(settings, home),
            database,
            postbox,
            release=conversations.release,
            storage=storage_of(settings),
        ),
        working(settings, database, bell, mailer=None if settings.smtp_url else postbox),
    ]
    server = uvicorn.Server(
        uvicorn.Config(
            app, http=Incoming, ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
    )
    print_addresses(console, settings)
    await server.serve(sockets=[listener])


def _simulator(settings: Settings, home: Path) -> SimulatorSettings:
    return SimulatorSettings(
        data_dir=home,
        webhook_url=f"http://{settings.host}:{settings.port}/webhooks/whatsapp",
        app_secret=settings.whatsapp_app_secret,
        access_token=settings.whatsapp_access_token,
        business_number_id=settings.whatsapp_phone_number_id,
        business_number=BUSINESS_NUMBER,
        shop_name=settings.shop_name,
        momo=MomoKeys(settings.momo_api_user, settings.momo_api_key, settings.momo_subscription_key),
    )


def print_addresses(console: Console, settings: Settings) -> None:
    """Where to look, in one glance."""
    address = f"http://{settings.host}:{settings.port}"
    console.print(
        f"\n[bold green]Luminous runs.[/]  Open [bold]{address}/simulator[/] and write “Hello”.\n\n"
        f"  website     {address}/\n"
        f"  mailbox     {address}/simulator/mail\n"
        f"  webhook     {address}/webhooks/whatsapp\n"
        f"  readiness   {address}/readyz\n"
        f"  metrics     {address}/metrics\n"
        f"  database    .venv/bin/luminous db url\n\n"
        "Ctrl-C ends all of it; your data stays.\n",
        highlight=False,
    )
