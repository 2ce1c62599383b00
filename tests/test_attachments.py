"""A file that goes with a message: asked for at sending, outside any transaction, never lost silently."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from luminous import outbox
from luminous.db import Begin
from luminous.errors import SendFailed
from luminous.messages import CONTENT, Attachment, Content, SourceName
from luminous.outbound import Source, deliver_next
from tests.shop import ShopUnderTest, text

QUOTATION = Attachment("quotation", "q-7", "Quotation 7.pdf", "application/pdf")
PDF = b"%PDF-1.7 a price"
IN_TRANSACTIONS = """
    select count(*) from pg_stat_activity
     where state = 'idle in transaction' and datname = current_database()
"""
FATE = "select status, attempts, error_reason from outbox order by id desc limit 1"


async def owe(shop: ShopUnderTest, channel: str = "meta") -> None:
    """A customer who wrote is owed a quotation."""
    await shop.hear(text("Hello", "wamid.1"))
    await shop.settle()
    customer_id: UUID = await shop.one("select id from customers")
    async with shop.database.transaction() as conn:
        await outbox.owe(
            conn,
            customer_id,
            Content("Your price", attachment=QUOTATION),
            purpose="reply",
            dedupe_key="quotation",
            channel="gateway" if channel == "gateway" else "meta",
            business_number_id="1",
        )


async def deliver(shop: ShopUnderTest, source: Source | None) -> None:
    sources: dict[SourceName, Source] = {"quotation": source} if source else {}
    channels = {"meta": shop.whatsapp, "gateway": shop.whatsapp}
    assert await deliver_next(shop.database.transaction, channels, sources=sources)  # pyright: ignore[reportArgumentType] - the notebook is a channel


def gives(answer: Callable[[], Awaitable[bytes]]) -> Source:
    async def source(begin: Begin, attachment_id: str) -> bytes:
        assert attachment_id == "q-7"
        return await answer()

    return source


async def pdf() -> bytes:
    return PDF


async def test_the_file_is_asked_for_outside_any_transaction_and_goes_along(shop: ShopUnderTest) -> None:
    await owe(shop)

    async def source(begin: Begin, attachment_id: str) -> bytes:
        assert await shop.one(IN_TRANSACTIONS) == 0
        async with begin() as conn:  # a source reads in transactions of its own
            await conn.execute("select from outbox")
        return PDF

    await deliver(shop, source)

    sent = shop.whatsapp.sent[-1]
    assert (sent.file, sent.content.attachment) == (PDF, QUOTATION)
    assert (await shop.rows(FATE))[0][0] == "accepted"


async def test_its_lease_outlasts_making_and_uploading_it(shop: ShopUnderTest) -> None:
    await owe(shop)

    async def source() -> bytes:
        left = "select extract(epoch from lease_until - now())::int from outbox where status = 'sending'"
        assert await shop.one(left) > 60
        return PDF

    await deliver(shop, gives(source))
    assert (await shop.rows(FATE))[0][0] == "accepted"


async def refused() -> bytes:
    raise SendFailed("The quotation is gone.", "refused")


async def not_now() -> bytes:
    raise SendFailed("The store does not answer.", "not_sent")


async def slow() -> bytes:
    raise TimeoutError


async def broken() -> bytes:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (refused, "failed", "The quotation is gone."),
        (not_now, "queued", "The store does not answer."),
        (slow, "queued", "Its file could not be made (TimeoutError)."),
        (broken, "failed", "Its file could not be made (ZeroDivisionError)."),
    ],
)
async def test_without_its_file_it_does_not_go_and_says_why(
    shop: ShopUnderTest, answer: Callable[[], Awaitable[bytes]], status: str, reason: str
) -> None:
    await owe(shop)
    before = len(shop.whatsapp.sent)
    await deliver(shop, gives(answer))

    assert await shop.rows(FATE) == [(status, 1, reason)]
    assert len(shop.whatsapp.sent) == before


async def test_a_source_that_hangs_is_given_up(shop: ShopUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("luminous.outbound.FILE_SECONDS", 0.05)
    await owe(shop)
    await deliver(shop, gives(lambda: asyncio.sleep(60, PDF)))

    assert (await shop.rows(FATE))[0][0] == "queued"


async def test_a_worker_without_the_source_holds_the_message(shop: ShopUnderTest) -> None:
    await owe(shop)
    await deliver(shop, None)

    assert await shop.rows(FATE) == [("queued", 0, "This worker cannot get a file from quotation.")]


async def test_a_channel_that_carries_no_files_is_not_asked_for_one(shop: ShopUnderTest) -> None:
    await owe(shop, "gateway")
    await deliver(shop, gives(broken))

    assert (shop.whatsapp.sent[-1].file, shop.whatsapp.sent[-1].channel) == (None, "gateway")


def test_what_is_owed_since_before_there_were_files_is_still_read() -> None:
    old = '{"text": "Hello", "buttons": [], "rows": [], "label": ""}'
    assert CONTENT.validate_json(old) == Content("Hello")
    assert (
        CONTENT.validate_json(CONTENT.dump_json(Content("a", attachment=QUOTATION))).attachment == QUOTATION
    )
