"""What the tests of the report share: its lines, and what is counted around it."""

from luminous.db import connect, sql
from luminous.proof import Finding

RACE = "8 first messages at once"
ROLES = "anon reads none of them"
ITEMS = [
    "Customer lookup",
    "Customer creation",
    "Phone normalisation",
    "Display name",
    "WhatsApp id stored",
    "is_new_customer flag",
    "Trigger exists and is enabled",
    "Trigger fires on insert",
    "Guest subscription created",
    "profile_id starts null",
    "Tables are where PostgREST looks",
    ROLES,
    "Row security on every table",
    "Returning customer adds nothing",
    "No duplicated live customers",
    "One live subscription each",
    "One live customer, by constraint",
    "One live subscription, by constraint",
    RACE,
]
READING = {
    "Trigger exists and is enabled",
    "Tables are where PostgREST looks",
    ROLES,
    "Row security on every table",
    "No duplicated live customers",
    "One live subscription each",
}
WRITING = set(ITEMS) - READING
ALL_RIGHT = {"✓": set(ITEMS) - {ROLES}, "–": {ROLES}}  # on a server without PostgREST's roles

# Three people, so that a database under test is not an empty one.
PEOPLE = b"""
    insert into customers (phone_number, whatsapp_user_id)
    values ('+256782240146', 'UG.1001'), ('+256782240147', 'UG.1002'), (null, 'UG.1003')
"""
RESERVED = sql("""
    select count(*)::int from customers
     where whatsapp_user_id like 'ZZ.LUMINOUSVERIFY%' or phone_number like '+999%'
""").into(int)
ROWS = sql("""
    select concat_ws(' ', (select count(*) from customers), (select count(*) from customer_identifiers),
                     (select count(*) from subscriptions), (select count(*) from conversations),
                     (select count(*) from subscription_plans))
""").into(str)


def by_verdict(findings: list[Finding]) -> dict[str, set[str]]:
    """The items under each verdict that occurs."""
    return {
        verdict: {finding.item for finding in findings if finding.verdict == verdict}
        for verdict in {finding.verdict for finding in findings}
    }


def wrong(findings: list[Finding]) -> dict[str, str]:
    """The evidence of each item that is wrong."""
    return {finding.item: finding.evidence for finding in findings if finding.verdict == "✗"}


async def reserved(url: str) -> int:
    """How many customers with reserved identifiers the database holds."""
    async with connect(url) as conn:
        return await RESERVED.one(conn)


async def rows(url: str) -> str:
    """The number of rows of each table that a first message writes to."""
    async with connect(url) as conn:
        return await ROWS.one(conn)
