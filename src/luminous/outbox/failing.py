"""What follows when WhatsApp took a message and said later that it has failed: it surely did not arrive."""

from dataclasses import dataclass
from datetime import timedelta

from luminous.db import Connection, sql
from luminous.errors import SendOutcome
from luminous.messages import ChannelName
from luminous.outbox.numbers import stop_number

HOLD = timedelta(minutes=1)  # a number that cannot send is tried again after it


@dataclass(frozen=True, slots=True)
class OwedAgain:
    """A message that goes again."""

    id: int
    business_number_id: str


async def follow_failure(
    conn: Connection,
    channel: ChannelName,
    external_id: str,
    failure: SendOutcome,
    reason: str,
    code: int | None,
) -> bool:
    """Owe a failed message again, as what the failure leaves open. False where that cannot help.

    `unclear` is no doubt any more: WhatsApp says that it failed.
    """
    again = await OWE_AGAIN.maybe(conn, channel=channel, external_id=external_id, failure=failure)
    if again is None:
        return False
    if failure == "template_refused":
        await rest_template(conn, again.id, reason)
    elif failure == "not_today":
        await set_aside(conn, again.id, reason, code=code)
    elif failure == "held":
        await stop_number(conn, channel, again.business_number_id, reason, code=code, again_in=HOLD)
    return True


async def set_aside(conn: Connection, outbox_id: int, reason: str, *, code: int | None) -> None:
    """It surely did not go, and will not before a day: it holds nothing back until then.

    It waits a day, then each time for as long as it has been owed: it is tried after 1, 2, 4, … days.
    """
    await SET_ASIDE.run(conn, outbox_id=outbox_id, reason=reason, code=code)


async def owe_set_aside(conn: Connection) -> int:
    """What was set aside is owed again when its time has come. Returns how many messages."""
    return await OWE_SET_ASIDE.run(conn)


async def rest_template(conn: Connection, outbox_id: int, reason: str) -> None:
    """WhatsApp refused the template that this message went as: it rests until Meta approves it again."""
    await REST_TEMPLATE.run(conn, outbox_id=outbox_id, reason=reason)


# What was sent as a template cannot fail for want of one, and nothing is tried without end.
OWE_AGAIN = sql("""
    update outbox
       set status = 'queued',
           failed_external_id = external_id,
           external_id = null,
           needs_template = needs_template or %(failure)s in ('window_over', 'template_refused'),
           next_attempt_at = now() + case when %(failure)s in ('not_sent', 'unclear')
                                          then make_interval(secs => least(4 ^ least(attempts - 1, 5), 300))
                                          when %(failure)s = 'held' then interval '1 minute'
                                          else interval '0' end,
           updated_at = now()
     where channel = %(channel)s and external_id = %(external_id)s and status = 'failed'
       and case %(failure)s when 'window_over'      then not went_as_template
                            when 'template_refused' then went_as_template
                            when 'unclear'          then attempts < 6
                            when 'not_sent'         then attempts < 100
                            when 'held'             then attempts < 100
                            when 'not_today'        then true  -- until it is too old to be said
                            else false end
    returning id, business_number_id
""").into(OwedAgain)

SET_ASIDE = sql("""
    update outbox
       set status = 'parked', aside_until = now() + greatest(now() - created_at, interval '1 day'),
           lease_until = null, error_code = %(code)s, error_reason = %(reason)s, updated_at = now()
     where id = %(outbox_id)s and status in ('sending', 'queued')
""")

OWE_SET_ASIDE = sql("""
    update outbox
       set status = 'queued', aside_until = null, next_attempt_at = now(), updated_at = now()
     where status = 'parked' and aside_until <= now()
""")

REST_TEMPLATE = sql("select rest_template(%(outbox_id)s, %(reason)s)")
