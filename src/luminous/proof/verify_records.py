"""What the tables hold and who may see them. Nothing here writes."""

from dataclasses import dataclass
from uuid import UUID

from luminous.db import Connection, sql
from luminous.phone import mask
from luminous.proof.verify_report import TABLES, NotHere, Wrong

TRIGGER = "trg_customers_create_guest_subscription"
TRIGGER_FUNCTION = "create_guest_subscription_for_new_customer"
OUTSIDERS = ["anon", "authenticated"]  # the roles with which PostgREST serves the public: Supabase
WHAT_TO_DO = {
    "D": "is disabled: alter table customers enable trigger " + TRIGGER,
    "R": "fires on replicas only: alter table customers enable trigger " + TRIGGER,
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """The trigger as the catalogue describes it."""

    enabled: str  # O and A: fires; D: never; R: only for replicated rows
    function: str
    is_after_insert: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier that several live customers hold."""

    identifier: str
    held_by: int
    in_total: int  # identifiers like this one


@dataclass(frozen=True, slots=True)
class Odd:
    """A live customer with none or several live subscriptions."""

    customer_id: UUID
    identifier: str | None
    held: int
    in_total: int  # customers like this one


@dataclass(frozen=True, slots=True)
class Table:
    """One of our tables or views, as the catalogue describes it."""

    name: str
    schema: str | None  # None: it is missing
    lacks_row_security: bool  # never true of a view


async def trigger_is_enabled(conn: Connection) -> str:
    """The trigger that gives the Guest plan is there, as it was made."""
    trigger = await FIND_TRIGGER.maybe(conn, name=TRIGGER)
    if trigger is None:
        raise Wrong(f"customers has no trigger {TRIGGER}: new customers get no plan. Create it again")
    if trigger.enabled in WHAT_TO_DO:
        raise Wrong(f"{TRIGGER} {WHAT_TO_DO[trigger.enabled]}")
    if trigger.function != TRIGGER_FUNCTION or not trigger.is_after_insert:
        raise Wrong(f"{TRIGGER} must call {TRIGGER_FUNCTION} after insert. Create it again")
    return f"{TRIGGER}, after insert, enabled"


async def no_duplicates(conn: Connection) -> str:
    """Counted over all rows, whether or not the unique indexes are still there."""
    shared = await SHARED.all(conn)
    if shared:
        some = ", ".join(f"{one.held_by} hold {mask(one.identifier)}" for one in shared)
        raise Wrong(f"identifiers with several live customers: {shared[0].in_total} ({some})")
    return f"live customers: {await LIVE_CUSTOMERS.one(conn):,}, each identifier held once"


async def one_subscription_each(conn: Connection) -> str:
    """Nobody live without a plan, nobody with two."""
    odd = await ODD.all(conn)
    if odd:
        some = ", ".join(f"{one.customer_id} ({mask(one.identifier)}) has {one.held}" for one in odd)
        raise Wrong(f"live customers without exactly one live subscription: {odd[0].in_total}: {some}")
    return f"live customers: {await LIVE_CUSTOMERS.one(conn):,}, each with one"


async def tables_are_exposed_in(conn: Connection, schema: str) -> str:
    """PostgREST serves a schema (`Accept-Profile`); tables elsewhere answer with 406."""
    tables = await _tables(conn)
    elsewhere = [f"{table.name} in {table.schema}" for table in tables if table.schema != schema]
    if elsewhere:
        raise Wrong(f"not in the schema {schema}: {_some(elsewhere)}")
    return f"all {len(tables)} in the schema {schema}"


async def outsiders_have_no_rights(conn: Connection) -> str:
    """The roles of the public may neither read nor write."""
    await _tables(conn)
    outsiders = await EXISTING_ROLES.all(conn, roles=OUTSIDERS)
    if not outsiders:
        raise NotHere("this server has no role anon or authenticated")
    rights = await RIGHTS.all(conn, roles=outsiders, tables=TABLES)
    if rights:
        raise Wrong(f"{_some(rights)}. Take it back: revoke all on <table> from <role>")
    return f"no right on any of {len(TABLES)} tables and views for {' and '.join(outsiders)}"


async def row_security_is_on(conn: Connection) -> str:
    """Without a policy only the owner sees rows, even where something was granted."""
    tables = await _tables(conn)
    without = [table.name for table in tables if table.lacks_row_security]
    if without:
        raise Wrong(f"off on {_some(without)}: alter table <table> enable row level security")
    return "on, for every table"


async def _tables(conn: Connection) -> list[Table]:
    tables = await OUR_TABLES.all(conn, tables=TABLES)
    for table in tables:
        if table.schema is None:
            raise Wrong(f"the table {table.name} is missing; run luminous migrate")
    return tables


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


FIND_TRIGGER = sql("""
    select tgenabled::text as enabled,
           proname::text as function,
           tgtype = 4 as is_after_insert  -- bits: 4 insert, none for before or each row
      from pg_trigger
      join pg_proc on pg_proc.oid = tgfoid
     where tgrelid = 'customers'::regclass and tgname = %(name)s
""").into(Trigger)
SHARED = sql("""
    select identifier, count(*)::int as held_by, count(*) over ()::int as in_total
      from (select 'phone_number' as kind, phone_number as identifier from customers where deleted_at is null
            union all
            select 'whatsapp_user_id', whatsapp_user_id from customers where deleted_at is null) held
     where identifier is not null
     group by kind, identifier
    having count(*) > 1
     order by held_by desc
     limit 3
""").into(Shared)
ODD = sql("""
    select customers.id as customer_id,
           coalesce(phone_number, whatsapp_user_id) as identifier,
           count(live.id)::int as held,
           count(*) over ()::int as in_total
      from customers
      left join subscriptions live
        on live.customer_id = customers.id and live.status in ('active', 'cancel_scheduled')
     where deleted_at is null
     group by customers.id
    having count(live.id) <> 1
     limit 3
""").into(Odd)
LIVE_CUSTOMERS = sql("select count(*)::int from customers where deleted_at is null").into(int)
OUR_TABLES = sql("""
    select name,
           relnamespace::regnamespace::text as schema,
           coalesce(relkind in ('r', 'p') and not relrowsecurity, false) as lacks_row_security
      from unnest(%(tables)s::text[]) with ordinality named (name, place)
      left join pg_class on pg_class.oid = to_regclass(name)
     order by place
""").into(Table)
EXISTING_ROLES = sql("""
    select rolname::text from pg_roles where rolname = any(%(roles)s) order by rolname
""").into(str)
RIGHTS = sql("""
    select role || ' has rights on ' || name
      from unnest(%(roles)s::text[]) role
     cross join unnest(%(tables)s::text[]) name
     where has_any_column_privilege(role, to_regclass(name), 'select, insert, update')
        or has_table_privilege(role, to_regclass(name), 'delete, truncate')
     order by role, name
""").into(str)
