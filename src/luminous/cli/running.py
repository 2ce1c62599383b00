"""What runs: the whole of it on one machine, or the parts of production; and the schema that they need.

Each imports what it runs when it is called: the other commands answer without it.
"""

import asyncio
import gc
import signal

from luminous import log
from luminous.cli.output import (
    AsJson,
    console,
    database_of,
    in_database,
    print_json,
    settings_with_database,
)
from luminous.config import WAYS_IN, WAYS_OUT, Settings
from luminous.migrations import migrate as apply_migrations
from luminous.wake import Bell


def up() -> None:
    """Run everything on this machine: PostgreSQL, web, worker and a simulated phone."""
    from luminous.up import up as run_everything

    log.configure(for_people=True)
    run_everything(console)


def serve() -> None:
    """Serve the webhook. Answers are given by `luminous worker`, which runs beside it."""
    import uvicorn

    from luminous.app import create_app
    from luminous.incoming import Incoming

    settings = Settings.read()
    settings.require_a_way(WAYS_IN)
    settings.refuse_half_a_website()
    log.configure(for_people=False)
    app = create_app(settings, database_of(settings), Bell())
    gc.freeze()  # what was made until now lives as long as the process: nobody looks through it again
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http=Incoming,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=25,
    )


def worker() -> None:
    """Answer and send, until SIGTERM or Ctrl-C; what is being done then is finished first."""
    import uvloop

    from luminous.worker import working

    settings = Settings.read()
    settings.require_a_way(WAYS_OUT)
    settings.refuse_half_a_website()
    log.configure(for_people=False)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with database_of(settings) as database, working(settings, database, Bell()):
            await stop.wait()

    uvloop.run(run())


def migrate(as_json: AsJson = False) -> None:
    """Bring the database's schema up to date. Safe to run twice, and from two places at once."""
    settings = settings_with_database()
    applied = asyncio.run(in_database(settings, lambda c: apply_migrations(c, settings.database_schema)))
    names = [f"{migration.version}_{migration.name}" for migration in applied]
    if as_json:
        print_json({"applied": names})
    else:
        for name in names:
            console.print(f"[green]✓[/] {name}")
        console.print("The schema is up to date.")
