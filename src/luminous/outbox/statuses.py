"""What WhatsApp says became of a message: forward only, and before or after we know its id."""

from dataclasses import dataclass

from luminous.db import Connection, sql
from luminous.errors import SendOutcome
from luminous.messages import ChannelName, StatusChange
from luminous.outbox.failing import follow_failure


@dataclass(frozen=True, slots=True)
class Early:
    """A status that came before the message's own record."""

    status: str
    error_code: int | None
    error_reason: str | None
    billable: bool | None
    failure: SendOutcome | None


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A message of ours for which statuses are still kept apart."""

    channel: ChannelName
    external_id: str


async def record_status(conn: Connection, change: StatusChange) -> bool:
    """Move the message forward. Returns True when this said something new about a message of ours.

    A message is found by our own echoed id, even before its send is recorded, else by WhatsApp's id.
    A status of a message that we do not know is kept until we do.
    """
    moved = await _move(
        conn,
        change.channel,
        change.external_id,
        change.outbox_id,
        Early(change.status, change.error_code, change.error_reason, change.billable, change.failure),
    )
    if moved or await OURS.one(
        conn,
        channel=change.channel,
        external_id=change.external_id,
        outbox_id=change.outbox_id,
        status=change.status,
    ):
        return moved
    await KEEP_EARLY.run(
        conn,
        channel=change.channel,
        external_id=change.external_id,
        status=change.status,
        error_code=change.error_code,
        error_reason=change.error_reason,
        billable=change.billable,
        failure=change.failure,
        occurred_at=change.occurred_at,
    )
    return False


async def join_early_statuses(conn: Connection, channel: ChannelName, external_id: str) -> None:
    """Apply what was kept about a message whose id we know by now."""
    for early in await TAKE_EARLY.all(conn, channel=channel, external_id=external_id):
        await _move(conn, channel, external_id, None, early)


async def join_overtaken_statuses(conn: Connection) -> None:
    """Join statuses that arrived in the very moment in which their message was being recorded."""
    for early in await OVERTAKEN.all(conn):
        await join_early_statuses(conn, early.channel, early.external_id)


async def forget_early_statuses(conn: Connection) -> int:
    """Drop statuses that nobody claimed for a day: another program sends from the same number."""
    return await FORGET_EARLY.run(conn)


async def _move(
    conn: Connection, channel: ChannelName, external_id: str, outbox_id: int | None, to: Early
) -> bool:
    has_moved = await MOVE.run(
        conn,
        channel=channel,
        external_id=external_id,
        outbox_id=outbox_id,
        status=to.status,
        error_code=to.error_code,
        error_reason=to.error_reason,
        billable=to.billable,
    )
    if has_moved and to.status == "failed" and to.failure is not None:
        await follow_failure(conn, channel, external_id, to.failure, to.error_reason or "", to.error_code)
    return has_moved > 0


# Our echoed id counts only for what we tried to send: after a restore, ids of another life come back.
# A failure counts for the attempt that it names: while one is in flight, that may be an earlier one.
MOVE = sql("""
    update outbox
       set status = %(status)s,
           external_id = coalesce(external_id, %(external_id)s),
           error_code = %(error_code)s,
           error_reason = %(error_reason)s,
           billable = coalesce(%(billable)s, billable),
           lease_until = null,
           updated_at = now()
     where channel = %(channel)s
       and (id = %(outbox_id)s::bigint and attempts > 0 or external_id = %(external_id)s)
       and coalesce(outbox_rank(status), 0) < outbox_rank(%(status)s)
       and (failed_external_id is distinct from %(external_id)s or %(status)s in ('delivered', 'read'))
       and (%(status)s <> 'failed' or external_id = %(external_id)s
            or external_id is null and status in ('uncertain', 'dead'))
""")

# A failure that fits no attempt yet is kept until the one in flight is recorded.
OURS = sql("""
    select exists (select from outbox
                    where channel = %(channel)s
                      and (id = %(outbox_id)s::bigint and attempts > 0 or external_id = %(external_id)s)
                      and (%(status)s <> 'failed' or external_id is not null))
""").into(bool)

KEEP_EARLY = sql("""
    insert into early_statuses (channel, external_id, status, error_code, error_reason, billable, failure,
                                occurred_at)
    values (%(channel)s, %(external_id)s, %(status)s, %(error_code)s, %(error_reason)s, %(billable)s,
            %(failure)s, %(occurred_at)s)
    on conflict do nothing
""")

TAKE_EARLY = sql("""
    with taken as (
      delete from early_statuses where channel = %(channel)s and external_id = %(external_id)s
      returning *
    )
    select status, error_code, error_reason, billable, failure
      from taken order by outbox_rank(status)
""").into(Early)

OVERTAKEN = sql("""
    select distinct channel, external_id
      from early_statuses join outbox using (channel, external_id)
     where received_at > now() - interval '1 hour'  -- also when no worker was there for a while
""").into(Overtaken)

FORGET_EARLY = sql("delete from early_statuses where received_at < now() - interval '1 day'")
