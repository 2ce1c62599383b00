"""The checks that the flow's first description tells its reader to run by hand, run as they stand there."""

from datetime import timedelta
from typing import Any

from psycopg.rows import dict_row

from luminous.customers import Resolved, resolve
from luminous.db import Connection
from luminous.messages import Sender
from luminous.phone import parse_user_id, parse_wa_id

# Test 1, and again for Test 2: "Send WhatsApp message from a new number. Check database:"
NEW_CUSTOMER = """
SELECT
  c.id,
  c.phone_number,
  c.display_name,
  c.profile_id,
  c.created_at,
  s.plan_code,
  s.status
FROM customers c
LEFT JOIN subscriptions s ON s.customer_id = c.id
WHERE c.phone_number = '+256782240146';
"""
# Test 3: "After first message, check:"
SUBSCRIPTION = """
SELECT * FROM subscriptions
WHERE customer_id = '<new_customer_id>';
"""
ROWS = """
    select (select count(*) from customers) as customers,
           (select count(*) from subscriptions) as subscriptions
"""
PHONE = "256782240146"


async def write(conn: Connection) -> Resolved:
    """John writes a message."""
    user_id = parse_user_id("UG.13491208655302741918")
    return await resolve(conn, Sender(parse_wa_id(PHONE), user_id, None, PHONE, "John Doe"))


async def rows(conn: Connection, query: str) -> list[dict[str, Any]]:
    """What the query answers, column by column."""
    cursor = conn.cursor(row_factory=dict_row)
    return await (await cursor.execute(query.encode())).fetchall()


async def test_1_a_new_customer_is_created_with_an_active_guest_subscription(conn: Connection) -> None:
    customer = await write(conn)

    found = await rows(conn, NEW_CUSTOMER)

    assert len(found) == 1
    assert found[0].pop("created_at") is not None
    assert found[0] == {
        "id": customer.customer_id,
        "phone_number": "+256782240146",
        "display_name": "John Doe",
        "profile_id": None,
        "plan_code": "guest",
        "status": "active",
    }


async def test_2_an_existing_customer_is_found_and_no_row_is_added(conn: Connection) -> None:
    first = await write(conn)
    held, before = await rows(conn, ROWS), await rows(conn, NEW_CUSTOMER)

    second = await write(conn)

    assert (first.is_new_customer, second.is_new_customer) == (True, False)
    assert second.customer_id == first.customer_id
    assert await rows(conn, ROWS) == held
    assert await rows(conn, NEW_CUSTOMER) == before


async def test_3_the_subscription_is_one_row_that_ends_thirty_days_after_its_creation(
    conn: Connection,
) -> None:
    customer = await write(conn)

    found = await rows(conn, SUBSCRIPTION.replace("<new_customer_id>", str(customer.customer_id)))

    assert len(found) == 1
    assert found[0]["plan_code"] == "guest"
    assert found[0]["status"] == "active"
    assert found[0]["end_date"] == found[0]["created_at"] + timedelta(days=30)
