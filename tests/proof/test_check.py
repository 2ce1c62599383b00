"""`luminous check`: each violation, planted once, is found on its own line and named."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from luminous.db import Connection, connect
from luminous.proof import PATIENCE, check
from luminous.proof.check import INVARIANTS
from luminous.storage import Directory
from tests.proof.violations import BASE, VIOLATIONS, Planted, do
from tests.shop import ShopUnderTest, pressed, status, text
from tests.test_up import luminous


def test_a_violation_is_planted_for_every_line() -> None:
    assert [invariant.item for invariant in INVARIANTS] == list(VIOLATIONS)


@pytest.mark.parametrize(("item", "planted"), VIOLATIONS.items(), ids=VIOLATIONS)
async def test_planted_violation_is_named_on_its_line_and_nowhere_else(
    conn: Connection, item: str, planted: Planted
) -> None:
    await do(conn, BASE)
    await do(conn, planted.by_hand)

    assert await named(conn) == {item: planted.ids}


async def test_merge_and_its_undo_break_nothing(conn: Connection) -> None:
    await do(conn, BASE)
    assert await named(conn) == {}

    await do(conn, "select merge_customers(:brian, :amina, 'test')")
    assert await named(conn) == {}
    await do(conn, "select undo_merge(max(id)) from customer_merges")
    assert await named(conn) == {}


async def named(conn: Connection) -> dict[str, tuple[str, ...]]:
    """The ids on each line that has some."""
    found = {each.item: await each.offenders.all(conn, patience=PATIENCE) for each in INVARIANTS}
    return {item: tuple(one.id for one in offenders) for item, offenders in found.items() if offenders}


async def test_shop_that_answered_and_sent_keeps_every_invariant_without_any_patience(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1"), pressed("price", "wamid.2"))
    await shop.hear(pressed("person", "wamid.3"), text("stop", "wamid.4"), name="Brian")
    await shop.settle()
    await shop.post(status("delivered", "wamid.out.1", 1))

    findings = await check(database_url, schema=None, patience=timedelta())

    assert [finding for finding in findings if finding.verdict != "✓"] == []


async def test_stored_files_that_are_gone_or_changed_are_named_when_they_are_read(
    database_url: str, tmp_path: Path
) -> None:
    storage = Directory(tmp_path / "media")
    async with connect(database_url) as conn:
        await conn.execute("""
            insert into media (id, channel, provider_id, claimed_sha256, kind, filename, status, mime_type,
                               size, sha256, stored_at)
            select uuid(lpad(n::text, 32, '0')), 'meta', n::text, '', 'image', '', 'stored', 'image/png', 1,
                   sha256('x'), now()
              from generate_series(1, 3) n""")
    whole, changed, gone = (str(UUID(f"{n:032}")) for n in (1, 2, 3))
    await storage.put(whole, b"x")
    await storage.put(changed, b"y")

    (*_, files) = await check(database_url, schema=None, storage=storage)

    assert (files.verdict, files.ids) == ("✗", (changed, gone))


async def test_first_twenty_are_named_and_all_are_counted(database_url: str, tmp_path: Path) -> None:
    async with connect(database_url) as conn:
        await conn.execute(
            "insert into customers (phone_number) select '+25678224' || n from generate_series(100, 124) n"
        )
        await conn.execute("delete from conversations")

    (broken,) = [one for one in await check(database_url, schema=None) if one.verdict == "✗"]
    said = luminous(tmp_path, "check", "--json", DATABASE_URL=database_url)

    assert (broken.item, broken.found, len(broken.ids)) == (
        "Every live customer has exactly one conversation",
        25,
        20,
    )
    assert broken.evidence.startswith(f"25: customers {broken.ids[0]}, ")
    assert "and 5 more. Without one nobody answers them" in broken.evidence
    assert said.returncode == 1
    assert [line["found"] for line in json.loads(said.stdout) if line["verdict"] == "✗"] == [25]


async def test_missing_table_is_said_on_the_lines_that_need_it_and_the_others_are_still_looked_at(
    database_url: str,
) -> None:
    async with connect(database_url) as conn:
        await conn.execute("drop table outbox")

    findings = await check(database_url, schema=None)

    wrong = {one.item: one.evidence for one in findings if one.verdict == "✗"}
    sentence = "the table outbox is missing; run luminous migrate, or restore it if it was dropped by hand"
    assert set(wrong.values()) == {sentence}
    assert "What is due is sent" in wrong
    assert "Nobody waits long for an answer" not in wrong


async def test_statement_that_takes_too_long_is_given_up_and_said(database_url: str) -> None:
    async with connect(database_url) as conn:
        await conn.execute("""
            alter table dead_letters rename to hidden;
            create view dead_letters as select hidden.* from hidden, pg_sleep(10)""")

    findings = await check(database_url, schema=None, longest=timedelta(seconds=0.2))

    (wrong,) = [one for one in findings if one.verdict == "✗"]
    assert wrong.item == "Every piece that arrived could be taken"
    assert "statement timeout" in wrong.evidence


async def test_check_writes_nothing_not_even_where_a_statement_would(database_url: str) -> None:
    async with connect(database_url) as conn:
        await conn.execute("""
            create function counting() returns boolean language plpgsql as $$
            begin insert into profiles default values; return true; end $$;
            alter table dead_letters rename to hidden;
            create view dead_letters as select * from hidden where counting()""")
        await conn.execute("""
            insert into webhook_bodies (channel, body, sha256) values ('meta', '', '');
            insert into hidden (body_id, position, stage, reason)
            select id, 'body', 'parsing', 'x' from webhook_bodies""")

    findings = await check(database_url, schema=None)

    assert ["only allows reading" in one.evidence for one in findings if one.verdict == "✗"] == [True]
