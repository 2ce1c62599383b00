"""WALK 3, out. A message that we owe is sent, and what became of it is recorded.

outbox.claim (committed) → its file, channel.send (no transaction) → accepted, again, in doubt, or refused
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Protocol

from luminous import metrics, outbox
from luminous.db import Begin, Connection, again
from luminous.errors import UNIQUE_VIOLATION, SendFailed, is_retryable, sqlstate
from luminous.log import log
from luminous.messages import CAPABILITIES, ChannelName, Outgoing, SourceName
from luminous.outbox import Claimed
from luminous.pace import Pace

TRIES = 100  # of what surely did not go: about eight hours of an outage
FILE_SECONDS = 15  # to read or make an attachment: with upload and call well within its lease

# Gives the bytes of an attachment by its id; opens its own short transactions. Raises SendFailed.
Source = Callable[[Begin, str], Awaitable[bytes]]


class Channel(Protocol):
    """A way to WhatsApp."""

    async def send(self, message: Outgoing) -> str:
        """Send it, well within the lease of 20 seconds, and return the provider's id. Raises SendFailed.

        With a file the lease is 80 seconds.
        """
        ...


async def deliver_next(
    begin: Begin,
    channels: Mapping[ChannelName, Channel],
    pace: Pace | None = None,
    sources: Mapping[SourceName, Source] = {},
) -> bool:
    """Send one message that is due, with its file from its source. Returns False when none is.

    pace: how fast each of the shop's numbers may send; None sends as fast as it can.
    """
    try:
        async with begin() as conn:
            claimed = await outbox.claim(conn)
    except Exception as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        return True  # another worker claimed for the same customer in this moment: look again
    if claimed is None:
        return False
    if claimed.status != "sending":
        log.info("not sent", outbox_id=claimed.id, status=claimed.status, reason=claimed.reason)
        return True

    try:
        if claimed.channel not in channels:
            raise SendFailed(f"This worker has no settings for {claimed.channel}.", "held")
        message = await with_file(begin, claimed.outgoing(), sources)
        if pace and not await pace.keep(begin, claimed.channel, claimed.business_number_id):
            raise SendFailed("The number sends as fast as it may.", "not_sent")
        external_id = await channels[claimed.channel].send(message)
    except SendFailed as failure:
        await again(begin, partial(record_failure, claimed=claimed, failure=failure))
        metrics.SENDS.labels(failure.outcome).inc()
        log.warning(
            "send failed",
            outbox_id=claimed.id,
            outcome=failure.outcome,
            code=failure.code,
            attempt=claimed.attempts,
        )
    else:
        await again(begin, partial(record_acceptance, claimed=claimed, external_id=external_id))
        metrics.SENDS.labels("accepted").inc()
        log.info("sent", outbox_id=claimed.id, attempt=claimed.attempts)
    return True


async def with_file(begin: Begin, message: Outgoing, sources: Mapping[SourceName, Source]) -> Outgoing:
    """The message, with the bytes of its attachment where its channel carries one. Raises SendFailed."""
    attachment = message.content.attachment
    if attachment is None or message.template or not CAPABILITIES[message.channel].files:
        return message
    if attachment.source not in sources:
        raise SendFailed(f"This worker cannot get a file from {attachment.source}.", "held")
    try:
        async with asyncio.timeout(FILE_SECONDS):
            return replace(message, file=await sources[attachment.source](begin, attachment.id))
    except SendFailed:
        raise
    except Exception as error:  # whatever a source meets: the message was surely not sent
        passes = is_retryable(error) or isinstance(error, TimeoutError)
        log.exception("no attachment", outbox_id=message.id, source=attachment.source)
        raise SendFailed(
            f"Its file could not be made ({type(error).__name__}).", "not_sent" if passes else "refused"
        ) from error


async def record_acceptance(conn: Connection, claimed: Claimed, external_id: str) -> None:
    """Write down that WhatsApp has it, and so that its number can send."""
    await outbox.accepted(conn, claimed.id, claimed.channel, external_id)
    if claimed.number_was_stopped:
        await outbox.start_number(conn, claimed.channel, claimed.business_number_id)


async def record_failure(conn: Connection, claimed: Claimed, failure: SendFailed) -> None:
    """Write down why it was not accepted, and what follows from that."""
    reason, code = failure.reason, failure.code
    match failure.outcome:
        case "held":
            await outbox.try_again(conn, claimed.id, reason, code=code, after=outbox.HOLD, counts=False)
            if failure.answered:
                number = claimed.business_number_id
                await outbox.stop_number(
                    conn, claimed.channel, number, reason, code=code, again_in=outbox.HOLD
                )
        case "not_sent" if claimed.attempts < TRIES:
            after = failure.retry_after or backoff(claimed.attempts)
            await outbox.try_again(conn, claimed.id, reason, code=code, after=after)
        case "once" if claimed.attempts < 2:
            await outbox.try_again(conn, claimed.id, reason, code=code, after=backoff(2))
        case "not_today":
            await outbox.set_aside(conn, claimed.id, reason, code=code)
        case "window_over" if claimed.template is None:
            await outbox.window_over(conn, claimed.id, reason, code=code)
        case "template_refused" if claimed.template is not None:
            await outbox.rest_template(conn, claimed.id, reason)
            await outbox.window_over(conn, claimed.id, reason, code=code)
        case "unclear":
            await outbox.unclear(conn, claimed.id, reason, code=code, answered=failure.answered)
        case _:
            gave_up = failure.outcome == "not_sent"
            await outbox.refused(conn, claimed.id, reason, code=code, given_up=gave_up)


def backoff(attempts: int) -> timedelta:
    """1, 4, 16, 64, 256 seconds after the first, second, ... attempt, then five minutes each time."""
    return timedelta(seconds=min(4 ** min(attempts - 1, 5), 300))
