"""Where files are kept: a directory, or a bucket that speaks S3. Whose they are, the database knows."""

from typing import Protocol

from luminous.storage.bucket import Bucket
from luminous.storage.directory import Directory

__all__ = ["Bucket", "Directory", "Storage"]


class Storage(Protocol):
    """Files by a name of lower-case letters, digits and dashes. All of it raises StorageAway."""

    async def put(self, name: str, content: bytes) -> None:
        """Keep it, in place of what had the name; it is durable when this returns."""
        ...

    async def get(self, name: str) -> bytes | None:
        """The bytes, or None when there is no such file."""
        ...

    async def delete(self, name: str) -> None:
        """Remove it; nothing happens when it is not there."""
        ...
