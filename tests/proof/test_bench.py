"""The bench, small: every part really measured once, and that what it makes is what the shop makes."""

from datetime import timedelta
from pathlib import Path

import pytest

from luminous.db import Connection, connect
from luminous.errors import LuminousError
from luminous.proof.bench import PARTS, Report, Sizes, bench, to_json, to_markdown
from luminous.proof.bench.databases import copied, peopled
from luminous.proof.bench.people import IN_SQL, message_body, message_id, user_id, wa_id
from luminous.proof.bench.pgbench import find_pgbench

TINY = Sizes(
    rounds=1,
    seconds=0.3,
    connections=4,
    pgbench_clients=(2,),
    people=200,
    few_customers=50,
    many_customers=500,
    exchanges=3,
    busy_per_second=30,
    backlog=20,
    early_messages=50,
    late_messages=100,
)


@pytest.fixture(scope="module")
async def report() -> Report:
    """One round of every part."""
    said: list[str] = []
    report = await bench(
        list(PARTS), TINY, minutes=5, say=lambda what, done, of: said.append(f"{what} {done}/{of}")
    )
    assert said[-1] == "done 15/15"
    return report


async def test_every_part_measures_all_of_its_figures(report: Report) -> None:
    assert {result.figure.part for result in report.results} == set(PARTS)
    assert [result.figure.name for result in report.results if not result.values] == []
    assert [result.figure.name for result in report.results if min(result.values) <= 0] == []


async def test_ratio_is_of_what_the_same_round_measured(report: Report) -> None:
    values = {result.figure.name: result.values[0] for result in report.results}

    for mix in ("returning", "new"):
        ours, theirs = values[f"intake.{mix}"], values[f"intake.{mix}.pgbench"]
        assert values[f"intake.{mix}.to_pgbench"] == ours / theirs


async def test_report_says_on_which_machine_and_with_which_programs(report: Report) -> None:
    assert report.machine["pgbench"] == "the server's own"
    assert report.machine["postgresql"] in to_markdown(report)
    assert to_json(report)["machine"] == report.machine


async def test_what_is_not_reached_in_time_is_reported_as_missing_and_is_not_good() -> None:
    report = await bench(["memory"], TINY, minutes=0.005, say=silently)

    assert [result.values for result in report.results] == [[], [], []]
    assert (report.out_of_time, report.is_good) == (True, False)
    assert "the time was over" in to_markdown(report)


async def test_people_made_by_the_table_are_like_those_that_the_triggers_make(
    server_url: str, template: str
) -> None:
    empty = server_url.replace("/luminous?", f"/{template}?")
    async with peopled(empty, 3, seen=timedelta()) as url, connect(url) as conn:
        made = await conn.execute("select id from customers where phone_number = '+' || bench.wa_id(1)")
        by_the_table = (await made.fetchone() or [None])[0]
        await conn.execute("select bench.take(4, 4)")
        made = await conn.execute("select customer_id from inbox")
        by_the_triggers = (await made.fetchone() or [None])[0]

        assert await _rows(conn, by_the_table) == await _rows(conn, by_the_triggers)
        assert await _rules(conn) == await _rules_of(empty)


async def test_numbers_mean_the_same_people_and_messages_in_sql(conn: Connection) -> None:
    await conn.execute(IN_SQL.read_bytes())
    for number in (1, 77, 4_999_999, 999_999_998):
        cursor = await conn.execute(
            """
            select bench.wa_id(%(n)s), bench.user_id(%(n)s), bench.message_id(%(n)s),
                   bench.body(%(n)s, %(n)s), extract(epoch from now())::bigint
            """,
            {"n": number},
        )
        ((*said, body, now),) = await cursor.fetchall()
        assert said == [wa_id(number), user_id(number), message_id(number)]
        assert body == message_body(number, number, now)


async def test_copy_is_gone_afterwards_also_when_something_is_still_connected(
    server_url: str, template: str
) -> None:
    async with copied(server_url, of=server_url.replace("/luminous?", f"/{template}?")) as url:
        left_open = connect(url)
        name = (await left_open.__aenter__()).info.dbname
        assert name in await _databases(server_url)
    assert name not in await _databases(server_url)
    await left_open.__aexit__(None, None, None)


def test_without_a_pgbench_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("luminous.proof.bench.pgbench.ELSEWHERE", str(tmp_path / "*/bin/pgbench"))
    with pytest.raises(LuminousError, match="Install it"):
        find_pgbench(tmp_path)

    for version in ("9.6", "15", "18"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/pgbench").touch()
    assert find_pgbench(tmp_path).program == tmp_path / "18/bin/pgbench"


def silently(what: str, done: int, of: int) -> None:
    """Say nothing."""


async def _rows(conn: Connection, customer: object) -> list[tuple[object, ...]]:
    """What the tables hold of a customer, without what names them and when."""
    cursor = await conn.execute(
        """
        select 'customers', to_jsonb(customers) - '{id,phone_number,whatsapp_id,whatsapp_user_id}'::text[]
               - '{created_at,updated_at,last_seen_at}'::text[]
          from customers where id = %(id)s
        union all
        select 'identifiers', to_jsonb(held) - '{id,customer_id,value,from_at}'::text[]
          from customer_identifiers held where customer_id = %(id)s
        union all
        select 'subscription', to_jsonb(held) - '{id,customer_id,start_date,end_date}'::text[]
               - '{created_at,updated_at}'::text[] || jsonb_build_object('days', end_date - start_date)
          from subscriptions held where customer_id = %(id)s
        union all
        select 'conversation', to_jsonb(held) - '{customer_id,waiting_since}'::text[]
          from conversations held where customer_id = %(id)s
        order by 1, 2
        """,
        {"id": customer},
    )
    return await cursor.fetchall()


async def _rules(conn: Connection) -> set[str]:
    cursor = await conn.execute(
        """
        select indexdef from pg_indexes where schemaname = 'public'
        union all
        select conname || ' ' || replace(pg_get_constraintdef(oid), ' NOT VALID', '') from pg_constraint
        """
    )
    return {row[0] for row in await cursor.fetchall()}


async def _rules_of(url: str) -> set[str]:
    async with connect(url) as conn:
        return await _rules(conn)


async def _databases(url: str) -> set[str]:
    async with connect(url) as conn:
        return {row[0] for row in await (await conn.execute("select datname from pg_database")).fetchall()}
