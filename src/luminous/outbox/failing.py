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
    elif failure == "held":
        await stop_number(conn, channel, again.business_number_id, reason, code=code, again_in=HOLD)
    return True


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
                            else false end
    returning id, business_number_id
""").into(OwedAgain)

REST_TEMPLATE = sql("select rest_template(%(outbox_id)s, %(reason)s)")
