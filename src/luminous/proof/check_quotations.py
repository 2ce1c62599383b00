"""What was offered: sums that are right, one order for what was accepted, the plan's limit kept."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

WRONG_TOTALS = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from quotation_versions offered
     where sent_at is not null
       and total is distinct from (select sum(amount) from quotation_lines where version_id = offered.id)
     order by id
     limit 20
""").into(Offender)

COUNTING_NOTHING = sql("""
    select quotations.id::text as id, count(*) over ()::int as in_total
      from quotations
      left join quotation_versions counting
        on counting.quotation_id = quotations.id and counting.number = version and sent_at is not null
     where status in ('sent', 'accepted', 'declined', 'expired') and counting.id is null
     order by quotations.id
     limit 20
""").into(Offender)

WITHOUT_THEIR_ORDER = sql("""
    select coalesce(quotations.id, orders.id)::text as id, count(*) over ()::int as in_total
      from (select quotations.id, customer_id, counting.id as version_id, total, currency
              from quotations
              join quotation_versions counting
                on counting.quotation_id = quotations.id and counting.number = version
             where status = 'accepted') quotations
      full join orders
        on orders.quotation_version_id = version_id
       and orders.customer_id = quotations.customer_id
       and orders.amount = total and orders.currency = quotations.currency
     where quotations.id is null or orders.id is null
     order by 1
     limit 20
""").into(Offender)

ORDERED_TWICE = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, count(*) over (partition by quotation_version_id) as times from orders) made
     where times > 1
     order by made.id
     limit 20
""").into(Offender)

# What stands above a limit that was lowered stays, and so does what came with a merge: only what was asked
# for since is counted, against the best plan that the customer ever had.
ABOVE_THE_LIMIT = sql("""
    select open.customer_id::text as id, count(*) over ()::int as in_total
      from quotations_now open
      join lateral (
        select max(open_quote_limit) as most,
               greatest(max(updated_at), (select max(merged_at) from customer_merges
                                           where into_id = open.customer_id and undone_at is null)) as since
          from subscription_plans plan
         where code = 'guest'
            or exists (select from subscriptions held
                        where held.customer_id = open.customer_id and held.plan_id = plan.id
                          and held.status not in ('pending_payment', 'abandoned'))) allowed
        on open.created_at > allowed.since
     where is_open
     group by open.customer_id
    having count(*) > max(most)
     order by open.customer_id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "The total of what was offered is the sum of its lines",
        "versions",
        "Look at their rows in quotation_lines: triggers keep both as they were sent",
        WRONG_TOTALS,
    ),
    Invariant(
        "A quotation that was sent counts a version that was sent",
        "quotations",
        "Look at quotation_events: somebody changed the status or the version by hand",
        COUNTING_NOTHING,
    ),
    Invariant(
        "An accepted quotation and its order agree about customer and price",
        "quotations or orders",
        "Look at both: `luminous quote show`, and the row in orders",
        WITHOUT_THEIR_ORDER,
    ),
    Invariant(
        "What was accepted has one order",
        "orders",
        "Keep the one that was paid, then create orders_one_per_accepted_version again",
        ORDERED_TWICE,
    ),
    Invariant(
        "Nobody has more open quotations than their plans allow",
        "customers",
        "Withdraw what is too much, and look whether trg_quotations_limit is enabled",
        ABOVE_THE_LIMIT,
    ),
)
