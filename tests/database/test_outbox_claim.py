"""The claim: in the order in which it was owed, one in flight, judged by what is true at that moment."""

from datetime import timedelta

import pytest

from luminous import outbox
from luminous.db import Connection, sql
from luminous.outbox.owe import Purpose

from .owing import claimed, customer, owes, row, wrote
from .people import OTHER_PHONE, OTHER_USER, PHONE, USER, silent_for, soft_delete, writes


async def test_a_claim_is_a_lease_of_twenty_seconds_and_an_attempt(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE, USER))

    message = await claimed(conn)

    assert (message.id, message.status, message.attempts) == (hello, "sending", 1)
    assert (message.to, message.recipient) == (PHONE, USER)
    assert message.outgoing().content.text == "Hello"
    assert (await row(conn, hello)).leased_for == timedelta(seconds=20)


async def test_a_customers_messages_leave_one_after_the_other(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    first, second = await owes(conn, amina), await owes(conn, amina)

    assert (await claimed(conn)).id == first
    assert await outbox.claim(conn) is None
    await outbox.accepted(conn, first, "meta", "wamid.1")
    assert (await claimed(conn)).id == second


async def test_a_retry_holds_back_what_came_after_it_but_nobody_else(conn: Connection) -> None:
    amina, bosco = await customer(conn, PHONE), await customer(conn, OTHER_PHONE)
    first, second, his = await owes(conn, amina), await owes(conn, amina), await owes(conn, bosco)
    await claimed(conn)
    await outbox.try_again(conn, first, "busy", code=130429, after=timedelta(seconds=4))

    assert (await claimed(conn)).id == his
    assert await outbox.claim(conn) is None

    await ALL_DUE.run(conn)
    assert (await claimed(conn)).id == first
    assert (await row(conn, second)).status == "queued"


async def test_doubt_holds_back_what_came_after_it(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    first, second = await owes(conn, amina), await owes(conn, amina)
    await claimed(conn)
    await outbox.unclear(conn, first, "no answer", code=None, answered=False)

    assert await outbox.claim(conn) is None
    await outbox.accepted(conn, first, "meta", "wamid.1")
    assert (await claimed(conn)).id == second


async def test_what_is_settled_at_the_claim_lets_the_next_one_go(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    notice, reply = await owes(conn, amina, "notice"), await owes(conn, amina)
    await STOP.run(conn)

    assert [((m := await claimed(conn)).id, m.status) for _ in range(2)] == [
        (notice, "suppressed"),
        (reply, "sending"),
    ]


@pytest.mark.parametrize(
    ("purpose", "verdict"),
    [
        ("reply", "sending"),
        ("notice", "suppressed"),
        ("payment_prompt", "suppressed"),
        ("sign_in_link", "suppressed"),
    ],
)
async def test_after_stop_only_answers_go(conn: Connection, purpose: Purpose, verdict: str) -> None:
    message = await owes(conn, await customer(conn, PHONE), purpose)
    await STOP.run(conn)

    assert (await claimed(conn)).status == verdict
    assert (await row(conn, message)).attempts == (verdict == "sending")


@pytest.mark.parametrize(
    ("hours_ago", "verdict"), [(0, "sending"), (23.9, "sending"), (24, "parked"), (100, "parked")]
)
async def test_outside_whatsapps_24_hours_a_message_waits_for_the_customer(
    conn: Connection, hours_ago: float, verdict: str
) -> None:
    amina = await customer(conn, PHONE)
    await owes(conn, amina)
    await wrote(conn, amina, hours_ago=hours_ago)

    assert (await claimed(conn)).status == verdict


async def test_who_never_wrote_is_not_written_to(conn: Connection) -> None:
    await owes(conn, (await writes(conn, PHONE)).customer_id)

    assert (await claimed(conn)).status == "parked"


async def test_what_was_parked_goes_when_the_customer_writes(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    parked, later = await owes(conn, amina), await owes(conn, amina)
    await wrote(conn, amina, hours_ago=25)
    await claimed(conn)
    await claimed(conn)
    await wrote(conn, amina)

    await outbox.heard_from(conn, amina)
    assert ((message := await claimed(conn)).id, message.status) == (parked, "sending")
    assert (await row(conn, later)).status == "queued"


async def test_a_reply_follows_who_has_moved_and_what_lets_somebody_in_is_dead(conn: Connection) -> None:
    amina = await customer(conn, PHONE, USER)
    reply, link = await owes(conn, amina), await owes(conn, amina, purpose="sign_in_link")
    await writes(conn, OTHER_PHONE, USER)  # the identity moved: the epoch rises

    message = await claimed(conn)
    assert (message.id, message.to) == (reply, OTHER_PHONE)
    await outbox.accepted(conn, reply, "meta", "wamid.1")
    message = await claimed(conn)
    assert (message.id, message.status) == (link, "stale")


async def test_a_message_to_nobody_is_stale(conn: Connection) -> None:
    deleted, unreachable = await customer(conn, PHONE), await customer(conn, None, USER)
    await owes(conn, deleted)
    await owes(conn, unreachable)
    await soft_delete(conn, deleted)
    await conn.execute("update customers set whatsapp_user_id = null")

    assert [(await claimed(conn)).status for _ in range(2)] == ["stale", "stale"]


async def test_the_address_is_read_at_the_claim(conn: Connection) -> None:
    hidden = await customer(conn, None, USER)
    first, second = await owes(conn, hidden), await owes(conn, hidden)
    message = await claimed(conn)
    assert (message.id, message.to, message.recipient) == (first, None, USER)
    await outbox.accepted(conn, first, "meta", "wamid.1")

    await writes(conn, PHONE, USER)  # learnt in between; nothing moved
    message = await claimed(conn)
    assert (message.id, message.to, message.recipient) == (second, PHONE, USER)


async def test_a_message_goes_to_the_raw_id_where_it_differs_from_the_number(conn: Connection) -> None:
    await owes(conn, await customer(conn, "+5511912345678"))
    await conn.execute("update customers set whatsapp_id = '551112345678'")

    assert (await claimed(conn)).to == "+551112345678"


async def test_what_was_queued_for_the_old_owner_of_a_recycled_number_is_dead(conn: Connection) -> None:
    hello = await owes(conn, await customer(conn, PHONE, USER))
    await writes(conn, PHONE, OTHER_USER)  # somebody else has it now

    message = await claimed(conn)
    assert (message.id, message.status) == (hello, "stale")


async def test_while_it_is_disputed_nothing_goes_to_the_number_of_either(conn: Connection) -> None:
    amina, bosco = await customer(conn, PHONE), await customer(conn, OTHER_PHONE, USER)
    hers, his = await owes(conn, amina), await owes(conn, bosco)
    await writes(conn, PHONE, USER)

    verdicts = {(m := await claimed(conn)).id: (m.status, m.to, m.recipient) for _ in range(2)}
    assert verdicts == {hers: ("parked", None, None), his: ("sending", None, USER)}


async def test_what_is_impersonal_goes_to_a_number_in_doubt(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    hello = await owes(conn, amina)
    await conn.execute("update outbox set is_impersonal = true")
    await silent_for(conn, amina, 46)
    await writes(conn, PHONE)

    message = await claimed(conn)
    assert (message.id, message.status, message.to) == (hello, "sending", PHONE)


async def test_a_customer_without_a_conversation_does_not_stop_the_others(conn: Connection) -> None:
    lonely, amina = await customer(conn, PHONE), await customer(conn, OTHER_PHONE)
    theirs, hers = await owes(conn, lonely), await owes(conn, amina)
    await WITHOUT_CONVERSATION.run(conn, customer_id=lonely)

    assert {(m := await claimed(conn)).id: m.status for _ in range(2)} == {theirs: "parked", hers: "sending"}


ALL_DUE = sql("update outbox set next_attempt_at = now()")
STOP = sql("update customers set consent_status = 'opted_out'")
WITHOUT_CONVERSATION = sql("delete from conversations where customer_id = %(customer_id)s")
