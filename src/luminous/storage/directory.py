"""Files in a directory of this machine, readable by the program alone."""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from luminous.errors import StorageAway


class Directory:
    """A directory, made when it is first written to. A file is whole or not there, also after a crash."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, name: str, content: bytes) -> None:
        """Keep it: written and flushed beside its place, then moved there in one step."""
        with _explained(self._path):
            await asyncio.to_thread(self._put, name, content)

    async def get(self, name: str) -> bytes | None:
        """The bytes, or None."""
        with _explained(self._path):
            return await asyncio.to_thread(self._get, name)

    async def delete(self, name: str) -> None:
        """Remove it, and what a crash left of it."""
        with _explained(self._path):
            await asyncio.to_thread(self._delete, name)

    def _put(self, name: str, content: bytes) -> None:
        place = self._place(name)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = place.with_suffix(".part")
        beside.unlink(missing_ok=True)
        writing = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(writing, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(place)
        _flush(place.parent)

    def _get(self, name: str) -> bytes | None:
        try:
            return self._place(name).read_bytes()
        except FileNotFoundError:
            return None

    def _delete(self, name: str) -> None:
        place = self._place(name)
        place.with_suffix(".part").unlink(missing_ok=True)
        place.unlink(missing_ok=True)
        if place.parent.exists():
            _flush(place.parent)

    def _place(self, name: str) -> Path:
        return self._path / name[:2] / name


def _flush(directory: Path) -> None:
    """Make what was moved into or out of a directory durable."""
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StorageAway(f"The directory {path} cannot be used ({error.strerror}).") from error
