"""settle_conflict: somebody wrote by a number alone that may have changed hands."""

from uuid import UUID

from luminous import conversations, outbox
from luminous.db import Connection, sql

from .merging import conversation, send_all
from .owing import owes, row, wrote
from .people import (
    OTHER_USER,
    PHONE,
    broken_promises,
    live,
    writes,
)
from .settling import (
    DIFFERENT,
    MESSAGE,
    SAME,
    owes_impersonal,
    settle,
    unproven,
)


async def test_one_person_the_number_is_theirs_again_and_the_user_id_that_came_with_it(
    conn: Connection,
) -> None:
    amina, _ = await unproven(conn, OTHER_USER)
    held = await owes(conn, amina)
    await wrote(conn, amina)
    assert await send_all(conn) == []

    await settle(conn, SAME)

    assert await send_all(conn) == [held]
    assert (await writes(conn, PHONE, OTHER_USER)).decision == "recognised"
    assert (await writes(conn, PHONE)).decision == "recognised"


async def test_two_people_the_stranger_has_the_number_and_what_they_wrote(conn: Connection) -> None:
    amina, message = await unproven(conn, OTHER_USER)
    await conversations.hand_over(conn, amina, "asks for something")
    greeting = await owes_impersonal(conn, amina)
    personal = await owes(conn, amina)

    await settle(conn, DIFFERENT)

    stranger = (await writes(conn, PHONE, OTHER_USER)).customer_id
    assert stranger != amina
    assert (await live(conn))[amina].phone_number is None
    assert await OWNER.one(conn, id=message) == stranger
    there, here = await conversation(conn, stranger), await conversation(conn, amina)
    assert (there.is_waiting, there.is_with_person, here.is_with_person) == (True, True, False)
    assert await send_all(conn) == [greeting]
    assert (await row(conn, personal)).status == "stale"
    assert await broken_promises(conn) == []


async def test_two_people_whoever_was_with_a_person_for_their_own_reasons_stays_there(
    conn: Connection,
) -> None:
    amina, _ = await unproven(conn)
    await MESSAGE.one(conn, id=amina, decision="recognised")  # by her user id alone
    await conversations.hand_over(conn, amina, "asks for something")

    await settle(conn, DIFFERENT)

    assert (await conversation(conn, amina)).is_with_person


async def test_two_people_what_is_being_sent_stays_where_it_was(conn: Connection) -> None:
    amina, _ = await unproven(conn, OTHER_USER)
    await wrote(conn, amina)
    sending = await owes_impersonal(conn, amina)
    assert (await outbox.claim(conn)) is not None
    stranger = (await writes(conn, None, OTHER_USER)).customer_id  # known by now, with a message in flight
    await wrote(conn, stranger)
    await owes(conn, stranger)
    assert (await outbox.claim(conn)) is not None

    await settle(conn, DIFFERENT)

    assert (await row(conn, sending)).status == "sending"
    assert (await live(conn))[stranger].phone_number == PHONE


async def test_one_person_who_got_a_second_record_meanwhile_has_one_again(conn: Connection) -> None:
    amina, _ = await unproven(conn, OTHER_USER)
    hidden = (await writes(conn, None, OTHER_USER)).customer_id
    assert hidden != amina

    await settle(conn, SAME)

    assert (await live(conn)).keys() == {amina}
    assert (await writes(conn, PHONE, OTHER_USER)).customer_id == amina


OWNER = sql("select customer_id from inbox where id = %(id)s").into(UUID)
