"""Where quotations, orders, payments and plans stand: as their history says, and by the clock."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

# A plan that never changed has no event.
NOT_AS_TOLD = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, status, (select became from quotation_events where quotation_id = quotations.id
                                 order by quotation_events.id desc limit 1) as became from quotations
             union all
            select id, status, (select became from order_events where order_id = orders.id
                                 order by order_events.id desc limit 1) from orders
             union all
            select id, status, (select became from payment_events where payment_id = payments.id
                                 order by payment_events.id desc limit 1) from payments
             union all
            select id, status,
                   coalesce((select became from subscription_events where subscription_id = subscriptions.id
                              order by subscription_events.id desc limit 1), status)
              from subscriptions) all_of_them
     where status is distinct from became
     order by all_of_them.id
     limit 20
""").into(Offender)

WITHOUT_MILESTONE = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from orders
     where (paid_at is not null or order_step(status) is not null)
       and not exists (select from order_milestones
                        where order_id = orders.id
                          and milestone = case when order_step(status) is null then 'ordered' else status end)
     order by orders.id
     limit 20
""").into(Offender)

PAST_THEIR_TIME = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id from subscriptions
             where status in ('active', 'cancel_scheduled') and end_date < now() - %(patience)s::interval
             union all
            select quotations.id from quotations
              join quotation_versions counting on quotation_id = quotations.id and counting.number = version
             where status = 'sent' and valid_until < now() - %(patience)s::interval
             union all
            select id from orders
             where status = 'awaiting_payment' and pay_until < now() - %(patience)s::interval
               and not exists (select from payments
                                where order_id = orders.id
                                   and (payment_is_open(status) or status = 'needs_review'))) over
     order by over.id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "The history of what was bought ends where it stands",
        "quotations, orders, payments or subscriptions",
        "Somebody changed a status while triggers were off: the events say what it was",
        NOT_AS_TOLD,
    ),
    Invariant(
        "An order has reached the milestone that it stands at",
        "orders",
        "Look at `luminous orders show`, then report the milestone again",
        WITHOUT_MILESTONE,
    ),
    Invariant(
        "What the clock has ended is over",
        "subscriptions, quotations or orders",
        "Is `luminous worker` running? It ends them, and tells the customers",
        PAST_THEIR_TIME,
    ),
)
