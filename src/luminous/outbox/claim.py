"""Claiming: one due message, under a lease, judged by what is true now."""

from dataclasses import dataclass

from luminous.db import Connection, sql
from luminous.messages import CAPABILITIES, CONTENT, ChannelName, Outgoing
from luminous.phone import UserId


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed row. Only with status `sending` is it to be sent; else it is settled already."""

    id: int
    status: str  # sending, or why not: stale, suppressed, parked, queued
    channel: ChannelName
    business_number_id: str
    to: str | None
    recipient: str | None
    content: str
    quoted_id: str | None
    attempts: int

    def outgoing(self) -> Outgoing:
        """The message for its channel."""
        return Outgoing(
            id=self.id,
            channel=self.channel,
            business_number_id=self.business_number_id,
            to=self.to,
            recipient=None if self.recipient is None else UserId(self.recipient),
            content=CONTENT.validate_json(self.content),
            quoted_id=self.quoted_id,
        )


async def claim(conn: Connection) -> Claimed | None:
    """Claim the next due message for 20 seconds, one with a file for 80; None when nothing is due.

    A customer's messages leave in the order in which they were owed, one in flight: what is queued,
    on its way or in doubt holds back what came after it. The address is read now.
    """
    reach_user_ids = [channel for channel, can in CAPABILITIES.items() if can.user_ids]
    return await CLAIM.maybe(conn, reach_user_ids=reach_user_ids)


# Queued again: the customer moved in this very moment, and where to is not seen yet.
# While it is open whose number it is, nothing personal goes to it: it may reach somebody else.
CLAIM = sql("""
    with due as (
      select *
        from outbox
       where status = 'queued' and next_attempt_at <= now()
         and not exists (select from outbox other
                          where other.customer_id = outbox.customer_id and other.status = 'sending')
         and id = (select first.id from outbox first
                    where first.customer_id = outbox.customer_id
                      and first.status in ('queued', 'sending', 'uncertain')
                    order by first.customer_id, first.id
                    limit 1)
       order by next_attempt_at, id
       limit 1
         for no key update skip locked
    ), judged as (
      select due.id,
             address."to",
             whatsapp_user_id as recipient,
             case
               when due.identity_epoch > customers.identity_epoch                            then 'queued'
               when deleted_at is not null or due.identity_epoch < customers.identity_epoch  then 'stale'
               when purpose <> 'reply' and consent_status = 'opted_out'                      then 'suppressed'
               when address."to" is null and is_in_doubt
                and (whatsapp_user_id is null or channel <> all(%(reach_user_ids)s::text[])) then 'parked'
               when address."to" is null and whatsapp_user_id is null                        then 'stale'
               when last_message_at > now() - interval '24 hours'                            then 'sending'
               else 'parked'
             end as verdict
        from due
        join customers on customers.id = due.customer_id
        left join conversations on conversations.customer_id = due.customer_id
       cross join lateral (select number_is_in_doubt(due.customer_id) offset 0) asked_once (is_in_doubt)
       cross join lateral (select case when is_impersonal or not is_in_doubt
                                       then coalesce('+' || whatsapp_id, phone_number) end) address ("to")
    )
    update outbox
       set status = verdict,
           attempts = attempts + (verdict = 'sending')::int,
           lease_until = case when verdict = 'sending' then now() + interval '20 seconds'
                                * case when content->>'attachment' is null then 1 else 4 end end,
           updated_at = now()
      from judged
     where outbox.id = judged.id
    returning outbox.id, outbox.status, channel, business_number_id, judged."to", recipient,
              content::text as content, quoted_id, attempts
""").into(Claimed)
