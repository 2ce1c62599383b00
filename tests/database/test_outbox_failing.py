"""WhatsApp took a message and says later that it has failed: what goes again, and what staff do."""

from datetime import UTC, datetime, timedelta

import pytest

from luminous import outbox
from luminous.db import Connection, sql
from luminous.errors import SendOutcome
from luminous.messages import Content, StatusChange, TemplateUse
from luminous.outbox import Purpose

from .owing import claimed, customer, owes, row, wrote
from .people import PHONE, soft_delete


async def taken(conn: Connection, wamid: str = "wamid.1") -> int:
    """A notice that WhatsApp has taken."""
    message = await claimed(conn)
    await outbox.accepted(conn, message.id, "meta", wamid)
    return message.id


async def told(
    conn: Connection, status: str, wamid: str = "wamid.1", outbox_id: int | None = None, **more: object
) -> bool:
    change = {
        "channel": "meta",
        "external_id": wamid,
        "position": "p",
        "status": status,
        "occurred_at": datetime.now(UTC),
        "outbox_id": outbox_id,
        "error_code": None,
        "error_reason": None,
        "billable": None,
        **more,
    }
    return await outbox.record_status(conn, StatusChange(**change))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("failure", "then", "due_in"),
    [
        ("not_sent", "queued", 1),
        ("unclear", "queued", 1),
        ("held", "queued", 60),
        ("window_over", "queued", 0),
        ("refused", "failed", None),
        ("once", "failed", None),
        ("template_refused", "failed", None),  # it went as free text
        (None, "failed", None),
    ],
)
async def test_what_may_help_is_done(
    conn: Connection, failure: SendOutcome | None, then: str, due_in: int | None
) -> None:
    await customer(conn, PHONE)
    owed = await owes(conn, await customer(conn, PHONE), "notice")
    await taken(conn)

    assert await told(conn, "failed", failure=failure, error_code=1, error_reason="no")

    after = await row(conn, owed)
    assert (after.status, after.error_code) == (then, 1)
    if due_in is not None:
        assert (after.external_id, after.due_in) == (None, timedelta(seconds=due_in))
    assert await outbox.stopped_numbers(conn) == (failure == "held")


async def test_free_text_after_the_24_hours_goes_again_as_its_template_or_waits(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    for number, template in enumerate([TemplateUse("order_milestone", ("1", "x")), None]):
        await outbox.owe(
            conn,
            amina,
            Content("News"),
            purpose="notice",
            dedupe_key=f"n{number}",
            channel="meta",
            business_number_id="1",
            template=template,
        )
    await APPROVE.run(conn)
    await taken(conn, "wamid.1")
    await told(conn, "failed", "wamid.1", failure="window_over", error_code=131047)

    again = await claimed(conn)
    assert (again.status, again.template is not None, again.attempts) == ("sending", True, 2)
    await outbox.accepted(conn, again.id, "meta", "wamid.2")
    await told(conn, "failed", "wamid.2", failure="window_over", error_code=131047)
    assert (await row(conn, again.id)).status == "failed"  # a template cannot fail for that

    last = await taken(conn, "wamid.3")
    await told(conn, "failed", "wamid.3", failure="window_over", error_code=131047)
    assert (await claimed(conn)).status == "parked"
    await wrote(conn, amina)
    await outbox.heard_from(conn, amina)
    assert ((message := await claimed(conn)).id, message.status) == (last, "sending")


async def test_a_template_that_is_refused_rests_until_it_is_approved_again(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    await APPROVE.run(conn)
    await wrote(conn, amina, hours_ago=30)
    owed = await outbox.owe(
        conn,
        amina,
        Content("News"),
        purpose="notice",
        dedupe_key="n",
        channel="meta",
        business_number_id="1",
        template=TemplateUse("order_milestone", ("1", "x")),
    )
    assert await taken(conn) == owed
    await told(conn, "failed", failure="template_refused", error_code=132015, error_reason="paused")

    assert (await claimed(conn)).status == "parked"
    assert await TEMPLATE.all(conn) == ["refused_at_sending: paused"]


async def test_late_words_of_the_failed_attempt_change_nothing_but_a_delivery_counts(
    conn: Connection,
) -> None:
    owed = await owes(conn, await customer(conn, PHONE), "notice")
    await taken(conn)
    await told(conn, "failed", failure="not_sent", error_code=131056)
    for late in ("sent", "failed"):
        await told(conn, late, "wamid.1", owed, error_code=131056, failure="not_sent")
        assert (await row(conn, owed)).status == "queued"

    await told(conn, "delivered", "wamid.1", owed)
    assert (await row(conn, owed)).status == "delivered"


async def test_a_failure_that_was_quicker_than_our_record_has_the_same_effect(conn: Connection) -> None:
    owed = await owes(conn, await customer(conn, PHONE), "notice")
    await claimed(conn)
    await told(conn, "failed", "wamid.1", owed, failure="not_sent", error_code=131056)

    await outbox.accepted(conn, owed, "meta", "wamid.1")

    assert (await row(conn, owed)).status == "queued"


@pytest.mark.parametrize("told_later", [True, False])
async def test_what_may_not_go_today_is_set_aside_for_a_day_two_and_four_and_holds_nothing_back(
    conn: Connection, told_later: bool
) -> None:
    amina = await customer(conn, PHONE)
    owed = await owes(conn, amina, "notice")
    for day, wait in enumerate([1, 1, 2, 4]):
        if told_later:
            assert await taken(conn, f"wamid.{day}") == owed
            await told(conn, "failed", f"wamid.{day}", failure="not_today", error_code=131049)
        else:
            assert (await claimed(conn)).id == owed
            await outbox.set_aside(conn, owed, "no", code=131049)
        after = await row(conn, owed)
        assert (after.status, after.error_code, after.external_id) == ("parked", 131049, None)
        assert after.aside_for == timedelta(days=wait)
        assert await owes(conn, amina) == await taken(conn, f"wamid.after.{day}")  # nothing waits for it

        assert await outbox.owe_set_aside(conn) == 0
        await DAYS_PASS.run(conn, days=wait)
        await wrote(conn, amina)
        assert await outbox.owe_set_aside(conn) == 1


async def test_what_was_set_aside_goes_at_once_when_the_customer_writes(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    owed = await owes(conn, amina, "notice")
    await taken(conn)
    await told(conn, "failed", failure="not_today", error_code=131049)

    await outbox.heard_from(conn, amina)

    assert ((message := await claimed(conn)).id, message.status) == (owed, "sending")


async def test_what_was_set_aside_for_too_long_is_not_said(conn: Connection) -> None:
    owed = await owes(conn, await customer(conn, PHONE), "notice")
    await taken(conn)
    await told(conn, "failed", failure="not_today", error_code=131049)

    await DAYS_PASS.run(conn, days=61)
    await outbox.owe_set_aside(conn)

    assert ((message := await claimed(conn)).id, message.status) == (owed, "stale")


@pytest.mark.parametrize(
    ("purpose", "status", "then"),
    [
        ("notice", "failed", "owed again"),
        ("reply", "dead", "owed again"),
        ("reply", "delivered", "not failed"),
        ("payment_prompt", "dead", "never twice"),
        ("sign_in_link", "failed", "never twice"),
    ],
)
async def test_staff_see_what_failed_and_try_it_again(
    conn: Connection, purpose: Purpose, status: str, then: str
) -> None:
    owed = await owes(conn, await customer(conn, PHONE), purpose)
    await taken(conn)
    await SET_STATUS.run(conn, id=owed, status=status)
    seen = await outbox.not_sent(conn, ("failed", "dead"), within=timedelta(days=1))
    assert [message.id for message in seen] == ([owed] if status != "delivered" else [])
    assert await outbox.given_up_lately(conn) == (status != "delivered")

    assert await outbox.retry(conn, owed) == then

    assert (await row(conn, owed)).status == ("queued" if then == "owed again" else status)
    if then == "owed again":
        assert (await claimed(conn)).id == owed


async def test_nothing_is_tried_again_for_nobody(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    owed = await owes(conn, amina)
    await SET_STATUS.run(conn, id=owed, status="failed")
    await soft_delete(conn, amina)

    assert await outbox.retry(conn, owed) == "its customer is gone"
    assert await outbox.retry(conn, owed + 1) == "no such message"


async def test_a_days_cost_is_counted_on_the_shops_day(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    for number, billable in enumerate([True, True, False, None]):
        await owes(conn, amina)
        await taken(conn, f"wamid.{number}")
        await told(conn, "delivered", f"wamid.{number}", billable=billable)

    (today,) = await outbox.costs(conn, zone="Africa/Kampala", days=7)
    assert (today.sent, today.billed, today.billed_templates, today.unpriced) == (4, 2, 0, 1)


APPROVE = sql("update templates set status = 'approved' where name = 'order_milestone'")
TEMPLATE = sql("""
    select status || ': ' || status_reason from templates where name = 'order_milestone'
""").into(str)
DAYS_PASS = sql("""
    update outbox
       set created_at = created_at - make_interval(days => %(days)s),
           aside_until = aside_until - make_interval(days => %(days)s)
""")
SET_STATUS = sql("update outbox set status = %(status)s where id = %(id)s")
