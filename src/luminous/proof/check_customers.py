"""Who somebody is, and what they hold: one record each, one plan each, one conversation each."""

from luminous.db import sql
from luminous.proof.check_report import Invariant, Offender

WITHOUT_ONE_SUBSCRIPTION = sql("""
    select customers.id::text as id, count(*) over ()::int as in_total
      from customers
      left join subscriptions live
        on live.customer_id = customers.id and live.status in ('active', 'cancel_scheduled')
     where deleted_at is null
     group by customers.id
    having count(live.id) <> 1
     order by customers.id
     limit 20
""").into(Offender)

SHARING_A_NUMBER = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, phone_number, count(*) over (partition by phone_number) as held_by
              from customers
             where deleted_at is null and phone_number is not null) held
     where held_by > 1
     order by phone_number, id
     limit 20
""").into(Offender)

SHARING_A_USER_ID = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from (select id, whatsapp_user_id, count(*) over (partition by whatsapp_user_id) as held_by
              from customers
             where deleted_at is null and whatsapp_user_id is not null) held
     where held_by > 1
     order by whatsapp_user_id, id
     limit 20
""").into(Offender)

WITHOUT_ONE_CONVERSATION = sql("""
    select id::text as id, count(*) over ()::int as in_total
      from customers
      left join conversations on conversations.customer_id = customers.id
     where deleted_at is null
     group by id
    having count(customer_id) <> 1
     order by id
     limit 20
""").into(Offender)

INVARIANTS = (
    Invariant(
        "Every live customer has exactly one live subscription",
        "customers",
        "Look at their rows in subscriptions; `luminous verify` says whether trigger and unique index stand",
        WITHOUT_ONE_SUBSCRIPTION,
    ),
    Invariant(
        "A phone number belongs to one live customer",
        "customers",
        "Merge them or take the number from one, then create customers_one_live_per_phone_number again",
        SHARING_A_NUMBER,
    ),
    Invariant(
        "A WhatsApp user id belongs to one live customer",
        "customers",
        "Merge them or take the id from one, then create customers_one_live_per_whatsapp_user_id again",
        SHARING_A_USER_ID,
    ),
    Invariant(
        "Every live customer has exactly one conversation",
        "customers",
        "Without one nobody answers them: insert the row, and look at trg_customers_open_conversation",
        WITHOUT_ONE_CONVERSATION,
    ),
)
