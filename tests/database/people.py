"""Who writes in these tests, and what the database holds about them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from luminous.customers.resolve import ANNOUNCE, RESOLVE, Changed, Resolved
from luminous.db import Connection, sql

PHONE, OTHER_PHONE = "+256772000001", "+256772000002"
USER, OTHER_USER = "UG.1001", "UG.1002"


@dataclass(frozen=True, slots=True)
class Row:
    """A live customer. `version` is another one after every write, even one that changes nothing."""

    id: UUID
    phone_number: str | None
    whatsapp_user_id: str | None
    whatsapp_id: str | None
    display_name: str
    identity_epoch: int
    version: str


@dataclass(frozen=True, slots=True)
class Conflict:
    holder_id: UUID
    writer_id: UUID | None
    decision: str


async def writes(
    conn: Connection,
    phone: str | None = None,
    user_id: str | None = None,
    name: str | None = None,
    key_hash: str | None = None,
    at: datetime | None = None,
) -> Resolved:
    """A message of this sender arrives, as the house itself asks about it, sent now unless `at` says when."""
    wa_id = phone.removeprefix("+") if phone else None
    return await RESOLVE.one(
        conn, phone=phone, user_id=user_id, wa_id=wa_id, name=name, key_hash=key_hash, sent_at=at
    )


async def announces(
    conn: Connection,
    *,
    from_phone: str | None = None,
    from_user_id: str | None = None,
    to_phone: str | None = None,
    to_user_id: str | None = None,
    at: datetime | None = None,
) -> Changed:
    """WhatsApp announces a change, now unless `at` says when."""
    return await ANNOUNCE.one(
        conn,
        from_phone=from_phone,
        from_user_id=from_user_id,
        to_phone=to_phone,
        to_user_id=to_user_id,
        announced_at=at or datetime.now(UTC),
    )


async def silent_for(conn: Connection, customer_id: UUID, days: int) -> None:
    """The customer's last message is so many days old."""
    await SILENT_FOR.run(conn, id=customer_id, days=days)


async def add(conn: Connection, phone: str | None = None, user_id: str | None = None) -> UUID:
    """A customer inserted by hand, as in psql."""
    return await ADD.one(conn, phone=phone, user_id=user_id)


async def live(conn: Connection) -> dict[UUID, Row]:
    """Every live customer."""
    return {row.id: row for row in await LIVE.all(conn)}


async def open_conflicts(conn: Connection) -> list[Conflict]:
    return await OPEN_CONFLICTS.all(conn)


async def soft_delete(conn: Connection, customer_id: UUID) -> None:
    await SOFT_DELETE.run(conn, id=customer_id)


async def an_hour_passes(conn: Connection) -> None:
    """Everybody was last seen an hour earlier than the rows say."""
    await AN_HOUR_PASSES.run(conn)


async def broken_promises(conn: Connection) -> list[str]:
    """What must be true of every live customer and is not."""
    return await BROKEN_PROMISES.all(conn)


ADD = sql("""
    insert into customers (phone_number, whatsapp_user_id) values (%(phone)s, %(user_id)s) returning id
""").into(UUID)

LIVE = sql("""
    select id, phone_number, whatsapp_user_id, whatsapp_id, display_name, identity_epoch,
           xmin::text || ' ' || ctid::text as version
      from customers where deleted_at is null
""").into(Row)

OPEN_CONFLICTS = sql("""
    select holder_id, writer_id, decision from customer_conflicts where resolved_at is null order by id
""").into(Conflict)

SILENT_FOR = sql("""
    with earlier as (
      update customer_identifiers set from_at = least(from_at, now() - make_interval(days => %(days)s))
       where customer_id = %(id)s
    )
    update customers set last_seen_at = now() - make_interval(days => %(days)s),
                         created_at = least(created_at, now() - make_interval(days => %(days)s))
     where id = %(id)s
""")

SOFT_DELETE = sql("update customers set deleted_at = now() where id = %(id)s")

AN_HOUR_PASSES = sql("update customers set last_seen_at = last_seen_at - interval '1 hour'")

# The unique indexes are asked as well: what they promise is counted here without them.
BROKEN_PROMISES = sql("""
    with held as (
      select id, kind, value
        from customers,
             lateral (values ('phone_number', phone_number), ('whatsapp_user_id', whatsapp_user_id))
               identifiers (kind, value)
       where deleted_at is null and value is not null
    )
    select 'two live customers have ' || kind || ' ' || value
      from held group by kind, value having count(*) > 1
    union all
    select 'a customer has ' || count(subscriptions.id) || ' live subscriptions'
      from customers
      left join subscriptions on customer_id = customers.id and status in ('active', 'cancel_scheduled')
     where deleted_at is null
     group by customers.id having count(subscriptions.id) <> 1
    union all
    select 'a customer has no conversation'
      from customers where not exists (select from conversations where customer_id = customers.id)
    union all
    select 'the history disagrees about ' || kind || ' ' || value
      from held
      full join (select customer_id as id, kind, value
                   from customer_identifiers where until_at is null) history using (id, kind, value)
     where held.id is null or history.id is null
""").into(str)
