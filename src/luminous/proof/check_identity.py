"""Who is who over time: the history of identifiers, open questions about them, and merged records."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

# What the history says is held, and what the customers have: each must be in the other, once.
HISTORY_DISAGREES = sql("""
    select customer_id::text as id, count(*) over ()::int as in_total
      from (select customer_id, kind, value, 1 as held, 0 as had
              from customer_identifiers where until_at is null
            union all
            select id, 'phone_number', phone_number, 0, 1
              from customers where deleted_at is null and phone_number is not null
            union all
            select id, 'whatsapp_user_id', whatsapp_user_id, 0, 1
              from customers where deleted_at is null and whatsapp_user_id is not null) both_sides
     group by customer_id, kind, value
    having (sum(held), sum(had)) <> (1, 1)
     order by customer_id, kind, value
     limit 20
""").into(Offender)

RUNS_BACKWARDS = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from customer_identifiers
     where until_at < from_at
     order by customer_identifiers.id
     limit 20
""").into(Offender)

# While it is open, nothing personal goes to the number of either; nobody would ever answer it.
QUESTION_ABOUT_THE_DELETED = sql("""
    select customer_conflicts.id::text as id, count(*) over ()::int as in_total
      from customer_conflicts
      join customers holder on holder.id = holder_id
      left join customers writer on writer.id = writer_id
     where resolved_at is null and (holder.deleted_at is not null or writer.deleted_at is not null)
     order by customer_conflicts.id
     limit 20
""").into(Offender)

MERGE_NOT_NOTED = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, merged_into from customers where merged_into is not null) ended
      full join (select from_id as id, into_id as merged_into
                   from customer_merges where undone_at is null) noted using (id, merged_into)
     where ended is null or noted is null
     order by id
     limit 20
""").into(Offender)

LEFT_BEHIND = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from customers
     where merged_into is not null
       and (exists (select from subscriptions
                     where customer_id = customers.id and status in ('active', 'cancel_scheduled'))
            or exists (select from outbox
                        where customer_id = customers.id
                          and status in ('queued', 'sending', 'uncertain', 'parked'))
            or exists (select from inbox
                        where customer_id = customers.id and answered_at is null
                          and received_at < now() - %(patience)s::interval))
     order by customers.id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "The history of identifiers agrees with the customers",
        "customers",
        "Look whether trg_customers_record_identifiers is enabled, then mend customer_identifiers",
        HISTORY_DISAGREES,
    ),
    Invariant(
        "No identifier was given up before it was held",
        "rows of customer_identifiers",
        "Somebody wrote them by hand: mend from_at or until_at",
        RUNS_BACKWARDS,
    ),
    Invariant(
        "Whose a number is, is only asked about live customers",
        "rows of customer_conflicts",
        "Nobody can answer it any more: set resolved_at and resolution",
        QUESTION_ABOUT_THE_DELETED,
    ),
    Invariant(
        "Every merged record has its note, and every note its record",
        "customers",
        "Without it the merge cannot be undone: compare merged_into with customer_merges",
        MERGE_NOT_NOTED,
    ),
    Invariant(
        "A merged record has nothing left",
        "customers",
        "Its plan, messages and replies belong to the record in merged_into: move them there",
        LEFT_BEHIND,
    ),
)
