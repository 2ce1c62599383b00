"""`luminous verify` and the roles of a server: those it looks at, and those it runs as."""

from collections.abc import AsyncGenerator

import pytest
from psycopg.conninfo import make_conninfo

from luminous.db import Connection, connect
from luminous.proof import Finding, verify
from luminous.proof.verify_report import TABLES
from tests.proof.reports import ITEMS, READING, ROLES, WRITING, by_verdict, wrong


@pytest.fixture
async def anon(healthy_url: str) -> AsyncGenerator[Connection]:
    """The role with which PostgREST serves the public; the connection is the owner's."""
    async with connect(healthy_url) as conn:
        await conn.execute("create role anon")
        try:
            yield conn
        finally:
            await conn.execute("drop owned by anon")
            await conn.execute("drop role anon")


async def test_anon_without_rights_is_right(anon: Connection, healthy_url: str) -> None:
    findings = await verify(healthy_url, schema=None, read_only=False)

    assert by_verdict(findings) == {"✓": set(ITEMS)}
    assert Finding(ROLES, "✓", f"no right on any of {len(TABLES)} tables and views for anon") in findings


@pytest.mark.parametrize(
    ("rights", "on", "to"),
    [
        ("select", "customers", "anon"),
        ("select (display_name)", "customers", "anon"),
        ("select", "customer_entitlements", "anon"),
        ("delete", "inbox", "public"),
    ],
)
async def test_whatever_anon_may_do_is_wrong(
    anon: Connection, healthy_url: str, rights: str, on: str, to: str
) -> None:
    await anon.execute(f"grant {rights} on {on} to {to}".encode())
    try:
        findings = await verify(healthy_url, schema=None, read_only=True)
    finally:
        await anon.execute(f"revoke all on {on} from {to}".encode())

    assert wrong(findings).keys() == {ROLES}
    assert wrong(findings)[ROLES].startswith(f"anon has rights on {on}")


@pytest.fixture
async def reader(healthy_url: str) -> AsyncGenerator[Connection]:
    """A role that may read every table and write none; the connection is the owner's."""
    async with connect(healthy_url) as conn:
        await conn.execute("create role reader login")
        await conn.execute("grant select on all tables in schema public to reader")
        try:
            yield conn
        finally:
            await conn.execute("drop owned by reader")
            await conn.execute("drop role reader")


async def test_a_role_that_sees_all_rows_and_writes_none_is_enough_for_read_only(
    reader: Connection, healthy_url: str
) -> None:
    await reader.execute("alter role reader bypassrls")

    findings = await verify(make_conninfo(healthy_url, user="reader"), schema=None, read_only=True)

    assert by_verdict(findings) == {"✓": READING - {ROLES}, "–": WRITING | {ROLES}}


async def test_rows_that_row_security_hides_are_never_taken_for_a_healthy_table(
    reader: Connection, healthy_url: str
) -> None:
    findings = await verify(make_conninfo(healthy_url, user="reader"), schema=None, read_only=True)

    assert wrong(findings).keys() == {"No duplicated live customers", "One live subscription each"}
    assert all("row-level security" in evidence for evidence in wrong(findings).values())
    assert all("use the role that owns the tables" in evidence for evidence in wrong(findings).values())


async def test_a_role_that_may_not_write_gets_a_sentence_for_each_item_that_writes(
    reader: Connection, healthy_url: str
) -> None:
    await reader.execute("alter role reader bypassrls")

    findings = await verify(make_conninfo(healthy_url, user="reader"), schema=None, read_only=False)

    assert wrong(findings).keys() == WRITING
    assert all("use the role that owns the tables" in evidence for evidence in wrong(findings).values())
