"""What customers allow: a ledger for each purpose, whose last word counts at the claim."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from luminous import customers, outbox
from luminous.customers import ConsentPurpose
from luminous.db import Connection, sql
from luminous.messages import NewsSwitch
from luminous.outbox import Purpose
from luminous.phone import Phone, UserId

from .owing import claimed, customer, owes, row
from .people import OTHER_PHONE, PHONE, USER, add, writes

NOW = datetime.now(UTC)
ALL: tuple[Purpose, ...] = ("reply", "receipt", "notice", "marketing", "payment_prompt", "sign_in_link")


async def let_through(conn: Connection, customer_id: UUID) -> set[str]:
    """The purposes of which a message goes now."""
    through: set[str] = set()
    for purpose in ALL:
        owed = await owes(conn, customer_id, purpose)
        message = await claimed(conn)
        assert message.id == owed
        if message.status == "sending":
            through.add(purpose)
            await outbox.accepted(conn, owed, "meta", f"wamid.{owed}")
    return through


@pytest.mark.parametrize(
    ("said", "goes"),
    [
        ([], {"reply", "receipt", "notice", "payment_prompt", "sign_in_link"}),
        (["yes to news"], set(ALL)),
        (["STOP"], {"reply", "receipt"}),
        (["yes to news", "STOP"], {"reply", "receipt"}),
        (["STOP", "START"], {"reply", "receipt", "notice", "payment_prompt", "sign_in_link"}),
        (["yes to news", "STOP", "START"], set(ALL)),
        (["yes to news", "no news"], {"reply", "receipt", "notice", "payment_prompt", "sign_in_link"}),
        (["STOP", "writes again"], {"reply", "receipt", "payment_prompt", "sign_in_link"}),
    ],
)
async def test_what_was_said_last_decides_for_each_purpose(
    conn: Connection, said: list[str], goes: set[str]
) -> None:
    amina = await customer(conn, PHONE)
    for words in said:
        await SAYS[words](conn, amina)

    assert await let_through(conn, amina) == goes


async def test_what_is_stopped_says_so(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    news = await owes(conn, amina, "marketing")

    await claimed(conn)

    assert (await row(conn, news)).error_reason == "the customer does not allow it"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([], "pending"),
        (["STOP"], "opted_out"),
        (["STOP", "START"], "opted_in"),
        (["no news"], "pending"),
        (["yes to news"], "opted_in"),
        (["yes to news", "no news"], "pending"),
        (["STOP", "writes again"], "opted_out"),
    ],
)
async def test_the_customers_row_follows_the_ledger(conn: Connection, said: list[str], status: str) -> None:
    amina = await customer(conn, PHONE)
    for words in said:
        await SAYS[words](conn, amina)

    assert await STATUS.one(conn, id=amina) == status
    assert await FOLLOWS.one(conn, id=amina)


async def test_the_later_word_counts_in_whatever_order_they_arrive(conn: Connection) -> None:
    for order in ((0, 1), (1, 0)):
        amina = await add(conn, None, f"UG.{order[0]}")
        words = [
            ("opted_out", NOW - timedelta(hours=2)),
            ("opted_in", NOW - timedelta(hours=1)),
        ]
        for each in order:
            await SAID_AT.run(conn, id=amina, state=words[each][0], at=words[each][1])
        assert await STATUS.one(conn, id=amina) == "opted_in"


async def test_the_same_evidence_counts_once_and_never_twice(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    for state in ("opted_out", "opted_in", "opted_out"):
        evidence = "wamid.stop" if state == "opted_out" else "wamid.start"
        await customers.set_consent(conn, amina, state, source="message", evidence=evidence)

    assert await STATUS.one(conn, id=amina) == "opted_in"


async def test_what_was_said_is_never_changed(conn: Connection) -> None:
    await customers.set_consent(conn, await customer(conn, PHONE), "opted_out", evidence="wamid.1")

    with pytest.raises(psycopg.Error, match="never changed") as refused:
        await conn.execute("update consents set state = 'opted_in'")
    assert refused.value.sqlstate == "LU008"


@pytest.mark.parametrize("written", ["opted_out", "opted_in"])
async def test_a_program_that_writes_the_customers_row_is_heard(conn: Connection, written: str) -> None:
    amina = await customer(conn, PHONE)
    await customers.set_consent(conn, amina, "opted_in" if written == "opted_out" else "opted_out")

    await WRITE_DIRECTLY.run(conn, id=amina, status=written)

    assert await STATUS.one(conn, id=amina) == written
    assert ("notice" in await let_through(conn, amina)) == (written == "opted_in")


@pytest.mark.parametrize(("wants_news", "goes"), [(False, False), (True, True)])
async def test_whatsapps_own_switch_is_about_news_alone(
    conn: Connection, wants_news: bool, goes: bool
) -> None:
    amina = await customer(conn, PHONE, USER)
    await yes_to_news(conn, amina)
    if wants_news:
        await no_news(conn, amina)
    switch = NewsSwitch(None, UserId(USER), wants_news, "user_preferences:1")

    later = datetime.now(UTC) + timedelta(hours=1)  # their clock is fast: it counts as now

    assert await customers.heed_switch(conn, switch, later)
    assert not await customers.heed_switch(conn, switch, later)

    through = await let_through(conn, amina)
    assert ("marketing" in through, "notice" in through) == (goes, True)


async def test_whose_switch_it_was_is_found_as_the_person_is(conn: Connection) -> None:
    amina, bosco = await customer(conn, PHONE, USER), await customer(conn, OTHER_PHONE)
    for number, (phone, user_id, whose) in enumerate(
        [
            (None, USER, amina),
            (PHONE, USER, amina),
            (PHONE, None, amina),
            (OTHER_PHONE, None, bosco),
            (OTHER_PHONE, "UG.999", bosco),
            (PHONE, "UG.999", None),
            (None, "UG.999", None),
        ]
    ):
        switch = NewsSwitch(
            Phone(phone) if phone else None, UserId(user_id) if user_id else None, False, f"said:{number}"
        )
        assert await customers.heed_switch(conn, switch, datetime.now(UTC)) == (whose is not None)
        assert await WHOSE.all(conn, evidence=f"said:{number}") == ([whose] if whose else [])


async def test_a_message_that_whatsapp_refused_for_a_stop_is_a_stop(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    await yes_to_news(conn, amina)
    news, _ = await owes(conn, amina, "marketing"), await claimed(conn)

    await outbox.refused(conn, news, "they stopped news", code=131050)

    assert await let_through(conn, amina) == set(ALL) - {"marketing"}


async def test_stop_then_a_merge_then_start_then_its_undoing(conn: Connection) -> None:
    stopped, kept = (await writes(conn, PHONE)).customer_id, (await writes(conn, None, USER)).customer_id
    await yes_to_news(conn, kept)
    await stop(conn, stopped)
    merge_id = await customers.merge(conn, stopped, kept, "test")
    assert [await STATUS.one(conn, id=each) for each in (stopped, kept)] == ["pending", "opted_out"]

    await start(conn, kept)
    assert await STATUS.one(conn, id=kept) == "opted_in"

    await customers.undo_merge(conn, merge_id)
    assert [await STATUS.one(conn, id=each) for each in (stopped, kept)] == ["opted_out", "opted_in"]


async def stop(conn: Connection, customer_id: UUID) -> None:
    await customers.set_consent(conn, customer_id, "opted_out", source="message")


async def start(conn: Connection, customer_id: UUID) -> None:
    await customers.set_consent(conn, customer_id, "opted_in", source="message")


async def yes_to_news(conn: Connection, customer_id: UUID) -> None:
    await customers.record_consent(conn, customer_id, "marketing", "opted_in", source="website")


async def no_news(conn: Connection, customer_id: UUID) -> None:
    await customers.record_consent(conn, customer_id, "marketing", "opted_out", source="website")


async def writes_again(conn: Connection, customer_id: UUID) -> None:
    purpose: ConsentPurpose = "service"
    await customers.record_consent(conn, customer_id, purpose, "opted_in", source="message")


SAYS = {
    "STOP": stop,
    "START": start,
    "yes to news": yes_to_news,
    "no news": no_news,
    "writes again": writes_again,
}
STATUS = sql("select consent_status from customers where id = %(id)s").into(str)
FOLLOWS = sql("""
    select consent_status = consent_status_of(id)
           and consent_updated_at is not distinct from
               (select max(said_at) from consents where customer_id = customers.id)
      from customers where id = %(id)s
""").into(bool)
SAID_AT = sql("select say_consent(%(id)s, %(state)s, 'message', null, null, %(at)s)")
WRITE_DIRECTLY = sql("update customers set consent_status = %(status)s where id = %(id)s")
WHOSE = sql("select customer_id from consents where evidence = %(evidence)s").into(UUID)
