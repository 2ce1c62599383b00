"""WALK 4, files. What customers sent is fetched from the provider, examined and stored; and deleted in time.

media.claim (committed) → fetch, examine, storage.put (no transaction) → stored, again, or not kept, and why
"""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from luminous import media, metrics
from luminous.db import Begin, again
from luminous.errors import FetchFailed, SendFailed, StorageAway, UnfitFile
from luminous.log import log
from luminous.media import Waiting
from luminous.messages import ChannelName
from luminous.storage import Storage

TRIES = 9  # over about a day and a half; the provider keeps a file for seven
HOLD = timedelta(minutes=5)  # nothing can be fetched or stored: wait for somebody to mend it


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as the provider gave it. sha256: as the provider says, None where it does not."""

    content: bytes
    sha256: bytes | None


class Fetcher(Protocol):
    """A way to the files of a channel."""

    async def fetch(self, provider_id: str, *, at_most: int) -> Fetched:
        """The file, of at most so many bytes, within a minute and a half. Raises FetchFailed."""
        ...


async def fetch_next(begin: Begin, fetchers: Mapping[ChannelName, Fetcher], storage: Storage) -> bool:
    """Fetch one file that is due. Returns False when none is."""
    async with begin() as conn:
        waiting = await media.claim(conn)
    if waiting is None:
        return False
    try:
        outcome = await _fetch(begin, waiting, fetchers, storage)
    except UnfitFile as unfit:
        outcome = await _not_kept(begin, waiting, FetchFailed(str(unfit), "refused"))
    except FetchFailed as failure:
        outcome = await _not_kept(begin, waiting, failure)
    except StorageAway as away:
        outcome = await _not_kept(begin, waiting, FetchFailed(str(away), "held"))
    metrics.MEDIA.labels(outcome).inc()
    say = log.info if outcome == "stored" else log.warning
    say("fetched", media_id=str(waiting.id), kind=waiting.kind, outcome=outcome, attempt=waiting.attempts)
    return True


async def _fetch(
    begin: Begin, waiting: Waiting, fetchers: Mapping[ChannelName, Fetcher], storage: Storage
) -> str:
    if waiting.channel not in fetchers:
        raise FetchFailed(f"Files do not come through {waiting.channel} here.", "refused")
    fetched = await fetchers[waiting.channel].fetch(waiting.provider_id, at_most=media.LARGEST[waiting.kind])
    await asyncio.to_thread(_check_sum, fetched, waiting.claimed_sha256)
    fit = await asyncio.to_thread(media.examine, waiting.kind, fetched.content)
    await storage.put(str(waiting.id), fit.content)
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(fit.content).digest())
    is_kept = await again(
        begin, lambda conn: media.stored(conn, waiting.id, fit.mime_type, len(fit.content), sha256)
    )
    if not is_kept:  # condemned meanwhile, and after this lease its bytes are deleted
        return "doomed"
    return "stored"


def _check_sum(fetched: Fetched, claimed: str) -> None:
    """Both checksums, the message's and the provider's, must be those of the bytes. Raises UnfitFile."""
    found = hashlib.sha256(fetched.content).digest()
    try:
        told = [base64.b64decode(claimed, validate=True)] if claimed else []
    except binascii.Error:
        told = [b""]
    if any(sha256 != found for sha256 in [*told, fetched.sha256 or found]):
        raise UnfitFile("The file is not the one that was sent: its checksum is another.")


async def _not_kept(begin: Begin, waiting: Waiting, failure: FetchFailed) -> str:
    """Write down what follows from a failure, and return it in one word."""
    reason = failure.reason
    match failure.outcome:
        case "refused" | "expired" as status:
            await again(begin, partial(media.not_kept, media_id=waiting.id, status=status, reason=reason))
            return status
        case "later" if waiting.attempts >= TRIES:
            await again(begin, partial(media.give_up, media_id=waiting.id, reason=reason))
            return "dead"
        case "held":
            await again(
                begin,
                partial(media.try_again, media_id=waiting.id, reason=reason, after=HOLD, counts=False),
            )
        case _:
            after = backoff(waiting.attempts)
            await again(begin, partial(media.try_again, media_id=waiting.id, reason=reason, after=after))
    return failure.outcome


def backoff(attempts: int) -> timedelta:
    """5, 20, 80, ... seconds after the first, second, third attempt, at most eight hours."""
    return min(timedelta(seconds=5 * 4 ** (attempts - 1)), timedelta(hours=8))


async def delete_next(begin: Begin, storage: Storage) -> bool:
    """Delete the bytes of one doomed file, then say so. Returns False when there is none."""
    async with begin() as conn:
        media_id = await media.doomed_next(conn)
    if media_id is None:
        return False
    try:
        await storage.delete(str(media_id))
    except StorageAway as away:
        log.error("not deleted", media_id=str(media_id), reason=str(away))
        return True  # its lease of a minute is the pause until the next attempt
    await again(begin, partial(media.deleted, media_id=media_id))
    log.info("deleted", media_id=str(media_id))
    return True


def stored_files(storage: Storage) -> Callable[[Begin, str], Awaitable[bytes]]:
    """The source of attachments that are stored files: a file's id gives its bytes."""

    async def source(begin: Begin, attachment_id: str) -> bytes:
        try:
            async with begin() as conn:
                kept = await media.get(conn, UUID(attachment_id))
        except ValueError as error:
            raise SendFailed("The message names no file.", "refused") from error
        if kept is None or kept.status != "stored":
            raise SendFailed("The file is not kept any more.", "refused")
        try:
            content = await read(storage, kept)
        except StorageAway as away:
            raise SendFailed(str(away), "not_sent") from away
        if content is None:
            raise SendFailed("The file is not where it was kept.", "refused")
        return content

    return source


async def read(storage: Storage, kept: media.Kept) -> bytes | None:
    """The bytes of a stored file, checked; None when they are gone or were changed. Raises StorageAway."""
    content = await storage.get(kept.name)
    if content is None or hashlib.sha256(content).digest() != kept.sha256:
        return None
    return content
