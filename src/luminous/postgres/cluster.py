"""The directory in which one server lives, and what can be read from it without asking the server.

<root>/postgres/data          PostgreSQL's data directory; with PG_VERSION it is never deleted
<root>/postgres/data.new-…    one that initdb has not finished; removed by the next start
<root>/postgres/socket        where it listens, unless the path is too long for a socket
<root>/postgres/server.log    what the server says
<root>/postgres/lock          held during a start or a stop
"""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from luminous.errors import PostgresFailed

Say = Callable[[str], None]

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 80  # the system allows 103 (macOS) or 107 bytes; some clients add to it
LONGEST_TURN = 180  # seconds that a start or a stop may take
LOG_IS_LONG = 10_000_000  # bytes; then a new one is begun and one old one is kept


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What postmaster.pid says, true or not. socket: None while the server has not written it yet."""

    pid: int
    socket: Path | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """The paths of one server."""

    home: Path

    @classmethod
    def below(cls, root: Path) -> "Cluster":
        return cls(root.absolute().resolve() / "postgres")

    @property
    def data_directory(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def socket_directory(self) -> Path:
        """Where a new server listens; a running one says so itself in postmaster.pid."""
        near = self.home / "socket"
        if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return near
        name = f"luminous-{os.geteuid()}-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]}"
        far = Path(tempfile.gettempdir()) / name
        return far if len(os.fsencode(far / SOCKET_NAME)) <= LONGEST_SOCKET_PATH else Path("/tmp") / name  # noqa: S108 - 0700 and ours, see `private`

    def major(self) -> int | None:
        """The major version that made the data directory; None when there is no database yet.

        Raises PostgresFailed when something else lies in its place.
        """
        try:
            return int((self.data_directory / "PG_VERSION").read_text())
        except FileNotFoundError:
            if self.data_directory.exists() and any(self.data_directory.iterdir()):
                raise PostgresFailed(
                    f"{self.data_directory} has files but no PG_VERSION, so it is not a whole PostgreSQL "
                    "data directory. Restore it from a backup, or move it away and run this again: "
                    "then a new, empty one is made. Nothing was changed."
                ) from None
            return None
        except ValueError:
            raise PostgresFailed(
                f"{self.data_directory / 'PG_VERSION'} does not hold a version. Restore the directory from a "
                "backup, or move it away and run this again. Nothing was changed."
            ) from None

    def postmaster(self) -> Postmaster | None:
        """The server that last wrote its lock file here; None when it was stopped cleanly."""
        try:
            lines = self.lock_file.read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        return Postmaster(pid, Path(lines[4]) / SOCKET_NAME if len(lines) > 4 and lines[4] else None)

    @property
    def lock_file(self) -> Path:
        return self.data_directory / "postmaster.pid"

    def is_alive(self, pid: int) -> bool:
        """True when that process exists, is a PostgreSQL server, and serves this directory.

        The number alone proves nothing: after a kill it may belong to another program, or to a dead
        process that nobody has reaped.
        """
        command = command_line(pid)
        if not re.match(r"(.*/)?(postgres|postmaster)( |$)", command):
            return False
        try:
            return Path(f"/proc/{pid}/cwd").samefile(
                self.data_directory
            )  # also after the directory was moved
        except OSError:  # no /proc on macOS; a container may hide another user's
            return " -D /" not in command or f" -D {self.data_directory} " in f"{command} "

    @contextmanager
    def locked(self, say: Say) -> Generator[None]:
        """One start or stop at a time. The lock ends with its process, however that ends."""
        with (self.home / "lock").open("a") as lock:
            give_up_at, told = time.monotonic() + LONGEST_TURN, False
            while not take(lock.fileno()):
                if time.monotonic() > give_up_at:
                    raise PostgresFailed(
                        "Another program has been starting or stopping PostgreSQL here for minutes. "
                        f"End it (it holds {lock.name}), then run this again."
                    )
                if not told and time.monotonic() > give_up_at - LONGEST_TURN + 1:
                    say("Waiting for another start or stop of PostgreSQL …")
                    told = True
                time.sleep(0.03)
            yield

    def begin_log(self) -> int:
        """How long the log is in bytes, after a very long one was put aside."""
        if not self.log.exists():
            return 0
        if self.log.stat().st_size > LOG_IS_LONG:
            self.log.replace(self.log.with_suffix(".log.old"))
            return 0
        return self.log.stat().st_size

    def log_since(self, position: int) -> str:
        """What the server has said since `begin_log`."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace")


def take(lock: int) -> bool:
    """Take the lock of an open file if it is free."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def command_line(pid: int) -> str:
    """The command of a process in one line; empty when it is gone or only waits to be reaped."""
    if Path("/proc/self/cmdline").exists():
        try:
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
        except OSError:
            return ""
    ps = shutil.which("ps") or "/bin/ps"
    command = [ps, "-o", "command=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - only a number
    return answer.stdout.strip()


def private(directory: Path, own: Callable[[Path], None], uid: int) -> None:
    """Make a directory that only `uid` can enter, or check that it is one.

    own: gives a new one to that user. Raises PostgresFailed.
    """
    try:
        directory.mkdir(mode=0o700)
        own(directory)
    except FileExistsError:
        pass
    status = directory.lstat()  # in a shared directory somebody may have put a link in its place
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid:
        raise PostgresFailed(
            f"{directory} belongs to somebody else. Remove it, or set TMPDIR to a directory of yours; "
            "then run this again."
        )
    directory.chmod(0o700)
