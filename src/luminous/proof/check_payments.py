"""Money: what is there was paid, exactly, and the ledger says what the provider said."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

# A payment counts from `succeeded` or `applied` on, whatever went back later.
NOT_AS_PAID = sql("""
    select orders.id::text as id, count(*) over ()::int as in_total
      from orders
     where (paid_at is null) <> (status in ('awaiting_payment', 'cancelled_unpaid', 'cancelled'))
        or (paid_at is not null)::int <>
           (select count(*) from payments
             where order_id = orders.id
               and exists (select from payment_events
                            where payment_id = payments.id and became in ('succeeded', 'applied')))
     order by orders.id
     limit 20
""").into(Offender)

PLANS_NOT_AS_PAID = sql("""
    select coalesce(bought.id, subscription_id)::text as id, count(*) over ()::int as in_total
      from (select id, payment_id from subscriptions where payment_id is not null) bought
      full join (select id, subscription_id from payments
                  where subscription_id is not null
                    and exists (select from payment_events
                                 where payment_id = payments.id and became in ('succeeded', 'applied'))) paid
        on paid.subscription_id = bought.id and paid.id = bought.payment_id
     where bought.id is null or paid.id is null
     order by 1
     limit 20
""").into(Offender)

# Staff may have taken another amount for the price (`applied`); nobody else may.
NOT_EXACT = sql("""
    select payments.id::text as id, count(*) over ()::int as in_total
      from payments
      left join orders on orders.id = order_id
      left join subscriptions on subscriptions.id = subscription_id
     where exists (select from payment_events where payment_id = payments.id and became = 'succeeded')
       and ((paid_amount, paid_currency) is distinct from (payments.amount, payments.currency)
            or (paid_amount, paid_currency) is distinct from
               (coalesce(orders.amount, amount_paid_per_cycle),
                coalesce(orders.currency, subscriptions.currency)))
     order by payments.id
     limit 20
""").into(Offender)

# After a week without an answer staff say what they saw: then there is money without a word of the provider.
NOT_AS_THE_PROVIDER_SAID = sql("""
    select coalesce(moved.id, reference)::text as id, count(*) over ()::int as in_total
      from (select id, paid_amount, paid_currency, reason from payments
             where provider <> 'manual' and paid_amount is not null) moved
      full join (select reference, amount, currency from provider_events
                  where status = 'succeeded' and amount > 0) said
        on reference = moved.id
     where (paid_amount, paid_currency) is distinct from (amount, currency)
       and not (reference is null and reason is not distinct from 'no_answer')
     order by 1
     limit 20
""").into(Offender)

NOT_AS_REFUNDED = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from payments
     where refunded_amount <> (select coalesce(sum(amount), 0) from refunds where payment_id = payments.id)
        or (status = 'refunded') <> coalesce(refunded_amount = paid_amount, false)
     order by payments.id
     limit 20
""").into(Offender)

TWO_UNDER_WAY = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, count(*) over (partition by order_id, subscription_id) as at_once
              from payments where payment_is_open(status)) under_way
     where at_once > 1
     order by under_way.id
     limit 20
""").into(Offender)

NOT_LOOKED_AT = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from payments
     where next_look_at < now() - %(patience)s::interval or payment_is_open(status) and next_look_at is null
     order by payments.id
     limit 20
""").into(Offender)

WRONG_NUMBERS = sql("""
    select coalesce(given, number)::text as id, count(*) over ()::int as in_total
      from receipt_counter
     cross join lateral generate_series(1, last_number) given
      full join (select number from orders where number is not null) receipts on number = given
     where given is null or number is null
     order by coalesce(given, number)
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "An order is paid when one payment counted for it, and only then",
        "orders",
        "`luminous orders show` has both histories: what does not fit was changed by hand",
        NOT_AS_PAID,
    ),
    Invariant(
        "A plan that was bought was paid for, and what was paid for a plan bought it",
        "subscriptions",
        "Compare payment_id with the rows of payments that name the subscription",
        PLANS_NOT_AS_PAID,
    ),
    Invariant(
        "What counted as paid was exactly the price, in its currency",
        "payments",
        "`luminous payments show` says what moved; look at the provider's account",
        NOT_EXACT,
    ),
    Invariant(
        "The ledger says what the provider said",
        "payments",
        "Compare the payment with its row in provider_events, and with the provider's account",
        NOT_AS_THE_PROVIDER_SAID,
    ),
    Invariant(
        "What went back is the sum of its refunds",
        "payments",
        "Compare refunded_amount with the rows of refunds: `luminous payments refund` writes both",
        NOT_AS_REFUNDED,
    ),
    Invariant(
        "One attempt to pay is under way for one thing",
        "payments",
        "Somebody may be asked twice: look at both, then create the unique indexes of payments again",
        TWO_UNDER_WAY,
    ),
    Invariant(
        "Every payment that is under way is looked at when it is due",
        "payments",
        "Is `luminous worker` running? Its log says what keeps it from looking",
        NOT_LOOKED_AT,
    ),
    Invariant(
        "Receipt numbers have no gaps, and none is above the last one given",
        "receipts",
        "An order was deleted, or receipt_counter was changed by hand",
        WRONG_NUMBERS,
    ),
)
