"""Out: sent once, in order, and what became of it is known; and what is not sent, and why."""

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest

from luminous import outbox
from luminous.answering import answer_next
from luminous.db import connect
from luminous.errors import SendFailed, SendOutcome
from luminous.outbound import backoff, deliver_next
from tests.shop import KAMPALA, ShopUnderTest, pressed, status, text

STATUS = "select status from outbox order by id"


def failed(outcome: SendOutcome, code: int | None = 1) -> SendFailed:
    return SendFailed("because", outcome, code=code)


async def welcome(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))


async def make_due(shop: ShopUnderTest) -> None:
    await shop.do("update outbox set next_attempt_at = now() where status = 'queued'")


async def pass_lease(shop: ShopUnderTest) -> None:
    await shop.do("update outbox set lease_until = now() - interval '1 second' where lease_until is not null")
    await shop.tidy()


async def test_reply_is_sent_once_and_statuses_follow_it(shop: ShopUnderTest) -> None:
    await welcome(shop)
    await shop.settle()
    seen = [await shop.one(STATUS)]
    for what in ("sent", "delivered", "read", "delivered", "sent"):
        await shop.post(status(what, "wamid.out.1"))
        seen.append(await shop.one(STATUS))

    assert seen == ["accepted", "sent", "delivered", "read", "read", "read"]
    assert await shop.settle() == []


@pytest.mark.parametrize("order", [*permutations(["sent", "delivered", "read"])])
@pytest.mark.parametrize("recorded", [True, False])
async def test_statuses_converge_in_any_order_before_and_after_the_send_is_recorded(
    shop: ShopUnderTest, order: tuple[str, ...], recorded: bool
) -> None:
    await welcome(shop)
    if recorded:
        await shop.settle()
    for what in order:
        await shop.post(status(what, "wamid.out.1"))
    await shop.settle()

    assert await shop.one(STATUS) == "read"
    assert await shop.one("select count(*) from early_statuses") == 0


async def test_status_with_our_echoed_id_settles_a_message_that_is_in_doubt(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("unclear", None)]
    await shop.settle()
    assert await shop.one(STATUS) == "uncertain"

    await shop.post(status("delivered", "wamid.real", await shop.one("select id from outbox")))
    await pass_lease(shop)

    assert await shop.settle() == []
    assert await shop.rows("select status, external_id from outbox") == [("delivered", "wamid.real")]


async def test_doubt_without_a_status_sends_again_once_and_then_gives_up(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("unclear", None), failed("unclear", None)]
    statuses: list[str] = []
    for _ in range(2):
        await shop.settle()
        await pass_lease(shop)
        statuses.append(await shop.one(STATUS))

    assert statuses == ["queued", "dead"]


async def test_worker_that_died_while_sending_leaves_a_doubt_and_not_a_loss(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("unclear")]  # the call began; pretend that nothing was recorded
    await shop.settle()
    await shop.do("update outbox set status = 'sending', lost_answers = 0, lease_until = now()")
    await pass_lease(shop)
    assert await shop.one(STATUS) == "uncertain"
    await pass_lease(shop)

    assert len(await shop.settle()) == 1


async def test_an_outage_of_hours_loses_nothing_and_one_without_end_is_given_up(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("not_sent", 130429)]
    await shop.settle()
    await shop.do("update outbox set attempts = 98")
    for expected in ("queued", "dead"):
        shop.whatsapp.failures = [failed("not_sent", 130429)]
        await make_due(shop)
        await shop.settle()
        assert await shop.rows("select status, error_code from outbox") == [(expected, 130429)]


def test_waits_grow_to_five_minutes() -> None:
    assert [backoff(n).total_seconds() for n in (1, 2, 3, 4, 5, 6, 50)] == [1, 4, 16, 64, 256, 300, 300]


async def test_failures_that_whatsapp_itself_reports_are_tried_six_times(shop: ShopUnderTest) -> None:
    await welcome(shop)
    statuses: list[str] = []
    for _ in range(6):
        shop.whatsapp.failures = [SendFailed("HTTP 503", "unclear", answered=True)]
        await shop.settle()
        await pass_lease(shop)
        statuses.append(await shop.one(STATUS))

    assert statuses == ["queued"] * 5 + ["dead"]


async def test_status_with_an_echo_of_another_life_does_not_touch_what_was_never_sent(
    shop: ShopUnderTest,
) -> None:
    await welcome(shop)
    await answer_next(shop.database.transaction, KAMPALA)
    await shop.post(status("delivered", "wamid.before.the.restore", await shop.one("select id from outbox")))

    assert len(await shop.settle()) == 1


async def test_two_workers_that_claim_for_one_customer_send_one_after_the_other(
    shop: ShopUnderTest, database_url: str
) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("not_sent")]
    await shop.settle()
    await shop.hear(pressed("plan", "wamid.2"))
    await answer_next(shop.database.transaction, KAMPALA)
    await shop.do("update outbox set status = 'parked' where id = (select min(id) from outbox)")
    async with connect(database_url) as other:
        async with other.transaction():
            await outbox.claim(other)
            await shop.do(
                "update outbox set status = 'queued', next_attempt_at = now() where status = 'parked'"
            )
            quicker = asyncio.create_task(deliver_next(shop.database.transaction, {"meta": shop.whatsapp}))
            await asyncio.sleep(0.2)
        assert await quicker
    assert await shop.one("select count(*) from outbox where status = 'sending'") == 1


async def test_wait_that_whatsapp_asks_for_is_kept(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [SendFailed("slow", "not_sent", code=4, retry_after=timedelta(minutes=7))]
    await shop.settle()

    assert await shop.one("select next_attempt_at > now() + interval '6 minutes' from outbox")


async def test_refusal_is_final_and_says_why(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("refused", 131026)]
    await shop.settle()

    assert await shop.rows("select status, error_code, error_reason from outbox") == [
        ("failed", 131026, "because")
    ]


async def test_what_may_not_go_today_is_set_aside_and_its_day_comes(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("not_today", 131049)]
    assert await shop.settle() == []
    assert await shop.rows(
        "select status, error_code, aside_until > now() + interval '23 hours' from outbox"
    ) == [("parked", 131049, True)]

    await shop.do("update outbox set aside_until = now()")
    await shop.tidy()
    assert len(await shop.settle()) == 1


async def test_dead_token_holds_messages_without_using_up_their_attempts(shop: ShopUnderTest) -> None:
    await welcome(shop)
    for _ in range(10):
        shop.whatsapp.failures = [failed("held", 190)]
        await shop.settle()
        await make_due(shop)
    assert await shop.rows("select status, attempts from outbox") == [("queued", 0)]

    assert len(await shop.settle()) == 1


async def test_later_reply_waits_for_an_earlier_one_that_is_being_tried_again(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("not_sent")]
    await shop.settle()
    await shop.hear(pressed("plan", "wamid.2"))
    assert await shop.settle() == []

    await make_due(shop)
    first, second = await shop.settle()
    assert ("welcome" in first, "Open quotations" in second) == (True, True)


async def test_nothing_owed_before_the_identity_moved_is_sent(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("not_sent")]
    await shop.settle()
    await shop.do("update customers set identity_epoch = identity_epoch + 1")
    await make_due(shop)

    assert await shop.settle() == []
    assert await shop.one(STATUS) == "stale"


async def test_after_stop_a_notice_is_suppressed_and_a_reply_still_goes(shop: ShopUnderTest) -> None:
    for number, words in enumerate(["Hello", "STOP"]):
        await shop.hear(text(words, f"wamid.0{number}"))
        await shop.settle()
    await shop.do("""
        insert into outbox (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key,
                            content)
        select id, identity_epoch, 'meta', '1', 'notice', 'news', '{"text": "News"}' from customers""")
    await shop.hear(pressed("plan", "wamid.2"))

    (reply,) = await shop.settle()
    assert "*Guest User*" in reply
    assert await shop.rows("select purpose, status from outbox order by id") == [
        ("reply", "accepted"),
        ("reply", "accepted"),
        ("notice", "suppressed"),
        ("reply", "accepted"),
    ]


async def test_outside_the_24_hours_a_message_waits_until_the_customer_writes(shop: ShopUnderTest) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("not_sent")]
    await shop.settle()
    await shop.do("update conversations set last_message_at = now() - interval '24 hours'")
    await make_due(shop)
    assert await shop.settle() == []
    assert await shop.one(STATUS) == "parked"

    await shop.hear(text("Hello?", "wamid.2"))
    assert len(await shop.settle()) == 1


async def test_hidden_number_is_answered_by_its_user_id(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", (None, "UG.77")))
    await shop.settle()

    assert (shop.whatsapp.sent[0].to, shop.whatsapp.sent[0].recipient) == (None, "UG.77")


async def test_what_the_old_owner_of_a_number_is_owed_does_not_reach_the_new_one(
    shop: ShopUnderTest,
) -> None:
    await shop.hear(text("Hello", "wamid.1", ("256782240146", "UG.old")))
    shop.whatsapp.failures = [failed("not_sent")]
    await shop.settle()
    await shop.hear(text("Hello", "wamid.2", ("256782240146", "UG.new")), name="Okello")
    await make_due(shop)
    await shop.settle()

    assert [(message.to, message.recipient) for message in shop.whatsapp.sent] == [
        ("+256782240146", "UG.new")
    ]
    assert "Okello" in shop.whatsapp.texts[0]
    assert await shop.rows("select status from outbox order by id") == [("stale",), ("accepted",)]


async def test_failure_reported_later_does_not_undo_a_delivery(shop: ShopUnderTest) -> None:
    await welcome(shop)
    await shop.settle()
    failure = status("failed", "wamid.out.1", errors=[{"code": 131026, "title": "Message undeliverable"}])
    await shop.post(failure)
    assert await shop.rows("select status, error_code from outbox") == [("failed", 131026)]

    await shop.post(status("delivered", "wamid.out.1"))
    await shop.post(failure)
    assert await shop.one(STATUS) == "delivered"


async def test_late_failure_of_a_lost_attempt_does_not_fail_the_attempt_in_flight(
    shop: ShopUnderTest,
) -> None:
    await welcome(shop)
    shop.whatsapp.failures = [failed("unclear", None)]
    await shop.settle()
    await pass_lease(shop)
    await shop.do("update outbox set status = 'sending', lease_until = now() + interval '20 seconds'")

    await shop.post(status("failed", "wamid.lost", await shop.one("select id from outbox")))
    assert await shop.one(STATUS) == "sending"

    await shop.do("update outbox set status = 'queued', lease_until = null")
    await shop.settle()
    assert await shop.rows("select status, external_id from outbox") == [("accepted", "wamid.out.1")]


async def test_nothing_due_is_said(shop: ShopUnderTest) -> None:
    assert not await deliver_next(shop.database.transaction, {"meta": shop.whatsapp})
