"""What is older than the owner keeps it is gone: the clock is moved, and no row is past its limit."""

from datetime import timedelta

import pytest

from luminous import accounts, mail, privacy
from luminous.accounts import Site
from luminous.privacy import retention
from tests.privacy.amina import BOTH, PHONE, unreadable, wamid
from tests.shop import ShopUnderTest, text, webhook


async def passes(shop: ShopUnderTest, days: int) -> None:
    """So many days pass for everything that is there, and housekeeping does all that is due."""
    await shop.do("update webhook_bodies set received_at = received_at - make_interval(days => %s)", days)
    await shop.do("update inbox set received_at = received_at - make_interval(days => %s)", days)
    await shop.do("update outbox set created_at = created_at - make_interval(days => %s)", days)
    await shop.do("update dead_letters set created_at = created_at - make_interval(days => %s)", days)
    await tidy(shop)


async def tidy(shop: ShopUnderTest) -> None:
    await shop.do("update retention_periods set next_run_at = now()")
    while await shop.one(
        "select count(*) from retention_periods where keep_for is not null and next_run_at <= now()"
    ):
        async with shop.database.transaction() as conn:
            await privacy.forget_old(conn)


async def test_bodies_go_after_two_weeks_and_messages_after_two_years(shop: ShopUnderTest) -> None:
    await shop.hear(text("zebra", wamid(PHONE, 1), BOTH))
    await shop.settle()

    await passes(shop, 13)
    assert await shop.one("select count(*) from webhook_bodies") == 1
    await passes(shop, 2)
    assert await shop.one("select count(*) from webhook_bodies") == 0
    assert await shop.rows("select text from inbox") == [("zebra",)]
    assert (await shop.one("select content ->> 'text' from outbox")).startswith("Hello")

    await passes(shop, 730)
    assert await shop.rows("select text, from_phone_number from inbox") == [("", None)]
    assert await shop.rows("select content::text from outbox") == [("{}",)]
    await shop.hear(text("zebra", wamid(PHONE, 1), BOTH))  # a replay: taken once, all the same
    assert await shop.one("select count(*) from inbox") == 1


async def test_a_piece_that_still_waits_to_be_read_keeps_its_body(shop: ShopUnderTest) -> None:
    await shop.post(webhook(unreadable("zebra", BOTH)))

    await passes(shop, 20)
    assert await shop.one("select length(body) from webhook_bodies") > 0

    await passes(shop, 80)
    await tidy(shop)
    assert await shop.one("select count(*) from dead_letters") == 0
    assert await shop.one("select count(*) from webhook_bodies") == 0


async def test_an_owner_who_keeps_things_for_longer_or_for_ever_is_obeyed(shop: ShopUnderTest) -> None:
    await shop.hear(text("zebra", "wamid.1", BOTH))
    await shop.settle()
    await shop.do("update retention_periods set keep_for = '90 days' where kind = 'webhook_bodies'")
    await shop.do("update retention_periods set keep_for = null where kind = 'received_messages'")

    await passes(shop, 89)
    assert await shop.one("select count(*) from webhook_bodies") == 1
    await passes(shop, 7000)
    assert await shop.one("select count(*) from webhook_bodies") == 0
    assert await shop.one("select text from inbox") == "zebra"


async def test_what_waits_is_never_forgotten(shop: ShopUnderTest) -> None:
    await shop.hear(text("zebra", "wamid.1", BOTH))

    await passes(shop, 7000)

    assert await shop.one("select text from inbox") == "zebra"


async def test_old_identifiers_and_settled_questions_go(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", BOTH))
    await shop.hear(text("Hello", "wamid.2", (PHONE, "UG.5550001")), name="Bosco")
    await shop.do(
        "insert into customer_conflicts (holder_id, phone_number, decision, resolved_at, resolution)"
        " select id, '+256700000009', 'unproven_number', now() - interval '3 years', 'same'"
        " from customers limit 1"
    )
    await shop.do("insert into profiles default values")
    await shop.do(
        "insert into account_conflicts (kind, profile_id, customer_id, resolved_at, resolution, resolved_by,"
        "                               reason)"
        " select 'customer_has_another_account', profiles.id, customers.id, now() - interval '3 years',"
        "        'same', 'Aisha', 'She called' from profiles, customers limit 1"
    )
    await shop.do("update customer_identifiers set until_at = until_at - interval '3 years'")

    await tidy(shop)

    assert await shop.one("select count(*) from customer_identifiers where until_at is not null") == 0
    assert await shop.one("select count(*) from customer_identifiers") == 3
    assert await shop.one("select count(*) from customer_conflicts") == 0
    assert await shop.one("select count(*) from account_conflicts") == 0


async def test_links_sessions_and_letters_go_when_their_time_is_over(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", BOTH))
    async with shop.database.transaction() as conn:
        customer = (await (await conn.execute("select id from customers")).fetchall())[0][0]
        await accounts.make_sign_in_link(conn, Site("https://shop.example", "secret"), customer)
        await accounts.begin(conn, await accounts.account_of(conn, customer), "Chrome", "whatsapp")
        await mail.owe(conn, "a@b.example", "Hi", "Hi", dedupe_key="1", good_for=timedelta(minutes=25))
    count = (
        "select array[(select count(*) from magic_links), (select count(*) from sessions),"
        " (select count(*) from mail)]"
    )

    for days, left in ((0, [1, 1, 1]), (31, [0, 1, 0]), (90, [0, 0, 0])):
        for table in ("magic_links", "sessions", "mail"):
            await shop.do(
                f"update {table} set created_at = created_at - make_interval(days => %s),"  # noqa: S608 - ours
                " expires_at = expires_at - make_interval(days => %s)",
                days,
                days,
            )
        await shop.tidy()
        assert await shop.one(count) == left, days


async def test_however_much_is_old_it_goes_in_small_batches(
    shop: ShopUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(8):
        await shop.hear(text("zebra", f"wamid.{number}", BOTH))
    await shop.settle()

    await passes(shop, 1000)

    assert await shop.one("select count(*) from webhook_bodies") == 0
    assert await shop.one("select count(*) from inbox where text <> ''") == 0
