"""What a check is, what it finds, and how PostgreSQL's refusals read in the report."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from luminous.db import Connection, Database, sql
from luminous.errors import sqlstate

Verdict = Literal["✓", "✗", "–"]  # holds, is broken, was not looked at or does not exist here

UNDEFINED = ("42P01", "42883", "42703", "42704", "3F000")  # table, function, column, object, schema
TABLES = [
    "customers",
    "profiles",
    "subscription_plans",
    "subscriptions",
    "subscription_events",
    "customer_identifiers",
    "customer_conflicts",
    "announced_changes",
    "customer_merges",
    "customer_merge_rows",
    "customer_foreign_keys",
    "shop_settings",
    "customer_entitlements",
    "exchange_rates",
    "opening_hours",
    "closed_days",
    "goods_lists",
    "goods_rules",
    "quotations",
    "quotation_items",
    "quotation_versions",
    "quotation_lines",
    "quotation_events",
    "orders",
    "quotations_now",
    "conversations",
    "webhook_bodies",
    "inbox",
    "dead_letters",
    "outbox",
    "early_statuses",
    "consents",
    "phone_requests",
    "media",
    "sending_rates",
    "stopped_numbers",
    "templates",
    "order_events",
    "order_milestones",
    "orders_now",
    "receipt_counter",
    "payments",
    "payment_events",
    "payments_now",
    "provider_events",
    "refunds",
    "ways_down",
    "addresses",
    "magic_links",
    "sessions",
    "account_conflicts",
    "attempt_counts",
    "suppressions",
    "mail",
    "api_tokens",
    "api_writes",
    "data_map",
    "erasures",
    "retention_periods",
]
FUNCTIONS = [
    "resolve_customer",
    "announce_change",
    "merge_customers",
    "undo_merge",
    "settle_conflict",
    "create_guest_subscription_for_new_customer",
    "record_customer_identifiers",
    "open_conversation_for_new_customer",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    item: str
    verdict: Verdict
    evidence: str  # what was seen; identifiers of real customers are masked


@dataclass(frozen=True, slots=True)
class Check:
    """One item: `look` returns the evidence, or raises Wrong or NotHere. What it writes is rolled back."""

    item: str
    look: Callable[[Connection], Awaitable[str]]
    writes: bool = False


class Wrong(Exception):
    """The item does not hold; the sentence says what was seen, and what to do where that is known."""


class NotHere(Exception):
    """The item does not apply to this database; the sentence says why."""


async def in_words(database: Database, error: Exception) -> str:
    """Say what kept a check from its answer, without the values that PostgreSQL adds below its first line."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    state = sqlstate(error)
    if state in UNDEFINED:
        return await _what_is_missing(database) or f"{said}; run luminous migrate"
    if state == "42501":
        return f"this role is not allowed to ({said}); use the role that owns the tables"
    if state == "25006":
        return f"this database only allows reading ({said}); use --read-only"
    if state == "55P03":
        return "somebody else kept it locked for ten seconds; try again"
    return f"it failed: {said}"


async def _what_is_missing(database: Database) -> str | None:
    async with database.transaction() as conn:
        table = await MISSING_TABLE.maybe(conn, tables=TABLES)
        function = await MISSING_FUNCTION.maybe(conn, functions=FUNCTIONS)
    if table == TABLES[0]:
        return f"the table {table} is missing; run luminous migrate"
    if table or function:
        what = f"the table {table}" if table else f"the function {function}"
        return f"{what} is missing; run luminous migrate, or restore it if it was dropped by hand"
    return None


MISSING_TABLE = sql("""
    select name from unnest(%(tables)s::text[]) with ordinality named (name, place)
     where to_regclass(name) is null
     order by place
""").into(str)
MISSING_FUNCTION = sql("""
    select name from unnest(%(functions)s::text[]) with ordinality named (name, place)
     where not exists (select from pg_proc where proname = name and pg_function_is_visible(oid))
     order by place
""").into(str)
