"""Start the server of a directory, find it again, stop it."""

import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from luminous.errors import PostgresFailed
from luminous.postgres.cluster import Cluster, Say
from luminous.postgres.launch import InTheWay, advice, launch
from luminous.postgres.wire import Answer, NoAnswer, ask

STARTING_UP = "57P03"  # cannot_connect_now: starting, recovering or shutting down
LONGEST_RECOVERY = 120  # seconds
LONGEST_SILENCE = 15  # seconds, of a living server that says nothing at all

WHICH = (
    "select current_setting('data_directory'), exists (select from pg_database where datname = 'luminous')"
)
CREATE = "create database luminous"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    url: libpq URL of the database luminous as its owner. version: such as "18.4". started_here:
    this call started it, so whoever called stops it on a clean exit. directory: its data.
    """

    url: str
    version: str
    started_here: bool
    directory: Path


def silently(_: str) -> None:
    """Say nothing."""


def start(root: Path, *, say: Say = silently, fsync: bool = True) -> Server:
    """The running server below `root`, started if it does not run, with a database luminous.

    say: is told what takes long, a sentence at a time. fsync: False for tests, where a crash of the
    machine may lose everything. Raises PostgresFailed.
    """
    cluster = Cluster.below(root)
    with disk_errors(cluster):
        cluster.home.parent.mkdir(parents=True, exist_ok=True)
        cluster.home.mkdir(mode=0o700, exist_ok=True)
        with cluster.locked(say):
            answered, started_here = attach_or_launch(cluster, say, fsync=fsync)
            if not answered.has_database:
                create_database(answered)
    return Server(url(answered.socket), answered.version, started_here, cluster.data_directory)


def running_url(root: Path) -> str | None:
    """The URL of the server below `root`; None when none answers. Raises PostgresFailed."""
    cluster = Cluster.below(root)
    with disk_errors(cluster):
        postmaster = cluster.postmaster()
        if postmaster is None or postmaster.socket is None:
            return None
        try:
            answered = greet(cluster, postmaster.socket)
        except NoAnswer:
            return None
        return url(answered.socket) if answered and answered.has_database else None


def stop(root: Path) -> bool:
    """Stop the server below `root`; open transactions are rolled back. False when none runs.

    Raises PostgresFailed.
    """
    cluster = Cluster.below(root)
    with disk_errors(cluster):
        if not cluster.home.exists():
            return False
        with cluster.locked(silently):
            postmaster = cluster.postmaster()
            if postmaster is None or not cluster.is_alive(postmaster.pid):
                return False
            os.kill(postmaster.pid, signal.SIGINT)  # its "fast" shutdown: writes everything, then ends
            wait_for_end(cluster, postmaster.pid)
            if postmaster.socket and not postmaster.socket.is_relative_to(cluster.home):
                with suppress(OSError):  # tidiness only
                    postmaster.socket.parent.rmdir()
    return True


def wait_for_end(cluster: Cluster, pid: int) -> None:
    """Wait up to a minute. Raises PostgresFailed."""
    give_up_at = time.monotonic() + 60
    while cluster.is_alive(pid):
        if time.monotonic() > give_up_at:
            raise PostgresFailed(
                f"PostgreSQL (pid {pid}) was told to stop a minute ago and has not ended; it may still be "
                f"writing. Wait and try again; its log is {cluster.log}."
            )
        time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Answered:
    """A server of this directory that answered, and where."""

    socket: Path
    version: str
    has_database: bool


def attach_or_launch(cluster: Cluster, say: Say, *, fsync: bool) -> tuple[Answered, bool]:
    """A server that answers, and whether it was started here. Raises PostgresFailed."""
    give_up_at = time.monotonic() + 10
    launched = False
    while True:
        if answered := attach(cluster, say):
            return answered, launched
        if launched:
            raise PostgresFailed(f"PostgreSQL ended right after its start. Its log is {cluster.log}.")
        try:
            launch(cluster, say, fsync=fsync)
            launched = True
        except InTheWay as leftover:
            if time.monotonic() > give_up_at:
                raise PostgresFailed(str(leftover)) from leftover
            time.sleep(0.2)


def attach(cluster: Cluster, say: Say) -> Answered | None:
    """The server that already runs here; None when none does, and then no lock file is left.

    Waits for one that is starting, recovering or stopping. Raises PostgresFailed when a living
    server does not come to answer.
    """
    begun, told = time.monotonic(), False
    while postmaster := cluster.postmaster():
        reason = NoAnswer("it has not opened its socket")
        try:
            if postmaster.socket and (answered := greet(cluster, postmaster.socket)):
                return answered
        except NoAnswer as silence:
            reason = silence
        if not cluster.is_alive(postmaster.pid):
            cluster.lock_file.unlink(missing_ok=True)
            return None
        waited = time.monotonic() - begun
        if waited > (LONGEST_RECOVERY if reason.sqlstate == STARTING_UP else LONGEST_SILENCE):
            raise PostgresFailed(
                f"PostgreSQL runs (pid {postmaster.pid}) but does not answer: {reason}. Run this again to go "
                f"on waiting, or end it with `luminous db stop`. Its log is {cluster.log}."
            )
        if waited > 1 and not told:
            say(f"Waiting for PostgreSQL: {reason} …")
            told = True
        time.sleep(0.03)
    return None


def greet(cluster: Cluster, socket: Path) -> Answered | None:
    """Ask the server behind a socket who it is; None when it serves another directory.

    That happens when a directory was copied together with the lock file of its running server.
    Raises NoAnswer.
    """
    answer: Answer = ask(socket, WHICH, timeout=10)
    directory, has_database = answer.row
    try:
        is_ours = cluster.data_directory.samefile(directory)
    except OSError:
        is_ours = False
    return Answered(socket, answer.version, has_database == "t") if is_ours else None


def create_database(answered: Answered) -> None:
    try:
        ask(answered.socket, CREATE, timeout=60)
    except NoAnswer as refused:
        raise PostgresFailed(
            f"PostgreSQL cannot create its database: {refused}. {advice(str(refused))}"
        ) from refused


def url(socket: Path) -> str:
    return f"postgresql://postgres@/luminous?host={quote(str(socket.parent), safe='')}"


@contextmanager
def disk_errors(cluster: Cluster) -> Generator[None]:
    """Turn what the file system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise PostgresFailed(
            f"PostgreSQL's directory cannot be used: {error.filename or cluster.home}: {reason}. "
            f"{advice(reason)}"
        ) from error
