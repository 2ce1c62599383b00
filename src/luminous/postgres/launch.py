"""Bring up a server where none runs: a data directory if there is none, then pg_ctl."""

import re
import shlex
import shutil
import tempfile
from pathlib import Path

from luminous.errors import PostgresFailed
from luminous.postgres.account import Account, choose_account
from luminous.postgres.binaries import OLDEST_MAJOR, Binaries, find_binaries
from luminous.postgres.cluster import SOCKET_NAME, Cluster, Say, private

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_checkpoints": "off",
    # The log must not hold what people write: no values of a violated key, no statements.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
SETTINGS_WITHOUT_FSYNC = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# What is over in a moment: children of a killed server hold its memory, or an earlier start that
# was killed in the middle has brought up a server after all.
PASSING = ("shared memory block", 'lock file "postmaster.pid" already exists')

ADVICE = (
    (
        "could not create shared memory",
        "The system has no shared memory left: end other programs, or enlarge it.",
    ),
    (
        "could not resize shared memory",
        "The system has no shared memory left: end other programs, or enlarge it.",
    ),
    ("No space left on device", "The disk is full: free some space, then run this again."),
    ("Disk quota exceeded", "Your share of the disk is full: free some space, then run this again."),
    ("Read-only file system", "The disk is read-only: move the project to one that can be written."),
    (
        "Permission denied",
        "It belongs to another user: run this as that user, or give the directory to yourself.",
    ),
    (
        "wrong ownership",
        "It belongs to another user: run this as that user, or give the directory to yourself.",
    ),
    ("Not a directory", "A file lies where a directory must be: move it away, then run this again."),
    ("File exists", "A file lies where a directory must be: move it away, then run this again."),
    ("checkpoint record", "The database is damaged: restore a backup, or move its directory away."),
    ("could not find the database", "The database is damaged: restore a backup, or move its directory away."),
    ("Input/output error", "The disk reports errors: save the directory elsewhere before anything else."),
)


class InTheWay(Exception):
    """Something that will be gone, or will answer, in a moment; `str()` is a sentence if it is not."""


def launch(cluster: Cluster, say: Say, *, fsync: bool) -> None:
    """Start the server and wait until it takes connections. Raises PostgresFailed, InTheWay."""
    refuse_odd_paths(cluster.home)
    major = cluster.major()
    binaries = binaries_for(cluster, major)
    account = choose_account(cluster.home, cluster.data_directory, binaries.directory / "postgres")
    if major is None:
        say(f"Preparing a database of PostgreSQL {binaries.version[0]}.{binaries.version[1]} …")
        initialise(cluster, binaries, account, fsync=fsync)
    clear_socket_directory(cluster.socket_directory, account)
    run_pg_ctl(cluster, binaries, account, fsync=fsync)


def refuse_odd_paths(home: Path) -> None:
    if odd := re.search(r"[\"$`\\\n]", str(home)):
        raise PostgresFailed(
            f"PostgreSQL's own programs stumble over the character {odd[0]!r} in {home}. "
            "Move the project to a directory without it, then run this again."
        )


def binaries_for(cluster: Cluster, major: int | None) -> Binaries:
    """Programs that can open the data directory, or make a new one. Raises PostgresFailed."""
    if major is None:
        return find_binaries()
    made_by = f"The database in {cluster.data_directory} was made by PostgreSQL {major}"
    kept = f"{cluster.data_directory}-{major}"
    move = f"mv {shlex.quote(str(cluster.data_directory))} {shlex.quote(kept)}"
    if major < OLDEST_MAJOR:
        raise PostgresFailed(
            f"{made_by}, and Luminous needs {OLDEST_MAJOR} or later. Dump it with the pg_dump of PostgreSQL "
            f"{major}, move it away ({move}), run this again and load the dump. Nothing was changed."
        )
    try:
        return find_binaries(major)
    except PostgresFailed as missing:
        raise PostgresFailed(
            f"{made_by}. {missing} If you do not need that data, move it away ({move}): then a new, "
            "empty database is made. Nothing was changed."
        ) from missing


def initialise(cluster: Cluster, binaries: Binaries, account: Account, *, fsync: bool) -> None:
    """Make the data directory under another name, and rename it when it is whole."""
    for unfinished in cluster.home.glob("data.new-*"):  # interrupted earlier; no server ever ran on it
        shutil.rmtree(unfinished, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix="data.new-", dir=cluster.home))
    account.own(unfinished)
    options = [f"--pgdata={unfinished}", "--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    options += ["--data-checksums", "--encoding=UTF8", "--no-locale"]
    if binaries.major >= 17:  # the same order and case rules on every system, whatever its C library
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not fsync:
        options += ["--no-sync"]
    done = account.run([binaries.directory / "initdb", *options], cwd=cluster.home)
    if done.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise PostgresFailed(
            f"PostgreSQL could not make a database in {cluster.home}. "
            f"{advice(done.stdout)}{last_lines(done.stdout)}"
        )
    unfinished.rename(cluster.data_directory)  # over an empty directory, if somebody made one


def clear_socket_directory(directory: Path, account: Account) -> None:
    """Make it, private, without what a killed server left; the number in its lock may be anybody's now."""
    private(directory, account.own, account.effective_uid)
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (directory / name).unlink(missing_ok=True)


def run_pg_ctl(cluster: Cluster, binaries: Binaries, account: Account, *, fsync: bool) -> None:
    settings = SETTINGS | {"unix_socket_directories": f'"{cluster.socket_directory}"'}
    if not fsync:
        settings |= SETTINGS_WITHOUT_FSYNC
    options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    command = [binaries.directory / "pg_ctl", "start", "-w", "-t", "120", "-s", "-D", cluster.data_directory]
    position = cluster.begin_log()
    done = account.run([*command, "-l", cluster.log, "-o", options], cwd=cluster.home)
    if done.returncode == 0:
        return
    said = cluster.log_since(position) or done.stdout
    sentence = f"PostgreSQL did not start. {advice(said)} Its log is {cluster.log}.{last_lines(said)}"
    raise InTheWay(sentence) if any(fragment in said for fragment in PASSING) else PostgresFailed(sentence)


def advice(said: str) -> str:
    """What to do about a failure, from what PostgreSQL or the system said about it."""
    known = (what_to_do for fragment, what_to_do in ADVICE if fragment in said)
    return next(known, "Mend what it says, then run this again.")


def last_lines(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()][-8:]
    return "".join(f"\n  {line}" for line in lines)
