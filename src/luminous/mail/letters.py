"""One letter from being owed to being sent. It may go twice after a crash, and never be lost."""

from dataclasses import dataclass
from datetime import timedelta

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that this worker is to send."""

    id: int
    to_address: str
    subject: str
    body: str
    attempts: int


async def owe(
    conn: Connection, to_address: str, subject: str, body: str, *, dedupe_key: str, good_for: timedelta
) -> bool:
    """Owe a letter. False when it is owed already. good_for: later than that it is not sent any more."""
    owed = await OWE.run(
        conn, to_address=to_address, subject=subject, body=body, dedupe_key=dedupe_key, good_for=good_for
    )
    return owed == 1


async def claim(conn: Connection) -> Letter | None:
    """Claim the next letter that is due, for a minute; None when none is."""
    await GIVE_UP.run(conn)
    return await CLAIM.maybe(conn)


async def sent(conn: Connection, letter_id: int) -> None:
    """It was taken by the mail server."""
    await SENT.run(conn, id=letter_id)


async def try_again(conn: Connection, letter_id: int, reason: str, after: timedelta) -> None:
    """It did not go this time."""
    await TRY_AGAIN.run(conn, id=letter_id, reason=reason, after=after)


async def failed(conn: Connection, letter_id: int, reason: str) -> None:
    """It will never go."""
    await FAILED.run(conn, id=letter_id, reason=reason)


async def forget_old_mail(conn: Connection) -> int:
    """Letters of thirty days ago."""
    return await FORGET.run(conn)


OWE = sql("""
    insert into mail (to_address, subject, body, dedupe_key, expires_at)
    values (%(to_address)s, %(subject)s, %(body)s, %(dedupe_key)s, now() + %(good_for)s::interval)
    on conflict (dedupe_key) do nothing
""")

GIVE_UP = sql("""
    update mail
       set status = 'failed', body = '', error_reason = coalesce(error_reason, 'it could not leave in time')
     where status in ('queued', 'sending') and expires_at <= now() and coalesce(lease_until, now()) <= now()
""")

CLAIM = sql("""
    update mail
       set status = 'sending', attempts = attempts + 1, lease_until = now() + interval '1 minute',
           next_attempt_at = now() + interval '1 minute'
     where id = (select id from mail
                  where status in ('queued', 'sending') and next_attempt_at <= now()
                  order by next_attempt_at, id
                  limit 1
                    for no key update skip locked)
    returning id, to_address, subject, body, attempts
""").into(Letter)

SENT = sql("""
    update mail set status = 'sent', body = '', lease_until = null, error_reason = null where id = %(id)s
""")

TRY_AGAIN = sql("""
    update mail
       set status = 'queued', lease_until = null, error_reason = %(reason)s,
           next_attempt_at = now() + %(after)s::interval
     where id = %(id)s and status = 'sending'
""")

FAILED = sql("""
    update mail set status = 'failed', body = '', lease_until = null, error_reason = %(reason)s
     where id = %(id)s
""")

FORGET = sql("delete from mail where created_at < now() - interval '30 days'")
