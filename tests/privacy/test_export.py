"""Everything about a person is in their export, and nothing about anybody else."""

import json
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from luminous import privacy
from luminous.db import Connection, sql
from luminous.errors import ExportRefused
from luminous.privacy import Export
from tests.privacy.amina import BOTH, BRENDA, CANARIES, OLD_PHONE, PHONE, SHOWN, USER, a_life, found_in, wamid
from tests.shop import ShopUnderTest, text

KAMPALA = ZoneInfo("Africa/Kampala")
# In a group, in a body that could not be read, or of a number that was never hers here: on nobody's record.
NOT_ON_THE_RECORD = {"hippo", "ostrich", OLD_PHONE}


async def exported(shop: ShopUnderTest, customer: UUID) -> Export:
    async with shop.database.transaction() as conn:
        found = await privacy.export(conn, customer)
    assert found is not None
    return found


async def test_everything_on_the_record_is_there_also_from_before_a_merge(shop: ShopUnderTest) -> None:
    customer = await a_life(shop)

    export = await exported(shop, customer)

    as_json, as_page = privacy.as_json(export).decode(), privacy.as_page(export, "Pearl & Sons", KAMPALA)
    assert set(found_in(as_json)) == set(CANARIES) - NOT_ON_THE_RECORD
    assert set(found_in(as_page)) == set(CANARIES) - NOT_ON_THE_RECORD
    assert not any(others in as_json for others in ("lion", BRENDA[0]))
    tables = {section["table"] for section in json.loads(as_json)["sections"]}
    assert tables >= {"customers", "inbox", "outbox", "subscriptions", "profiles", "customer_merges"}
    assert "What Pearl &amp; Sons knows about you" in as_page


async def test_every_table_that_leads_to_a_customer_is_walked_to(conn: Connection) -> None:
    """A new table comes by itself, before anybody labels it."""
    await conn.execute("create table wishes (id bigint generated always as identity primary key, wish text,"
                       " customer_id uuid references customers on delete cascade)")  # fmt: skip
    await conn.execute(
        "create table wish_pictures (wish_id bigint references wishes on delete cascade, path text)"
    )
    customer = await ADD.one(conn)
    await conn.execute("insert into wishes (wish, customer_id) values ('a bicycle', %s)", [customer])
    await conn.execute("insert into wish_pictures select id, '/bicycle.png' from wishes")

    export = await privacy.export(conn, customer)

    assert export is not None
    rows = {section.table: section.rows for section in export.sections}
    assert [row["wish"] for row in rows["wishes"]] == ["a bicycle"]
    assert [row["path"] for row in rows["wish_pictures"]] == ["/bicycle.png"]


async def test_hashes_tokens_and_what_tells_of_others_are_left_out(shop: ShopUnderTest) -> None:
    customer = await a_life(shop)
    await shop.do("update customers set identity_key_hash = 'secret-hash' where id = %s", customer)

    words = privacy.as_json(await exported(shop, customer)).decode()

    assert "secret-" not in words
    assert "from_was" not in words


async def test_who_got_a_number_after_somebody_sees_nothing_of_them_who_sees_their_own_still(
    shop: ShopUnderTest,
) -> None:
    await shop.hear(text("zebra", wamid(PHONE, 1), BOTH), name="Amina Nakato")
    await shop.hear(text("lion", wamid(PHONE, 2), (PHONE, "UG.5550001")), name="Bosco")
    amina, bosco = [row[0] for row in await shop.rows("select id from customers order by created_at")]

    hers = privacy.as_json(await exported(shop, amina)).decode()
    his = privacy.as_json(await exported(shop, bosco)).decode()

    assert found_in(his) == [PHONE]
    assert {"Nakato", "zebra", USER} <= set(found_in(hers))
    assert not any(others in hers for others in ("lion", "Bosco"))


async def test_while_a_stranger_may_have_written_under_a_record_it_is_not_shown(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", SHOWN), name="Amina Nakato")
    customer = await shop.one("select id from customers")
    await shop.do("update customers set last_seen_at = now() - interval '60 days'")
    await shop.hear(text("It is me", "wamid.2", SHOWN), name="Somebody")

    with pytest.raises(ExportRefused, match="Settle that first"):
        await exported(shop, customer)


async def test_what_people_wrote_is_text_on_the_page(shop: ShopUnderTest) -> None:
    await shop.hear(text("<script>alert(1)</script>", "wamid.1", BOTH), name="<b>Amina</b>")

    page = privacy.as_page(await exported(shop, await shop.one("select id from customers")), "Pearl", KAMPALA)

    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_nobody_has_no_export(conn: Connection) -> None:
    assert await privacy.export(conn, UUID(int=1)) is None


ADD = sql("insert into customers (phone_number) values ('+256772000001') returning id").into(UUID)
