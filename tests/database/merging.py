"""Two records with a life each, and everything that the database holds about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.sql import SQL, Identifier

from luminous import customers, outbox
from luminous.db import Connection, sql

from .owing import owes
from .people import writes

Rows = dict[str, list[str]]  # for each table, its rows as text


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation waits for."""

    is_waiting: bool
    is_with_person: bool


async def a_life(
    conn: Connection,
    phone: str | None,
    user_id: str | None,
    *,
    plan: str = "guest",
    owed: Sequence[str] = ("queued", "parked", "sending"),
) -> UUID:
    """A customer who wrote (answered or not), was sent messages, is owed some, changed once, has a plan."""
    customer_id = (await writes(conn, phone, user_id)).customer_id
    await WROTE.run(conn, id=customer_id)
    await CHANGED.run(conn, id=customer_id)
    await PHONE_REQUEST.run(conn, id=customer_id)
    await HAS_ACCOUNT.run(conn, id=customer_id)
    await BOUGHT.run(conn, id=customer_id)
    await PAYS.run(conn, id=customer_id)
    await SENT_A_PICTURE.run(conn, id=customer_id)
    await customers.record_consent(conn, customer_id, "marketing", "opted_in", source="website")
    for status in ("delivered", "failed", "stale", *owed):
        await SET_STATUS.run(conn, id=await owes(conn, customer_id), status=status)
    if plan != "guest":
        await subscribes(conn, customer_id, plan)
    return customer_id


async def subscribes(conn: Connection, customer_id: UUID, plan: str, *, days: int | None = 30) -> None:
    """From now on the customer has this plan; days may be negative, None is without an end."""
    await END_PLAN.run(conn, id=customer_id)
    await BEGIN_PLAN.run(conn, id=customer_id, plan=plan, days=days)


async def everything_of(conn: Connection, customer_id: UUID) -> Rows:
    """Every row that is the customer's, found through the catalogue; without epochs, and who wrote when."""
    rows = {"customers": await OWN_ROW.all(conn, id=customer_id)}
    for name in await REFERENCES.all(conn):
        table, column = name.split(".")
        query = SQL(
            "select (to_jsonb(held) - '{{updated_at,changed_by,identity_epoch}}'::text[])::text"
            " from {} held where {} = %s order by 1"
        ).format(Identifier(table), Identifier(column))
        found = await (await conn.execute(query, [customer_id])).fetchall()
        rows[name] = [row for (row,) in found]
    return rows


async def plan_of(conn: Connection, customer_id: UUID) -> str:
    """What the customer may use now."""
    return await PLAN.one(conn, id=customer_id)


async def conversation(conn: Connection, customer_id: UUID) -> Conversation:
    return await CONVERSATION.one(conn, id=customer_id)


async def send_all(conn: Connection) -> list[int]:
    """The ids of what leaves now, each accepted at once."""
    sent: list[int] = []
    while message := await outbox.claim(conn):
        if message.status == "sending":
            await outbox.accepted(conn, message.id, "meta", f"wamid.out.{message.id}")
            sent.append(message.id)
    return sent


WROTE = sql("""
    with said as (
      insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                         sent_at, answered_at, answer)
      select 'meta', gen_random_uuid()::text, %(id)s, '106540352242922',
             -- a picture brings a file
             case word when 'Hello' then 'text' else 'image' end, word, false, now(),
             case when word = 'Hello' then now() end, case when word = 'Hello' then 'greeting' end
        from unnest(array['Hello', 'How much is this?']) word
      returning sent_at
    )
    update conversations set last_message_at = sent_at, waiting_since = now()
      from said where customer_id = %(id)s
""")
BOUGHT = sql("""
    with asked as (
      insert into quotations (customer_id, changed_by) values (%(id)s, 'customer') returning id
    ), priced as (
      insert into quotation_versions (quotation_id, number, priced_by) select id, 1, 'Aisha' from asked
      returning id
    )
    insert into orders (customer_id, quotation_version_id, amount, currency, pay_until)
    select %(id)s, id, 1000, 'UGX', now() + interval '1 hour' from priced
""")
PAYS = sql("""
    insert into payments (customer_id, order_id, provider, amount, currency, payer, payer_text)
    select customer_id, id, 'momo', amount, currency, '+256772000009', 'An order'
      from orders where customer_id = %(id)s
""")
SENT_A_PICTURE = sql("""
    insert into media (customer_id, channel, provider_id, claimed_sha256, kind, filename)
    values (%(id)s, 'meta', '1', '', 'image', '')
""")
CHANGED = sql("""
    insert into announced_changes (previous_user_id, customer_id, announced_at)
    values ('UG.7' || translate(%(id)s::text, '-', ''), %(id)s, now())
""")
HAS_ACCOUNT = sql("""
    with link as (
      insert into magic_links (purpose, handle, token_hash, code_hash, customer_id, identity_epoch,
                               expires_at)
      values ('sign_in', %(id)s, sha256(%(id)s::text::bytea), '', %(id)s, 0, now() + interval '10 minutes')
    ), account as (
      insert into profiles default values returning id
    ), session as (
      insert into sessions (token_hash, profile_id, customer_id, identity_epoch, browser, began_with,
                            expires_at)
      select sha256(%(id)s::text::bytea), id, %(id)s, 0, 'Chrome', 'email', now() + interval '1 day'
        from account
    ), conflict as (
      insert into account_conflicts (kind, profile_id, customer_id, other_customer_id)
      select 'account_has_another_customer', id, %(id)s, %(id)s from account
    )
    insert into addresses (customer_id, recipient, phone_number, place)
    values (%(id)s, 'Amina', '0782 240 146', 'Kampala')
""")
SET_STATUS = sql("""
    update outbox
       set status = %(status)s,
           lease_until = case when %(status)s = 'sending' then now() + interval '20 seconds' end
     where id = %(id)s
""")
END_PLAN = sql("""
    update subscriptions set status = 'superseded'
     where customer_id = %(id)s and status in ('active', 'cancel_scheduled')
""")
BEGIN_PLAN = sql("""
    insert into subscriptions (customer_id, plan_id, plan_code, status, start_date, end_date)
    select %(id)s, id, code, 'active', now() - interval '90 days', now() + make_interval(days => %(days)s)
      from subscription_plans where code = %(plan)s
""")
OWN_ROW = sql("""
    select (to_jsonb(customers) - '{updated_at,identity_epoch}'::text[])::text
      from customers where id = %(id)s
""").into(str)
# The history of identifiers and of merges goes on through both; everything else is the customer's.
REFERENCES = sql("""
    select relation.relname || '.' || attname
      from pg_constraint
      join pg_class relation on relation.oid = conrelid
      join pg_attribute on attrelid = conrelid and attnum = any(conkey)
     where contype = 'f' and confrelid = 'customers'::regclass
       and relation.relname not in ('customers', 'customer_identifiers', 'customer_merges')
     order by 1
""").into(str)
PLAN = sql("select plan_code from customer_entitlements where customer_id = %(id)s").into(str)
CONVERSATION = sql("""
    select waiting_since is not null as is_waiting, handed_over_at is not null as is_with_person
      from conversations where customer_id = %(id)s
""").into(Conversation)
PHONE_REQUEST = sql("insert into phone_requests (customer_id, reason) values (%(id)s, 'payment')")
