"""Messages that may have gone: a status settles them, or half a minute without one does."""

from luminous.db import Connection, sql
from luminous.messages import CAPABILITIES


async def forget_lost_workers(conn: Connection) -> int:
    """A worker died while it was sending: what it held is in doubt from now on. Returns how many."""
    return await FORGET_LOST_WORKERS.run(conn)


async def settle_doubts(conn: Connection) -> int:
    """No status came within 30 seconds: send it again, or give up. Returns how many were settled.

    Sent again is what may come twice (no payment prompt, no sign-in link): once where we never heard the
    end of the call, five times where WhatsApp itself said that it had failed. On a channel that does not
    echo our id no status could have settled it, so that it is given up for staff to look at.
    """
    echoing = [channel for channel, can in CAPABILITIES.items() if can.echoes_ids]
    return await SETTLE_DOUBTS.run(conn, echoing=echoing)


FORGET_LOST_WORKERS = sql("""
    update outbox
       set status = 'uncertain', lease_until = now() + interval '30 seconds', lost_answers = lost_answers + 1,
           error_reason = 'the program ended while this was being sent', updated_at = now()
     where status = 'sending' and lease_until < now()
""")

SETTLE_DOUBTS = sql("""
    update outbox
       set status = case when purpose in ('reply', 'receipt', 'notice', 'marketing')
                          and lost_answers < 2 and failed_answers < 6 and channel = any(%(echoing)s::text[])
                         then 'queued' else 'dead' end,
           next_attempt_at = now(), lease_until = null, updated_at = now()
     where status = 'uncertain' and lease_until < now()
""")
