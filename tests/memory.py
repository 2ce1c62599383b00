"""Where a server of a test keeps its files: in memory, where there is room for it."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory is made in it
ROOM = 3 << 30  # bytes: more than the servers of all test processes ever fill


@contextmanager
def quick_directory(prefix: str) -> Generator[Path]:
    """A directory of its own, gone afterwards.

    In memory a server is made and started, and a database cloned, several times as quickly as on a disk.
    """
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
