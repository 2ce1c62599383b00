"""What came of a call to WhatsApp: recorded in a transaction of its own, right after the call."""

from datetime import timedelta

from luminous.db import Connection, sql
from luminous.messages import ChannelName
from luminous.outbox.statuses import join_early_statuses


async def accepted(conn: Connection, outbox_id: int, channel: ChannelName, external_id: str) -> None:
    """WhatsApp took it under this id. Statuses that came before this record are joined now."""
    await ACCEPTED.run(conn, outbox_id=outbox_id, external_id=external_id)
    await join_early_statuses(conn, channel, external_id)


async def try_again(
    conn: Connection,
    outbox_id: int,
    reason: str,
    *,
    code: int | None,
    after: timedelta,
    counts: bool = True,
) -> None:
    """It surely did not go: owe it again after a while. `counts` False: this attempt was not its fault."""
    await TRY_AGAIN.run(conn, outbox_id=outbox_id, reason=reason, code=code, after=after, counts=counts)


async def window_over(conn: Connection, outbox_id: int, reason: str, *, code: int | None) -> None:
    """WhatsApp takes no free text for this customer now: its template goes, or what it says otherwise."""
    await WINDOW_OVER.run(conn, outbox_id=outbox_id, reason=reason, code=code)


async def unclear(conn: Connection, outbox_id: int, reason: str, *, code: int | None, answered: bool) -> None:
    """It may have gone: wait 30 seconds for a status before anything else.

    answered: WhatsApp said that it failed; False when its answer never came.
    """
    await UNCLEAR.run(conn, outbox_id=outbox_id, reason=reason, code=code, answered=answered)


async def refused(
    conn: Connection, outbox_id: int, reason: str, *, code: int | None, given_up: bool = False
) -> None:
    """It will not be sent. given_up: after the last attempt, rather than refused by WhatsApp."""
    await REFUSED.run(
        conn, outbox_id=outbox_id, reason=reason, code=code, status="dead" if given_up else "failed"
    )


WINDOW_OVER = sql("""
    update outbox
       set status = 'queued', needs_template = true, next_attempt_at = now(), lease_until = null,
           error_code = %(code)s, error_reason = %(reason)s, updated_at = now()
     where id = %(outbox_id)s and status = 'sending'
""")

# A status may have been quicker than this record: never step back, and keep why it failed. What was
# given up meanwhile (it has no rank) did go after all.
ACCEPTED = sql("""
    update outbox
       set status = case when coalesce(outbox_rank(status), 0) < outbox_rank('accepted')
                         then 'accepted' else status end,
           external_id = coalesce(external_id, %(external_id)s),
           error_code = case status when 'failed' then error_code end,
           error_reason = case status when 'failed' then error_reason end,
           lease_until = null, updated_at = now()
     where id = %(outbox_id)s
""")

TRY_AGAIN = sql("""
    update outbox
       set status = 'queued', next_attempt_at = now() + %(after)s::interval, lease_until = null,
           attempts = attempts - (not %(counts)s)::int,
           error_code = %(code)s, error_reason = %(reason)s, updated_at = now()
     where id = %(outbox_id)s and status = 'sending'
""")

UNCLEAR = sql("""
    update outbox
       set status = 'uncertain', lease_until = now() + interval '30 seconds',
           failed_answers = failed_answers + (%(answered)s::boolean)::int,
           lost_answers = lost_answers + (not %(answered)s::boolean)::int,
           error_code = %(code)s, error_reason = %(reason)s, updated_at = now()
     where id = %(outbox_id)s and status = 'sending'
""")

REFUSED = sql("""
    update outbox
       set status = %(status)s, lease_until = null, error_code = %(code)s, error_reason = %(reason)s,
           updated_at = now()
     where id = %(outbox_id)s and status = 'sending'
""")
