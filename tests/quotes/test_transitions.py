"""Every status against every act and every other status: what leads on does, and nothing else does."""

from collections.abc import Awaitable, Callable
from itertools import product
from typing import get_args
from uuid import UUID

import psycopg
import pytest

from luminous import quotes
from luminous.db import Connection, sql
from luminous.errors import LuminousError
from luminous.quotes import Standing
from luminous.quotes.standing import Status

from .making import KAMPALA, LINK, SHOES, a_customer, in_status

STATUSES: tuple[Status, ...] = get_args(Status)
Act = Callable[[Connection, UUID, Standing], Awaitable[object]]

# The one table: what each act makes of each status. What is not named here is refused, and nothing changes.
BECOMES: dict[str, dict[Status, Status]] = {
    "request": {"collecting": "collecting", "info_needed": "requested"},
    "complete": {"collecting": "requested"},
    "draft": dict.fromkeys(("collecting", "requested", "info_needed", "draft", "sent"), "draft"),
    "send": {"draft": "sent"},
    "ask": dict.fromkeys(("collecting", "requested", "info_needed", "draft"), "info_needed"),
    "reject": dict.fromkeys(("collecting", "requested", "info_needed", "draft", "rejected"), "rejected"),
    "withdraw": dict.fromkeys(
        ("collecting", "requested", "info_needed", "draft", "sent", "withdrawn"), "withdrawn"
    ),
    "accept": {"sent": "accepted", "accepted": "accepted"},
    "decline": {"sent": "declined", "declined": "declined"},
    "run out": {},
}
ACTS: dict[str, Act] = {
    "request": lambda conn, customer_id, _: quotes.request(conn, customer_id, [LINK]),
    "complete": lambda conn, customer_id, _: quotes.complete(conn, customer_id),
    "draft": lambda conn, _, quotation: quotes.draft(conn, quotation.id, SHOES, by="Aisha"),
    "send": lambda conn, _, quotation: quotes.send(
        conn, quotation.id, quotation.version, KAMPALA, by="Aisha"
    ),
    "ask": lambda conn, _, quotation: quotes.ask(conn, quotation.id, by="Aisha", question="Which size?"),
    "reject": lambda conn, _, quotation: quotes.reject(conn, quotation.id, by="Aisha", reason="No."),
    "withdraw": lambda conn, _, quotation: quotes.withdraw(conn, quotation.id, by="Aisha"),
    "accept": lambda conn, customer_id, quotation: quotes.accept(
        conn, quotation.id, quotation.version, customer_id=customer_id
    ),
    "decline": lambda conn, customer_id, quotation: quotes.decline(
        conn, quotation.id, quotation.version, customer_id=customer_id
    ),
    "run out": lambda conn, _, __: quotes.run_out(conn),
}


@pytest.mark.parametrize("status", STATUSES)
async def test_each_act_leads_where_the_table_says_and_nowhere_else(conn: Connection, status: Status) -> None:
    customer_id = await a_customer(conn)
    quotation = await in_status(conn, customer_id, status)
    before = await EVENTS.one(conn, id=quotation.id)

    for act, do in ACTS.items():
        async with conn.transaction(force_rollback=True):
            says = ""
            try:
                async with conn.transaction():
                    await do(conn, customer_id, quotation)
            except LuminousError as refused:
                says = str(refused)

            assert not says or "luminous quote" in says, "staff are told what to do"
            after = await quotes.standing(conn, quotation.id)
            assert after
            assert after.status == BECOMES[act].get(status, status), act
            if after.status == status and after.version == quotation.version:
                assert await EVENTS.one(conn, id=quotation.id) == before, act
            assert await ORDERS.one(conn) == (1 if after.status == "accepted" else 0), act


async def test_the_database_itself_refuses_what_no_act_does(conn: Connection) -> None:
    for status, becomes in product(STATUSES, STATUSES):
        may = becomes == status or becomes in {made.get(status) for made in BECOMES.values()}
        may = may or (status, becomes) == ("sent", "expired")
        assert await MAY_BECOME.one(conn, was=status, becomes=becomes) == may, (status, becomes)

    await in_status(conn, await a_customer(conn), "declined")
    with pytest.raises(psycopg.Error, match="does not become") as refused:
        await conn.execute("update quotations set status = 'accepted'")
    assert refused.value.sqlstate == "LU005"


async def test_what_was_offered_stays_as_it_was_even_for_psql(conn: Connection) -> None:
    quotation = await in_status(conn, await a_customer(conn), "sent")
    for statement in (
        "update quotation_versions set total = 1",
        "update quotation_versions set valid_until = now() + interval '1 year'",
        "update quotation_versions set customer_name = 'Somebody else'",
        "update quotation_lines set amount = 1",
        "delete from quotation_lines",
        "insert into quotation_lines (version_id, position, kind, description, amount)"
        " select id, 99, 'customs', '', 1 from quotation_versions",
    ):
        with pytest.raises(psycopg.Error, match="revise it") as refused:
            async with conn.transaction():
                await conn.execute(statement.encode())
        assert refused.value.sqlstate == "LU006"

    await conn.execute("update quotation_versions set customer_name = null")  # the person was erased
    await conn.execute("delete from customers where id = %s", [quotation.customer_id])
    assert await quotes.standing(conn, quotation.id) is None


EVENTS = sql("select count(*) from quotation_events where quotation_id = %(id)s").into(int)
ORDERS = sql("select count(*) from orders").into(int)
MAY_BECOME = sql("select quotation_may_become(%(was)s, %(becomes)s)").into(bool)
