"""What may be said, and when: what customers allow, WhatsApp's 24 hours, its templates."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

BESIDE_THE_LEDGER = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from customers
     where deleted_at is null
       and (consent_status <> 'pending' or consent_updated_at is not null
            or exists (select from consents where customer_id = customers.id))
       and (consent_status, consent_updated_at)
           is distinct from (consent_status_of(id),
                             (select max(said_at) from consents where customer_id = customers.id))
     order by customers.id
     limit 20
""").into(Offender)

# A word counts once it is committed, a moment after the time it carries: who had said no is who had said so
# a while before, too.
NEWS_WITHOUT_A_YES = sql("""
    select outbox.id::text as id, count(*) over ()::int as in_total
      from outbox
     where purpose = 'marketing' and status in ('accepted', 'sent', 'delivered', 'read')
       and 'opted_in' <> all (
             select coalesce((select state from consents
                               where customer_id = outbox.customer_id
                                 and consents.purpose = 'marketing' and recorded_at <= known_at
                               order by said_at desc, consents.id desc
                               limit 1), 'never asked')
               from unnest(array[attempted_at, attempted_at - %(patience)s::interval]) known_at)
     order by outbox.id
     limit 20
""").into(Offender)

# What a merge that was undone had brought together is left out: the words went back, the answer stayed.
FREE_TEXT_TOO_LATE = sql("""
    select outbox.id::text as id, count(*) over ()::int as in_total
      from outbox
     where status in ('accepted', 'sent', 'delivered', 'read') and not went_as_template
       and attempted_at > now() - interval '7 days'
       and not exists (select from inbox
                        where inbox.customer_id = outbox.customer_id
                          and group_id is null and kind not in ('system', 'reaction')
                          and sent_at between attempted_at - interval '24 hours' and attempted_at)
       and not exists (select from customer_merges
                        where outbox.customer_id in (from_id, into_id) and undone_at is not null)
     order by outbox.id
     limit 20
""").into(Offender)

NO_SUCH_TEMPLATE = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from outbox
     where status in ('queued', 'parked') and template is not null
       and not exists (select from templates where name = template ->> 'name')
     order by outbox.id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "What a customer allows is what the ledger says",
        "customers",
        "Look whether the triggers of consents and customers are enabled; the ledger is right",
        BESIDE_THE_LEDGER,
    ),
    Invariant(
        "News went to those alone who had said yes to it",
        "rows of outbox",
        "Look at the customer's rows in consents: do not send news until it is known why",
        NEWS_WITHOUT_A_YES,
    ),
    Invariant(
        "Free text went only within 24 hours of the customer's own words",
        "rows of outbox",
        "WhatsApp blocks numbers for it: report it with these rows and the customer's inbox",
        FREE_TEXT_TOO_LATE,
    ),
    Invariant(
        "Every template that a message may go as is there",
        "rows of outbox",
        "Outside the 24 hours they never go: see `luminous templates list`",
        NO_SUCH_TEMPLATE,
    ),
)
