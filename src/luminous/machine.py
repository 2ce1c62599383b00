"""What `luminous up` needs of the machine: the directory, the port, the database, and development values."""

import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from dotenv import dotenv_values
from rich.console import Console

from luminous import postgres
from luminous.config import Settings
from luminous.errors import LuminousError

BUSINESS_NUMBER = "+256700000001"
MADE_ONCE = (
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "WHATSAPP_ACCESS_TOKEN",
    "MOMO_API_USER",
    "MOMO_API_KEY",
    "MOMO_SUBSCRIPTION_KEY",
    "SECRET_KEY",
    "PRIVACY_PEPPER",
)
BUSINESS_NUMBER_ID = "106540352242922"  # of the simulated shop


class CannotStart(LuminousError):
    """Something on this machine is in the way; the sentence says what, and what to do."""


@contextmanager
def only_one_in(home: Path, address: str) -> Generator[None]:
    """Hold the directory for this process; a process that died holds nothing."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "up.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"The directory {home} cannot be written ({error.strerror}). Start Luminous in a directory "
            "of yours, or set LUMINOUS_HOME to one."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise CannotStart(
                f"Luminous already runs in this directory: {lock.read().strip() or 'it is just starting'}. "
                "Open that page, or end it with Ctrl-C in its terminal."
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{address} (process {os.getpid()})")
        lock.flush()
        yield


@contextmanager
def listening_socket(settings: Settings) -> Generator[socket.socket]:
    """Take the port before anything slow happens."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen()
        except OSError as error:
            raise CannotStart(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
                f"Choose another one: make up PORT={settings.port + 1}"
            ) from error
        yield listener


@contextmanager
def database_server(settings: Settings, home: Path, console: Console) -> Generator[str]:
    """The database's URL: DATABASE_URL where it is set, else a server of our own, stopped at the end."""
    if settings.database_url:
        yield settings.database_url
        return
    with said(console, "Starting PostgreSQL") as say:
        server = postgres.start(home, say=say)
    try:
        yield server.url
    finally:
        with said(console, "Stopping PostgreSQL"):  # also one that a killed program left running
            postgres.stop(home)


@contextmanager
def said(console: Console, what: str) -> Generator[Callable[[str], None]]:
    """Say on the terminal what goes on, and how long it took."""
    start = monotonic()
    with console.status(f"{what} …") as status:
        yield lambda detail: status.update(f"{what}: {detail}")
    console.print(f"[green]✓[/] {what} [dim]({monotonic() - start:.1f} s)[/]")


def with_development_values(settings: Settings, home: Path, database_url: str) -> Settings:
    """Fill in what is not set, so that webhooks and sending work against the simulator."""
    made = home / "development.env"
    if not made.exists():
        made.touch(mode=0o600)
        made.write_text("# Made by `luminous up` for this directory alone.\n", "utf-8")
    with made.open("a", encoding="utf-8") as more:  # a directory of an earlier version has fewer
        more.writelines(
            f"{name}={secrets.token_hex(16)}\n" for name in MADE_ONCE if name not in dotenv_values(made)
        )
    address = f"http://{settings.host}:{settings.port}"
    values: dict[str, str | None] = {
        "whatsapp_phone_number_id": BUSINESS_NUMBER_ID,
        "whatsapp_api_url": f"{address}/simulator/graph/v26.0",
        "whatsapp_number": BUSINESS_NUMBER,
        "momo_api_url": f"{address}/simulator/momo",
        "whatsapp_media_origins": address,
        "public_url": address,
        **{name.lower(): value for name, value in dotenv_values(made).items()},
    }
    missing = {
        name: value
        for name, value in values.items()
        if not (name in settings.model_fields_set and getattr(settings, name))
    }
    return settings.model_copy(
        update={**missing, "database_url": database_url, "simulator": f"{address}/simulator"}
    )
