"""The verification report: what a first message promises, looked at live in any database.

Everything that a check writes is about reserved identifiers and is rolled back; only the race at
the end commits, and deletes what it made.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from luminous.db import Database, connect, sql
from luminous.proof import verify_customers as customers
from luminous.proof import verify_plans as plans
from luminous.proof import verify_records as records
from luminous.proof.verify_race import AT_ONCE, race, remove_leftovers
from luminous.proof.verify_report import Check, Finding, NotHere, Wrong, in_words

RACE = f"{AT_ONCE} first messages at once"
LEFT_OUT = "left out: it writes, and --read-only was given"


async def verify(url: str, *, schema: str | None, read_only: bool) -> list[Finding]:
    """Look at every item of the checklist, each on its own, and return what was found, in its order.

    schema: the shop's schema; None is `public`.
    read_only: what would write is left out (verdict "–").
    Raises DatabaseAway when the server does not answer; anything else is a finding.
    """
    async with connect(url):
        pass  # nobody there: PostgreSQL's own words, at once
    # No prepared statements: this must work behind a transaction pooler too.
    async with Database(url, schema=schema, size=AT_ONCE + 1, prepare=False) as database:
        if not read_only:
            with suppress(Exception):  # whatever stands in the way meets the checks too, and they say it
                await remove_leftovers(database)
        findings = [await _look(database, check, read_only) for check in checklist(schema or "public")]
        if read_only:
            return [*findings, Finding(RACE, "–", LEFT_OUT)]
        return [*findings, await _judged(database, RACE, lambda: race(database))]


def checklist(schema: str) -> tuple[Check, ...]:
    """Every item but the race, in the order of the report. schema: where the tables must be."""
    return (
        Check("Customer lookup", customers.lookup, writes=True),
        Check("Customer creation", customers.creation, writes=True),
        Check("Phone normalisation", customers.normalisation, writes=True),
        Check("Display name", customers.display_name, writes=True),
        Check("WhatsApp id stored", customers.whatsapp_id, writes=True),
        Check("is_new_customer flag", customers.is_new_customer, writes=True),
        Check("Trigger exists and is enabled", records.trigger_is_enabled),
        Check("Trigger fires on insert", plans.trigger_fires, writes=True),
        Check("Guest subscription created", plans.guest_subscription, writes=True),
        Check("profile_id starts null", customers.profile_id, writes=True),
        Check("Tables are where PostgREST looks", partial(records.tables_are_exposed_in, schema=schema)),
        Check("anon reads none of them", records.outsiders_have_no_rights),
        Check("Row security on every table", records.row_security_is_on),
        Check("Returning customer adds nothing", customers.returning_customer, writes=True),
        Check("No duplicated live customers", records.no_duplicates),
        Check("One live subscription each", records.one_subscription_each),
        Check("One live customer, by constraint", customers.one_live_customer, writes=True),
        Check("One live subscription, by constraint", plans.one_live_subscription, writes=True),
    )


async def _look(database: Database, check: Check, read_only: bool) -> Finding:
    if check.writes and read_only:
        return Finding(check.item, "–", LEFT_OUT)

    async def look() -> str:
        async with database.transaction() as conn, conn.transaction(force_rollback=True):
            await CAREFULLY.run(conn)
            if not check.writes:
                await ONLY_READING.run(conn)
            return await check.look(conn)

    return await _judged(database, check.item, look)


async def _judged(database: Database, item: str, look: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(item, "✓", await look())
    except NotHere as reason:
        return Finding(item, "–", str(reason))
    except Wrong as what:
        return Finding(item, "✗", str(what))
    except Exception as error:
        return Finding(item, "✗", await in_words(database, error))


# Row security that hides rows from this role must be an error: silence would look like a healthy table.
CAREFULLY = sql("select set_config('row_security', 'off', true), set_config('lock_timeout', '10s', true)")
ONLY_READING = sql("select set_config('transaction_read_only', 'on', true)")
