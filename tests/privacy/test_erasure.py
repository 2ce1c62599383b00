"""Erase a person, then search everything that the database holds: nothing of them is there."""

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from uuid import UUID

import psycopg
import pytest

from luminous import outbox, privacy, quotes
from luminous.answering import answer_next
from luminous.channels.meta.payload import parse
from luminous.db import Connection, connect
from luminous.db import again as db_again
from luminous.errors import ErasureRefused
from luminous.inbound import Delivery, take_events
from luminous.proof.check import check
from tests.privacy.amina import (
    BOTH,
    BRENDA,
    CANARIES,
    HIDDEN,
    PEPPER,
    PHONE,
    SHOWN,
    USER,
    a_life,
    dump,
    found_in,
    unreadable,
    wamid,
)
from tests.quotes import making
from tests.shop import KAMPALA, ShopUnderTest, text, webhook

erase = partial(privacy.erase, pepper=PEPPER, cause="test")


async def erased(shop: ShopUnderTest, customer: UUID) -> None:
    async with shop.database.transaction() as conn:
        assert await erase(conn, customer)


async def test_before_it_everything_is_there_and_after_it_nothing(
    shop: ShopUnderTest, database_url: str
) -> None:
    customer = await a_life(shop)
    assert found_in(dump(database_url)) == list(CANARIES)

    await erased(shop, customer)

    after = dump(database_url)
    assert found_in(after) == []
    assert await shop.rows("select status from media") == [("doomed",)]  # the worker deletes the bytes
    assert all(hers in after for hers in ("Brenda", "a lion please", BRENDA[0]))


async def test_whichever_record_of_a_merged_person_is_named_all_of_them_go(
    shop: ShopUnderTest, database_url: str
) -> None:
    customer = await a_life(shop)
    ended = await shop.one("select id from customers where merged_into = %s", customer)

    await erased(shop, ended)

    assert found_in(dump(database_url)) == []


async def test_what_two_records_were_before_a_merge_that_was_undone_goes_with_either(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("zebra", "wamid.1", SHOWN), name="Amina Nakato")
    await shop.hear(text("lion", "wamid.2", BRENDA), name="Brenda")
    amina, brenda = [row[0] for row in await shop.rows("select id from customers order by created_at")]
    merge = await shop.one("select merge_customers(%s, %s, 'test')", amina, brenda)
    await shop.do("select undo_merge(%s)", merge)

    await erased(shop, amina)

    after = dump(database_url)
    assert found_in(after) == []
    assert "lion" in after


async def test_twice_is_as_once_and_what_the_tables_promise_holds(
    shop: ShopUnderTest, database_url: str
) -> None:
    customer = await a_life(shop)
    await erased(shop, customer)
    epochs = await shop.rows("select id, identity_epoch from customers order by id")

    await erased(shop, customer)

    assert [each for each in await check(database_url, schema=None) if each.verdict == "✗"] == []
    assert await shop.rows("select id, identity_epoch from customers order by id") == epochs


async def test_what_was_owed_is_not_sent_and_the_epoch_rises(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", BOTH))
    customer, epoch = (await shop.rows("select id, identity_epoch from customers"))[0]
    await answer_next(shop.database.transaction, KAMPALA)

    await erased(shop, customer)

    assert await shop.settle() == []
    assert await shop.one("select identity_epoch from customers") > epoch
    assert await shop.rows("select distinct status from outbox") == [("stale",)]


async def test_the_ledger_stays_and_names_nobody(shop: ShopUnderTest) -> None:
    customer = await a_life(shop)
    before = await shop.rows("select id, plan_code, amount_paid_per_cycle from subscriptions order by id")

    await erased(shop, customer)

    assert (
        await shop.rows("select id, plan_code, amount_paid_per_cycle from subscriptions order by id")
        == before
    )
    live = "select customer_id from subscriptions where status in ('active', 'cancel_scheduled')"
    assert customer not in [row[0] for row in await shop.rows(live)]


async def test_a_replay_of_what_they_sent_brings_nobody_back(shop: ShopUnderTest, database_url: str) -> None:
    customer = await a_life(shop)
    await shop.settle()
    await erased(shop, customer)

    await shop.hear(text("Hello, a zebra please", wamid(PHONE, 1), SHOWN), name="Amina Nakato")
    await shop.hear(text("hippo, to all", wamid(PHONE, 4), BOTH, group_id="family"), name="Amina Nakato")

    assert await shop.settle() == []
    assert found_in(dump(database_url)) == []


async def test_who_writes_again_is_somebody_new_and_still_suppressed(shop: ShopUnderTest) -> None:
    customer = await a_life(shop)
    await erased(shop, customer)

    await shop.hear(text("Hello", wamid(PHONE, 20), BOTH), name="Amina Nakato")

    again, is_new = (
        await shop.rows("select customer_id, is_new_customer from inbox order by id desc limit 1")
    )[0]
    assert (again != customer, is_new) == (True, True)
    async with shop.database.transaction() as conn:
        asked = [f"+{PHONE}", USER, "Amina@Example.com", f"+{BRENDA[0]}"]
        assert await privacy.suppressed(conn, asked, PEPPER) == asked[:3]
        assert await privacy.suppressed(conn, asked, "another pepper") == []


async def test_a_number_that_went_to_somebody_else_is_left_to_them(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("zebra", wamid(PHONE, 1), BOTH), name="Amina Nakato")
    amina = await shop.one("select id from customers")
    await shop.hear(text("lion", wamid(PHONE, 2), (PHONE, "UG.5550001")), name="Bosco")
    await shop.post(webhook(unreadable("lost", (PHONE, "UG.5550001")), name="Bosco"))

    await erased(shop, amina)

    assert set(found_in(dump(database_url))) == {PHONE}
    assert await shop.one("select phone_number from customers where deleted_at is null") == f"+{PHONE}"
    assert await shop.one("select count(*) from dead_letters where resolved_at is null") == 1
    async with shop.database.transaction() as conn:
        assert await privacy.suppressed(conn, [f"+{PHONE}", USER], PEPPER) == [USER]


async def test_a_piece_of_somebody_else_that_waits_in_the_same_body_is_not_lost(
    shop: ShopUnderTest, database_url: str
) -> None:
    hers = text("zebra", wamid(PHONE, 1), BOTH)
    brendas = unreadable("lion", BRENDA)
    both = webhook(hers, brendas, name="Amina Nakato")
    both["entry"][0]["changes"][0]["value"]["contacts"].append(
        {"profile": {"name": "Brenda"}, "wa_id": BRENDA[0]}
    )
    await shop.post(both)
    amina = await shop.one("select id from customers where display_name = 'Amina Nakato'")

    await erased(shop, amina)

    after = dump(database_url)
    assert found_in(after) == []
    assert "lion" in after
    letters = await shop.rows("select position from dead_letters where resolved_at is null")
    assert letters == [("entry[0].changes[0].messages[1]",)]


async def test_a_number_in_doubt_stays_in_doubt_when_the_one_who_may_have_it_is_erased(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1", ("256772000001", None)), name="Holder")
    holder = await shop.one("select id from customers")
    await shop.hear(text("Hello", "wamid.2", BOTH), name="Amina Nakato")
    amina = await shop.one("select id from customers where id <> %s", holder)
    await shop.hear(text("Hello", "wamid.3", ("256772000001", USER)), name="Amina Nakato")
    assert await shop.rows("select writer_id, decision from customer_conflicts") == [
        (amina, "disputed_number")
    ]

    await erased(shop, amina)

    assert await shop.rows("select holder_id, writer_id, decision from customer_conflicts") == [
        (holder, None, "unproven_number")
    ]
    assert found_in(dump(database_url)) == []


async def test_a_message_committed_in_the_moment_of_the_erasure_is_emptied_a_minute_later(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", wamid(PHONE, 1), BOTH), name="Amina Nakato")
    customer = await shop.one(
        "select id from customers"
    )  # waits already: the next message changes no other row

    async with connect(database_url) as intake, intake.transaction():
        await take(intake, webhook(text("zebra", wamid(PHONE, 2), BOTH), name="Amina Nakato"))
        await erased(shop, customer)
    assert "zebra" in found_in(dump(database_url))

    assert await shop.settle() == []
    await shop.tidy()
    assert "zebra" in found_in(dump(database_url))  # not yet: other messages of hers may be on their way
    await shop.do("update erasures set erased_at = now() - interval '61 seconds'")
    await shop.tidy()

    assert found_in(dump(database_url)) == []
    assert await shop.one("select count(*) from erasures where finished_at is null") == 0


async def test_a_message_being_sent_meanwhile_leaves_nothing_behind(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", wamid(PHONE, 1), BOTH), name="Amina Nakato")
    customer = await shop.one("select id from customers")
    await answer_next(shop.database.transaction, KAMPALA)
    async with shop.database.transaction() as conn:
        claimed = await outbox.claim(conn)
    assert claimed is not None

    await erased(shop, customer)
    async with shop.database.transaction() as conn:
        await outbox.accepted(conn, claimed.id, claimed.channel, wamid(PHONE, 9))
    await shop.do("update erasures set erased_at = now() - interval '61 seconds'")
    await shop.tidy()

    assert found_in(dump(database_url)) == []
    assert await shop.one("select status from outbox") == "accepted"


async def test_erasing_and_writing_at_once_leaves_an_empty_record_or_a_new_one(
    shop: ShopUnderTest, database_url: str
) -> None:
    for number in range(4):
        await shop.hear(text("zebra", wamid(PHONE, 100 + number), BOTH), name="Amina Nakato")
        customer = await shop.one("select id from customers where deleted_at is null")
        await asyncio.gather(
            *(shop.hear(text("giraffe", wamid(PHONE, 1000 * n + number), BOTH)) for n in range(1, 5)),
            erase_again(shop, customer),
            *(shop.hear(text("hippo", wamid(PHONE, 1000 * n + number), HIDDEN)) for n in range(5, 9)),
            erase_again(shop, customer),
        )
        await shop.settle()
    await shop.do("update erasures set erased_at = now() - interval '61 seconds'")
    await shop.tidy()

    left = await shop.one("select count(*) from customers where deleted_at is null")
    assert left in (0, 1)
    assert await shop.one("select count(*) from inbox") == 4 * 9
    assert (
        await shop.rows(
            "select text from inbox join customers on customers.id = customer_id"
            " where deleted_at is not null and text <> ''"
        )
        == []
    )
    assert [each for each in await check(database_url, schema=None) if each.verdict == "✗"] == []


async def test_while_an_order_or_a_payment_is_under_way_nobody_is_erased(shop: ShopUnderTest) -> None:
    customer = await a_life(shop)
    await shop.do("update payments set status = 'refund_due'")
    with pytest.raises(ErasureRefused, match=r"a payment of .* UGX is refund due"):
        await erased(shop, customer)
    await shop.do("update payments set status = 'refunded'")

    await erased(shop, customer)
    assert await shop.one("select count(*) from erasures") == 2


async def test_what_was_asked_for_and_not_paid_ends(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", BOTH))
    customer = await shop.one("select id from customers")
    await shop.do(
        "update subscriptions set plan_code = code, plan_id = plan.id"
        " from subscription_plans plan where code = 'plus'"
    )
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        accepted = await making.in_status(conn, customer, "accepted")
        asked = await making.in_status(conn, customer, "sent")

    await erased(shop, customer)

    assert dict(await shop.rows("select id, status from quotations")) == {
        accepted.id: "accepted",
        asked.id: "withdrawn",
    }
    assert await shop.rows("select status, changed_by from orders") == [("cancelled", "erasure")]


async def test_a_table_that_nobody_labelled_stops_an_erasure(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", BOTH))
    customer = await shop.one("select id from customers")
    await shop.do(
        "create table wishes (id uuid primary key default gen_random_uuid(), wish text,"
        " customer_id uuid references customers on delete cascade)"
    )
    await erased(shop, customer)  # nothing of theirs is in it

    await shop.hear(text("Hello", "wamid.2", BOTH))
    again = await shop.one("select id from customers where deleted_at is null")
    await shop.do("insert into wishes (wish, customer_id) values ('zebra', %s)", again)
    with pytest.raises(psycopg.Error, match="data_map does not say what becomes of wishes"):
        await erased(shop, again)


async def erase_again(shop: ShopUnderTest, customer: UUID) -> None:
    await db_again(shop.database.transaction, partial(erase, customer_id=customer))


async def take(conn: Connection, message: object) -> None:
    """A webhook is taken inside the caller's transaction."""
    raw = json.dumps(message).encode()
    events = parse(raw, datetime.now(UTC))
    await take_events(conn, Delivery("meta", raw, events), events)
