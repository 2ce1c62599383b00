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
    """Every row that is the customer's, found through the catalogue; without epochs and times of writing."""
    rows = {"customers": await OWN_ROW.all(conn, id=customer_id)}
    for name in await REFERENCES.all(conn):
        table, column = name.split(".")
        query = SQL(
            "select (to_jsonb(held) - '{{updated_at,identity_epoch}}'::text[])::text"
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
      select 'meta', gen_random_uuid()::text, %(id)s, '106540352242922', 'text', word, false, now(),
             case when word = 'Hello' then now() end, case when word = 'Hello' then 'greeting' end
        from unnest(array['Hello', 'How much is this?']) word
      returning sent_at
    )
    update conversations set last_message_at = sent_at, waiting_since = now()
      from said where customer_id = %(id)s
""")
CHANGED = sql("""
    insert into announced_changes (previous_user_id, customer_id, announced_at)
    values ('UG.7' || translate(%(id)s::text, '-', ''), %(id)s, now())
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
PHONE_REQUEST = sql("insert into phone_requests (customer_id, reason) values (%(id)s, 'a payment')")
