"""Claiming: one due message, under a lease, judged by what is true now."""

from dataclasses import dataclass

from luminous.db import Connection, sql
from luminous.messages import CAPABILITIES, CONTENT, TEMPLATE_USE, ChannelName, Outgoing
from luminous.phone import UserId


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed row. Only with status `sending` is it to be sent; else it is settled already."""

    id: int
    status: str  # sending, or why not: stale, suppressed, parked, queued
    reason: str | None  # why it is not sent now
    channel: ChannelName
    business_number_id: str
    to: str | None
    recipient: str | None
    content: str
    template: str | None  # it goes as this
    quoted_id: str | None
    attempts: int
    number_was_stopped: bool  # this one tries whether the number can send again

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
            template=None if self.template is None else TEMPLATE_USE.validate_json(self.template),
        )


async def claim(conn: Connection) -> Claimed | None:
    """Claim the next due message for 20 seconds, one with a file for 80; None when nothing is due.

    A customer's messages leave in the order in which they were owed, one in flight: what is queued,
    on its way or in doubt holds back what came after it. The address, what the customer lets us send
    and WhatsApp's 24 hours are read now.
    """
    return await CLAIM.maybe(
        conn,
        reach_user_ids=[channel for channel, can in CAPABILITIES.items() if can.user_ids],
        have_templates=[channel for channel, can in CAPABILITIES.items() if can.templates],
    )


# A person gets at most 20 messages in two minutes, which is what WhatsApp allows in the long run.
# Moving: the customer moved in this very moment, and where to is not seen yet.
# While it is open whose number it is, nothing personal goes to it: it may reach somebody else.
# What they wrote and nobody has answered yet opens the 24 hours as well.
CLAIM = sql("""
    with due as (
      select *
        from outbox
       where status = 'queued' and next_attempt_at <= now()
         and (channel, business_number_id) not in (select channel, business_number_id from stopped_numbers
                                                    where try_again_at > now())
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
    ), judged as materialized (
      select due.id,
             address."to",
             whatsapp_user_id as recipient,
             approved.language,
             free_at,
             stopped_number.reason is not null as number_was_stopped,
             case
               when due.identity_epoch > customers.identity_epoch                           then 'moving'
               when deleted_at is not null or due.identity_epoch < customers.identity_epoch then 'moved'
               when not lets_us_send(due.customer_id, purpose)                              then 'stopped'
               when due.created_at < now() - useful_for                                     then 'too old'
               when free_at > now()                                                         then 'too fast'
               when address."to" is null and is_in_doubt
                and not (whatsapp_user_id is not null and reaches_user_ids)                 then 'in doubt'
               when address."to" is null and whatsapp_user_id is null                       then 'unreachable'
               when not needs_template and the_24_hours_run                                 then 'open'
               when approved.language is not null and has_templates
                and (is_impersonal or not is_in_doubt)                                      then 'as template'
               when otherwise = 'drop'                                                      then 'dropped'
               else 'waits'
             end as verdict
        from due
        join customers on customers.id = due.customer_id
        left join conversations on conversations.customer_id = due.customer_id
        left join lateral (select language from approved_template(template)) approved on true
        left join stopped_numbers stopped_number using (channel, business_number_id)
        left join lateral (select attempted_at + interval '2 minutes' as free_at
                             from outbox earlier
                            where earlier.customer_id = due.customer_id and earlier.id < due.id
                            order by earlier.id desc
                           offset 19 limit 1) paced on true
       cross join lateral (select case purpose when 'payment_prompt' then interval '1 day'
                                               when 'marketing'      then interval '3 days'
                                               when 'reply'          then interval '30 days'
                                               when 'notice'         then interval '60 days' end
                          ) by_purpose (useful_for)
       cross join lateral (select number_is_in_doubt(due.customer_id) offset 0) asked_once (is_in_doubt)
       cross join lateral (select case when is_impersonal or not is_in_doubt
                                       then coalesce('+' || whatsapp_id, phone_number) end) address ("to")
       cross join lateral (select last_message_at > now() - interval '24 hours'
                                  or exists (select from inbox
                                              where inbox.customer_id = due.customer_id
                                                and answered_at is null and group_id is null
                                                and kind not in ('system', 'reaction')
                                                and sent_at > now() - interval '24 hours')
                          ) by_the_clock (the_24_hours_run)
       cross join lateral (select channel = any(%(reach_user_ids)s::text[]),
                                  channel = any(%(have_templates)s::text[])
                          ) capabilities (reaches_user_ids, has_templates)
    ), meaning (verdict, becomes, why) as (values
      ('moving',      'queued',     null),
      ('moved',       'stale',      'the identity moved, or nobody is there'),
      ('stopped',     'suppressed', 'the customer does not allow it'),
      ('too old',     'stale',      'it is too old to be said now'),
      ('too fast',    'queued',     'many messages went to this customer just now'),
      ('in doubt',    'parked',     'it is open whose number this is'),
      ('unreachable', 'stale',      'the customer has no number and no user id'),
      ('open',        'sending',    null),
      ('as template', 'sending',    null),
      ('dropped',     'suppressed', 'the 24 hours to write in are over, and no approved template says it'),
      ('waits',       'parked',     'the 24 hours to write in are over: it waits for their next message')
    )
    update outbox
       set status = becomes,
           attempts = attempts + (becomes = 'sending')::int,
           went_as_template = verdict = 'as template' or went_as_template and becomes <> 'sending',
           error_reason = case becomes when 'sending' then error_reason else why end,
           attempted_at = case becomes when 'sending' then now() else attempted_at end,
           next_attempt_at = case verdict when 'too fast' then free_at else next_attempt_at end,
           lease_until = case when becomes = 'sending' then now() + interval '20 seconds'
                                * case when content->>'attachment' is null then 1 else 4 end end,
           updated_at = now()
      from judged join meaning using (verdict)
     where outbox.id = judged.id
    returning outbox.id, outbox.status, why as reason, channel, business_number_id, judged."to", recipient,
              content::text as content,
              case verdict
                when 'as template' then (template || jsonb_build_object('language', judged.language))::text
              end as template,
              quoted_id, attempts, number_was_stopped
""").into(Claimed)
