"""The 24 hours when it is sent: free text, the approved template, waiting, or dropped with a reason."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from luminous import outbox, templates
from luminous.db import Connection, sql
from luminous.messages import ChannelName, Content, TemplateNews, TemplateUse
from luminous.outbox import Otherwise, Purpose

from .owing import KEYS, claimed, customer, row, wrote
from .people import OTHER_PHONE, PHONE, silent_for, writes

MILESTONE = TemplateUse("order_milestone", ("1042", "it has arrived in Kampala"))
NOW = datetime.now(UTC)


async def owed_to(
    conn: Connection,
    customer_id: UUID,
    template: TemplateUse | None = MILESTONE,
    *,
    otherwise: Otherwise = "wait",
    channel: ChannelName = "meta",
    purpose: Purpose = "notice",
) -> int:
    owed = await outbox.owe(
        conn,
        customer_id,
        Content("It has arrived"),
        purpose=purpose,
        dedupe_key=f"window:{next(KEYS)}",
        channel=channel,
        business_number_id="1",
        template=template,
        otherwise=otherwise,
    )
    assert owed is not None
    return owed


async def meta_says(
    conn: Connection,
    status: str,
    language: str = "en",
    *,
    name: str = "order_milestone",
    hours_ago: float = 0,
) -> bool:
    news = TemplateNews(name, language, status, None, None)
    return await templates.record_news(conn, news, NOW - timedelta(hours=hours_ago))


@pytest.mark.parametrize("status", ["not_submitted", "approved", "paused"])
@pytest.mark.parametrize("otherwise", ["wait", "drop"])
@pytest.mark.parametrize("says_it", [MILESTONE, None], ids=["template", "none"])
@pytest.mark.parametrize("hours_ago", [1, 25])
async def test_every_case_of_the_window(
    conn: Connection, hours_ago: int, says_it: TemplateUse | None, otherwise: Otherwise, status: str
) -> None:
    amina = await customer(conn, PHONE)
    await meta_says(conn, status)
    owed = await owed_to(conn, amina, says_it, otherwise=otherwise)
    await wrote(conn, amina, hours_ago=hours_ago)

    message = await claimed(conn)

    goes_as_template = hours_ago > 24 and says_it is not None and status == "approved"
    expected = (
        "sending" if hours_ago < 24 or goes_as_template else "parked" if otherwise == "wait" else "suppressed"
    )
    assert message.status == expected
    assert message.outgoing().template == (MILESTONE if goes_as_template else None)
    assert (message.reason is None) == (expected == "sending")
    assert ((await row(conn, owed)).error_reason is None) == (expected == "sending")


async def test_what_waits_goes_as_it_is_when_the_customer_writes(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    owed = await owed_to(conn, amina)
    await wrote(conn, amina, hours_ago=25)
    await claimed(conn)
    await meta_says(conn, "approved")
    await wrote(conn, amina)
    await outbox.heard_from(conn, amina)

    message = await claimed(conn)
    assert (message.id, message.status, message.template) == (owed, "sending", None)


async def test_a_message_that_nobody_has_answered_yet_opens_the_24_hours(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    await owed_to(conn, amina, None)
    await wrote(conn, amina, hours_ago=25)
    await HEARD.run(conn, id=amina, kind="text")

    assert (await claimed(conn)).status == "sending"


@pytest.mark.parametrize("kind", ["reaction", "system"])
async def test_what_is_not_written_does_not(conn: Connection, kind: str) -> None:
    amina = await customer(conn, PHONE)
    await owed_to(conn, amina, None)
    await wrote(conn, amina, hours_ago=25)
    await HEARD.run(conn, id=amina, kind=kind)

    assert (await claimed(conn)).status == "parked"


@pytest.mark.parametrize(
    ("wanted", "approved", "goes_in"),
    [("sw", ["en", "sw"], "sw"), ("sw", ["en"], "en"), ("en", ["sw"], None), ("lg", ["sw"], None)],
)
async def test_a_template_goes_in_the_customers_language_or_in_english(
    conn: Connection, wanted: str, approved: list[str], goes_in: str | None
) -> None:
    amina = await customer(conn, PHONE)
    await IN_SWAHILI.run(conn)
    for language in approved:
        await meta_says(conn, "approved", language)
    await owed_to(conn, amina, TemplateUse("order_milestone", ("1", "x"), wanted))
    await wrote(conn, amina, hours_ago=25)

    template = (await claimed(conn)).outgoing().template
    assert (template.language if template else None) == goes_in


async def test_a_channel_without_templates_waits(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    await meta_says(conn, "approved")
    await owed_to(conn, amina, channel="gateway")
    await wrote(conn, amina, hours_ago=25)

    assert (await claimed(conn)).status == "parked"


async def test_no_template_goes_to_a_number_in_doubt(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, "UG.1")).customer_id
    await meta_says(conn, "approved")
    await owed_to(conn, amina)
    await silent_for(conn, amina, 46)
    await writes(conn, PHONE)

    message = await claimed(conn)
    assert (message.status, message.to) in {("parked", None), ("sending", None)}
    assert message.to is None


async def test_meta_approves_and_pauses_in_any_order_of_arrival(conn: Connection) -> None:
    assert await meta_says(conn, "paused", hours_ago=1)
    assert not await meta_says(conn, "approved", hours_ago=2)
    assert await STATUS.one(conn) == "paused"
    assert await meta_says(conn, "approved", hours_ago=0)
    assert await STATUS.one(conn) == "approved"
    assert not await meta_says(conn, "approved", name="nobodys")
    news = TemplateNews("order_milestone", "en", None, None, "yellow", "77")
    assert await templates.record_news(conn, news, NOW)
    (ours,) = [each for each in await templates.all_templates(conn) if each.name == "order_milestone"]
    assert (ours.status, ours.quality) == ("approved", "yellow")


@pytest.mark.parametrize(
    ("purpose", "days", "verdict"),
    [
        ("payment_prompt", 2, "stale"),
        ("marketing", 2, "suppressed"),
        ("reply", 29, "sending"),
        ("reply", 31, "stale"),
        ("notice", 59, "sending"),
        ("notice", 61, "stale"),
        ("receipt", 500, "sending"),
    ],
)
async def test_what_is_too_old_is_not_said(
    conn: Connection, purpose: Purpose, days: int, verdict: str
) -> None:
    amina = await customer(conn, PHONE)
    owed = await owed_to(conn, amina, purpose=purpose)
    await OLDER.run(conn, days=days)

    assert (await claimed(conn)).status == verdict
    assert ((await row(conn, owed)).error_reason is None) == (verdict == "sending")


async def test_one_person_gets_twenty_in_two_minutes_and_then_the_next_ones(conn: Connection) -> None:
    amina, bosco = await customer(conn, PHONE), await customer(conn, OTHER_PHONE)
    for _ in range(22):
        await owed_to(conn, amina)
    for number in range(20):
        await outbox.accepted(conn, (await claimed(conn)).id, "meta", f"wamid.{number}")

    assert (held := await claimed(conn)).status == "queued"
    assert timedelta(seconds=119) < (await row(conn, held.id)).due_in <= timedelta(minutes=2)
    his = await owed_to(conn, bosco)
    assert (await claimed(conn)).id == his

    await TWO_MINUTES_PASS.run(conn)
    assert (await claimed(conn)).id == held.id


async def test_where_they_write_is_where_they_wrote_last(conn: Connection) -> None:
    amina = await customer(conn, PHONE)

    async def owe(key: str) -> outbox.Owed:
        return await outbox.owe_where_they_write(
            conn, amina, Content("Hello"), purpose="notice", dedupe_key=key, template=MILESTONE
        )

    assert await owe("one") == "never wrote"
    await HEARD.run(conn, id=amina, kind="text")
    await conn.execute("update inbox set business_number_id = '777', channel = 'gateway'")
    owed = await owe("one")
    assert isinstance(owed, int)
    assert await owe("one") == "owed already"
    message = await claimed(conn)
    assert (message.id, message.channel, message.business_number_id) == (owed, "gateway", "777")


HEARD = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       sent_at)
    values ('meta', 'wamid.in', %(id)s, '1', %(kind)s, '', false, now())
""")
IN_SWAHILI = sql("""
    insert into templates (name, language, category, body)
    select name, 'sw', category, body from templates where name = 'order_milestone'
""")
STATUS = sql("select status from templates where name = 'order_milestone'").into(str)
OLDER = sql("update outbox set created_at = now() - make_interval(days => %(days)s)")
TWO_MINUTES_PASS = sql("""
    update outbox set attempted_at = attempted_at - interval '2 minutes',
                      next_attempt_at = next_attempt_at - interval '2 minutes'
""")
