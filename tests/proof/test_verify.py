"""`luminous verify` on a healthy database: all right, nothing left behind, nothing written when told so."""

import asyncio
import json

import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from luminous.cli import app
from luminous.db import Connection, connect, sql
from luminous.errors import DatabaseAway
from luminous.migrations import migrate
from luminous.proof import Finding, verify
from luminous.proof.verify_report import FUNCTIONS, TABLES
from tests.proof.reports import (
    ALL_RIGHT,
    ITEMS,
    READING,
    RESERVED,
    ROLES,
    WRITING,
    by_verdict,
    reserved,
    rows,
    wrong,
)

LEFT_BY_A_KILLED_RUN = b"""
    insert into customers (phone_number, whatsapp_user_id) values ('+999000012345678', 'ZZ.LUMINOUSVERIFY1')
"""
DRAWN = sql("""
    select coalesce(last_value, 0)::int from pg_sequences where sequencename = 'customer_identifiers_id_seq'
""").into(int)
IN_PUBLIC = sql("""
    select relname::text from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
""").into(str)
FUNCTIONS_IN_PUBLIC = sql("""
    select proname::text from pg_proc where pronamespace = 'public'::regnamespace
""").into(str)


async def test_a_fresh_database_is_right_in_every_line(database_url: str) -> None:
    findings = await verify(database_url, schema=None, read_only=False)

    assert [finding.item for finding in findings] == ITEMS
    assert by_verdict(findings) == ALL_RIGHT
    assert all(finding.evidence for finding in findings)


async def test_nothing_of_it_remains_and_nobody_else_is_touched(healthy_url: str) -> None:
    before = await rows(healthy_url)

    findings = await verify(healthy_url, schema=None, read_only=False)

    assert by_verdict(findings) == ALL_RIGHT
    assert await rows(healthy_url) == before
    assert await reserved(healthy_url) == 0


async def test_read_only_writes_nothing_and_says_what_it_left_out(healthy_url: str) -> None:
    async with connect(healthy_url) as conn:
        before = await rows(healthy_url), await DRAWN.one(conn)
        findings = await verify(healthy_url, schema=None, read_only=True)
        after = await rows(healthy_url), await DRAWN.one(conn)

    assert by_verdict(findings) == {"✓": READING - {ROLES}, "–": WRITING | {ROLES}}
    assert after == before


async def test_a_database_that_only_reads_is_enough_for_read_only(healthy_url: str) -> None:
    only_reading = make_conninfo(healthy_url, options="-c default_transaction_read_only=on")

    findings = await verify(only_reading, schema=None, read_only=True)
    told_to_write = await verify(only_reading, schema=None, read_only=False)

    assert by_verdict(findings) == {"✓": READING - {ROLES}, "–": WRITING | {ROLES}}
    assert wrong(told_to_write).keys() == WRITING
    assert all("use --read-only" in evidence for evidence in wrong(told_to_write).values())


async def test_leftovers_of_a_killed_run_are_removed_at_the_next_start(healthy_url: str) -> None:
    before = await rows(healthy_url)
    async with connect(healthy_url) as conn:
        await conn.execute(LEFT_BY_A_KILLED_RUN)

    findings = await verify(healthy_url, schema=None, read_only=False)

    counted = Finding("No duplicated live customers", "✓", "live customers: 3, each identifier held once")
    assert counted in findings
    assert await rows(healthy_url) == before


async def test_a_run_that_is_interrupted_in_its_race_leaves_nothing(healthy_url: str) -> None:
    running = asyncio.create_task(verify(healthy_url, schema=None, read_only=False))
    async with connect(healthy_url) as conn:
        while not await RESERVED.one(conn):
            assert not running.done(), "the race was over before anybody could see it"
            await asyncio.sleep(0.002)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert await reserved(healthy_url) == 0


async def test_two_runs_at_once_do_not_disturb_each_other(healthy_url: str) -> None:
    both = [verify(healthy_url, schema=None, read_only=False) for _ in range(2)]

    first, second = await asyncio.gather(*both)

    assert by_verdict(first) == by_verdict(second) == ALL_RIGHT
    assert await reserved(healthy_url) == 0


async def test_a_shop_in_its_own_schema_is_looked_at_there(database_url: str) -> None:
    async with connect(database_url) as conn:
        await migrate(conn, "pearl")
        await conn.execute("alter table pearl.outbox disable row level security")
    role_looks_there = make_conninfo(database_url, options="-c search_path=pearl")

    pearl = await verify(database_url, schema="pearl", read_only=False)
    public = await verify(database_url, schema=None, read_only=True)
    lost = await verify(role_looks_there, schema=None, read_only=True)

    assert wrong(pearl).keys() == {"Row security on every table"}
    assert f"all {len(TABLES)} in the schema pearl" in {finding.evidence for finding in pearl}
    assert not wrong(public)
    assert wrong(lost)["Tables are where PostgREST looks"].startswith(
        "not in the schema public: customers in"
    )


async def test_a_server_that_does_not_answer_is_no_finding() -> None:
    with pytest.raises(DatabaseAway, match="PostgreSQL does not answer"):
        await verify("host=/nowhere dbname=shop", schema=None, read_only=False)


async def test_the_command_ends_with_0_when_nothing_is_wrong(healthy_url: str) -> None:
    for_programs = await asyncio.to_thread(command, healthy_url, "--read-only", "--json")
    for_people = await asyncio.to_thread(command, healthy_url)

    assert (for_programs.exit_code, for_people.exit_code) == (0, 0)
    findings = [Finding(**line) for line in json.loads(for_programs.output)]
    assert by_verdict(findings) == {"✓": READING - {ROLES}, "–": WRITING | {ROLES}}
    assert for_people.output.count("✓") == len(ITEMS) - 1


async def test_the_command_ends_with_1_when_something_is_wrong(healthy_url: str) -> None:
    async with connect(healthy_url) as conn:
        await conn.execute("alter table inbox disable row level security")
        try:
            for_programs = await asyncio.to_thread(command, healthy_url, "--read-only", "--json")
            for_people = await asyncio.to_thread(command, healthy_url, "--read-only")
        finally:
            await conn.execute("alter table inbox enable row level security")

    assert (for_programs.exit_code, for_people.exit_code) == (1, 1)
    findings = [Finding(**line) for line in json.loads(for_programs.output)]
    assert wrong(findings).keys() == {"Row security on every table"}
    assert for_people.output.count("✗") == 1


async def test_the_report_knows_every_table_and_view_of_the_schema(conn: Connection) -> None:
    assert sorted(await IN_PUBLIC.all(conn)) == sorted(TABLES)
    assert set(FUNCTIONS) <= set(await FUNCTIONS_IN_PUBLIC.all(conn))


def command(url: str, *options: str) -> Result:
    """`luminous verify` as the shell runs it."""
    return CliRunner().invoke(
        app, ["verify", *options], env={"DATABASE_URL": url, "DATABASE_SCHEMA": "public"}
    )
