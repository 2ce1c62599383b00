"""`luminous up` as a newcomer meets it: a real process on a free port, in a directory of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psycopg
import pytest

from luminous import postgres
from luminous.channels.meta.signature import sign
from luminous.http import tls
from luminous.proof.stage.programs import free_port
from tests.memory import quick_directory
from tests.shop import text, webhook

LUMINOUS = [sys.executable, "-m", "luminous"]


@pytest.fixture
def home() -> Generator[Path]:
    """A newcomer's directory."""
    with quick_directory("luminous-up-") as path:
        yield path
        postgres.stop(path / ".luminous")


def settings(home: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR", "LUMINOUS_PG_BIN", "LANG")}
    return {**kept, "COLUMNS": "200", "LUMINOUS_HOME": str(home / ".luminous"), **more}


def luminous(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*LUMINOUS, *words], cwd=home, env=settings(home, **more), capture_output=True, text=True, timeout=60
    )


@contextmanager
def running(home: Path, port: int, **more: str) -> Generator[subprocess.Popen[str]]:
    """A `luminous up` that answers."""
    process = subprocess.Popen(
        [*LUMINOUS, "up"],
        cwd=home,
        env=settings(home, PORT=str(port), **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_ready(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with suppress(httpx2.TransportError):
            if httpx2.get(f"http://127.0.0.1:{port}/readyz", verify=tls()).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("it did not come up in a minute")


@pytest.fixture
def port() -> int:
    return free_port()


def count(home: Path, what: str) -> int:
    url = postgres.running_url(home / ".luminous")
    assert url is not None
    with psycopg.connect(url) as conn:
        row = conn.execute(f"select count(*) from {what}".encode()).fetchone()  # noqa: S608 - our own words
    return row[0] if row else 0


def post_hello(home: Path, port: int, wamid: str) -> int:
    secret = (home / ".luminous/development.env").read_text().split("WHATSAPP_APP_SECRET=")[1].split("\n")[0]
    raw = json.dumps(webhook(text("Hello", wamid))).encode()
    headers = {"X-Hub-Signature-256": sign(raw, secret)}
    url = f"http://127.0.0.1:{port}/webhooks/whatsapp"
    return httpx2.post(url, content=raw, headers=headers, verify=tls()).status_code


def test_one_command_brings_up_everything_and_a_killed_one_loses_nothing(home: Path, port: int) -> None:
    with running(home, port) as first:
        assert post_hello(home, port, "wamid.1") == 200
        os.kill(first.pid, signal.SIGKILL)
        first.wait(timeout=60)

    with running(home, port) as second:
        assert post_hello(home, port, "wamid.1") == 200
        deadline = time.monotonic() + 60
        while count(home, "outbox where status = 'queued'") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert (count(home, "customers"), count(home, "inbox"), count(home, "outbox")) == (1, 1, 1)
        assert "/simulator" in httpx2.get(f"http://127.0.0.1:{port}/", verify=tls()).text

        beside = luminous(home, "up", PORT=str(port))
        assert beside.returncode == 1
        assert f"already runs in this directory: http://127.0.0.1:{port}" in beside.stderr

        second.send_signal(signal.SIGINT)
        said = second.communicate(timeout=60)[0]
    assert f"http://127.0.0.1:{port}/simulator" in said
    assert "Luminous has stopped" in said
    assert second.returncode == 0
    assert luminous(home, "db", "url").returncode == 1  # the server has ended with it


def test_given_database_is_used_and_no_server_is_started(home: Path, port: int, database_url: str) -> None:
    with running(home, port, DATABASE_URL=database_url):
        assert post_hello(home, port, "wamid.1") == 200
        with psycopg.connect(database_url) as conn:
            assert conn.execute("select count(*) from customers").fetchone() == (1,)
    assert not (home / ".luminous/postgres").exists()


def test_port_in_use_is_said_with_the_way_out(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = luminous(home, "up", PORT=str(port))

    assert result.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in result.stderr
    assert f"make up PORT={port + 1}" in result.stderr


def test_directory_that_cannot_be_written_is_said_with_the_way_out(home: Path, port: int) -> None:
    (home / "file").touch()
    result = luminous(home, "up", PORT=str(port), LUMINOUS_HOME=str(home / "file/inside"))

    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert "LUMINOUS_HOME" in result.stderr
    assert "Traceback" not in result.stderr
