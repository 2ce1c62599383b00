"""What we owe: sent once, in order, never left lying; and what WhatsApp said about it."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

TWO_ON_THEIR_WAY = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, customer_id, count(*) over (partition by customer_id) as at_once
              from outbox where status = 'sending') under_way
     where at_once > 1
     order by customer_id, under_way.id
     limit 20
""").into(Offender)

PAST_THEIR_LEASE = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from outbox
     where status in ('sending', 'uncertain')
       and (lease_until is null or lease_until < now() - %(patience)s::interval)
     order by outbox.id
     limit 20
""").into(Offender)

# Held back are those behind an earlier one, and those that are to be tried again later.
LEFT_LYING = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from outbox
     where status = 'queued' and next_attempt_at < now() - %(patience)s::interval
       and not exists (select from outbox earlier
                        where earlier.customer_id = outbox.customer_id and earlier.id < outbox.id
                          and earlier.status in ('queued', 'sending', 'uncertain'))
     order by outbox.id
     limit 20
""").into(Offender)

# Only what nothing has touched since the later one was owed: a message that waited for the customer's
# next word, or came over from a merged record, may rightly go after it.
OVERTAKEN = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from outbox
     where status = 'queued' and attempts = 0
       and exists (select from outbox later
                    where later.customer_id = outbox.customer_id and later.id > outbox.id
                      and later.attempts > 0 and later.created_at >= outbox.updated_at
                      and later.identity_epoch = outbox.identity_epoch)
     order by outbox.id
     limit 20
""").into(Offender)

SENT_WITHOUT_ID = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from outbox
     where status in ('accepted', 'sent', 'delivered', 'read') and (external_id is null or attempts = 0)
     order by outbox.id
     limit 20
""").into(Offender)

OWED_THOUGH_SENT = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from outbox
     where status in ('queued', 'sending', 'uncertain', 'parked') and external_id is not null
     order by outbox.id
     limit 20
""").into(Offender)

OWED_TO_THE_DELETED = sql("""
    select outbox.id::text as id, count(*) over ()::int as in_total
      from outbox
      join customers on customers.id = outbox.customer_id
     where status = 'queued' and next_attempt_at < now() - %(patience)s::interval
       and deleted_at < now() - %(patience)s::interval
     order by outbox.id
     limit 20
""").into(Offender)

STATUSES_NOT_JOINED = sql("""
    select external_id as id, count(*) over ()::int as in_total
      from early_statuses
      join outbox using (channel, external_id)
     where received_at < now() - %(patience)s::interval
     order by received_at
     limit 20
""").into(Offender)

STATUSES_OF_NOBODY = sql("""
    select external_id as id, count(*) over ()::int as in_total
      from early_statuses
     where received_at < now() - interval '1 day' - %(patience)s::interval
     order by received_at
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "One message per customer is on its way",
        "rows of outbox",
        "Create outbox_one_in_flight_per_customer again",
        TWO_ON_THEIR_WAY,
    ),
    Invariant(
        "Nothing is on its way or in doubt past its lease",
        "rows of outbox",
        "A worker settles them within seconds: is `luminous worker` running?",
        PAST_THEIR_LEASE,
    ),
    Invariant(
        "What is due is sent",
        "rows of outbox",
        "Is `luminous worker` running, and has it the settings of their channel? error_reason says more",
        LEFT_LYING,
    ),
    Invariant(
        "Each customer's messages leave in the order in which they were owed",
        "rows of outbox",
        "A later message went first: report it with these rows and the worker's log",
        OVERTAKEN,
    ),
    Invariant(
        "What was sent has WhatsApp's id",
        "rows of outbox",
        "Somebody changed them by hand, or they were never sent: look at attempts and error_reason",
        SENT_WITHOUT_ID,
    ),
    Invariant(
        "What is still owed was not sent already",
        "rows of outbox",
        "They would go twice: set them to accepted",
        OWED_THOUGH_SENT,
    ),
    Invariant(
        "Nothing is owed to a deleted customer",
        "rows of outbox",
        "A worker sets them to stale within seconds: is `luminous worker` running?",
        OWED_TO_THE_DELETED,
    ),
    Invariant(
        "Every status of a message of ours is recorded with it",
        "messages",
        "They stayed in early_statuses: report it with the worker's log",
        STATUSES_NOT_JOINED,
    ),
    Invariant(
        "No status of an unknown message is kept for longer than a day",
        "messages",
        "Is `luminous worker` running? It forgets them",
        STATUSES_OF_NOBODY,
    ),
)
