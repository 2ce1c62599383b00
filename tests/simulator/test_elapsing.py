"""Time passes: after 24 hours a milestone goes as its template, or waits until the customer writes."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import Browser, expect
from psycopg.sql import SQL, Identifier

from luminous import customers, outbox
from luminous.db import Connection, Database, sql
from luminous.messages import Content, TemplateUse
from luminous.simulator.elapsing import let_time_pass
from tests.database.merging import a_life

from .browsing import DESK, NEEDS_BROWSER, watch_for_trouble
from .stand_in import Shop

MILESTONE = TemplateUse("order_milestone", ("1042", "it has arrived in Kampala"))
AS_TEMPLATE = "News of your order 1042: it has arrived in Kampala. Answer here if you have a question."
AS_TEXT = "It has arrived"
WENT = ("accepted", "sent", "delivered", "read")


async def reaches_a_milestone(database: Database, key: str) -> None:
    """Their parcel has arrived."""
    async with database.transaction() as conn:
        (customer_id,) = await CUSTOMERS.all(conn)
        owed = await outbox.owe_where_they_write(
            conn, customer_id, Content(AS_TEXT), purpose="notice", dedupe_key=key, template=MILESTONE
        )
        assert isinstance(owed, int)


def on_the_phone(shop: Shop) -> list[str]:
    """What the shop said, as its phone shows it."""
    contents = [json.loads(row[0]) for row in shop.rows("select content from messages where is_from_shop")]
    return [content.get("text") or content.get("body") for content in contents]


async def until_it_is(database: Database, key: str, *statuses: str) -> None:
    for _ in range(500):
        async with database.transaction() as conn:
            if await STATUS.one(conn, key=key) in statuses:
                return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{key} is not {statuses}")


async def until_meta_says(database: Database, status: str) -> None:
    for _ in range(500):
        async with database.transaction() as conn:
            if await TEMPLATE.one(conn) == status:
                return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the template is not {status}")


async def test_after_a_day_a_milestone_goes_as_its_template_and_without_one_waits_for_the_customer(
    real_shop: Shop, database: Database
) -> None:
    await real_shop.say("Hello")
    await real_shop.until(lambda: on_the_phone(real_shop))
    await real_shop.act("/time", span="24 hours")
    await reaches_a_milestone(database, "without")
    await until_it_is(database, "without", "parked")
    assert AS_TEXT not in on_the_phone(real_shop)

    await real_shop.say("Is it there?")
    await until_it_is(database, "without", *WENT)
    assert AS_TEXT in on_the_phone(real_shop)

    await real_shop.act("/templates")
    await until_meta_says(database, "approved")
    await real_shop.act("/time", span="24 hours")
    await reaches_a_milestone(database, "with")
    await until_it_is(database, "with", *WENT)
    assert AS_TEMPLATE in on_the_phone(real_shop)

    await real_shop.act("/templates/order_milestone/en", verdict="PAUSED")
    await until_meta_says(database, "paused")
    await reaches_a_milestone(database, "paused")
    await until_it_is(database, "paused", "parked")


async def test_everything_becomes_older_by_the_same_span(conn: Connection) -> None:
    amina = await a_life(conn, "+256772000001", "UG.1001", plan="plus")
    await customers.set_consent(conn, amina, "opted_out")
    before = {column: await moments(conn, column) for column in await COLUMNS.all(conn)}
    assert sum(count for count, _ in before.values()) > 20

    await let_time_pass(conn, timedelta(days=3))

    for column, (count, seconds) in before.items():
        expected = (count, pytest.approx(seconds - count * 3 * 24 * 3600, abs=1))
        assert await moments(conn, column) == expected, column
    assert await SLEEPING_TRIGGERS.one(conn) == 0


async def moments(conn: Connection, column: str) -> tuple[int, float]:
    """How many moments stand in a column, and the sum of their seconds."""
    table, name = column.split(".")
    query = SQL("select count({0}), coalesce(sum(extract(epoch from {0})), 0)::float8 from {1}").format(
        Identifier(name), Identifier(table)
    )
    found = await (await conn.execute(query)).fetchone()
    assert found is not None
    return found[0], found[1]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"name": "nobody_knows", "language": {"code": "en"}}, 132001),
        ({"name": "plan_ending", "language": {"code": "sw"}}, 132001),
        ({"name": "plan_ending", "language": {"code": "en"}}, 132000),
        ({"name": "plan_confirmed", "language": {"code": "en"}}, 132015),
        ({"name": "plan_ending"}, 131008),
        ({"language": {"code": "en"}}, 131008),
    ],
)
async def test_a_template_that_whatsapp_would_refuse_is_refused(
    shop: Shop, sent: dict[str, object], code: int
) -> None:
    await shop.act("/templates")
    await shop.act("/templates/plan_confirmed/en", verdict="PAUSED")

    refused = await shop.send(type="template", text=None, template=sent)

    assert refused.json()["error"]["code"] == code
    assert on_the_phone(shop) == []


@pytest.mark.e2e
@NEEDS_BROWSER[1]
async def test_the_panel_submits_approves_and_lets_time_pass(browser: Browser, real_shop: Shop) -> None:
    async with await browser.new_page(viewport=DESK) as page:
        trouble = watch_for_trouble(page)
        await page.goto(real_shop.url)
        await page.get_by_role("tab", name="Time").click()
        await page.get_by_role("button", name="Submit the shop's templates").click()
        milestone = page.get_by_role("form", name="order_milestone")
        await expect(milestone.get_by_text("approved")).to_be_visible()
        await milestone.get_by_role("button", name="Pause").click()
        await expect(milestone.get_by_text("paused")).to_be_visible()
        await page.get_by_role("button", name="24 hours").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
        assert trouble == []


CUSTOMERS = sql("select id from customers").into(UUID)
STATUS = sql("select status from outbox where dedupe_key = %(key)s").into(str)
TEMPLATE = sql("select status from templates where name = 'order_milestone'").into(str)
COLUMNS = sql("""
    select table_name || '.' || column_name from information_schema.columns
      join information_schema.tables using (table_schema, table_name)
     where table_schema = current_schema() and table_type = 'BASE TABLE'
       and data_type = 'timestamp with time zone'
""").into(str)
SLEEPING_TRIGGERS = sql("select count(*)::int from pg_trigger where tgenabled = 'D'").into(int)
