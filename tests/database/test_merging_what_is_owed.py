"""merge_customers: what is owed, asked and waited for goes on with the survivor."""

from uuid import UUID

from luminous import conversations, customers, outbox
from luminous.db import Connection, sql
from luminous.outbox.owe import Purpose

from .merging import a_life, conversation, send_all
from .owing import customer, owes, row
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    Conflict,
    add,
    open_conflicts,
    silent_for,
    writes,
)

THIRD_PHONE = "+256772000003"


async def test_what_is_owed_to_either_reaches_the_survivor_and_what_lets_somebody_in_does_not(
    conn: Connection,
) -> None:
    kept, ended = await customer(conn, PHONE), await customer(conn, None, USER)
    follows = [await owes(conn, ended), await owes(conn, kept), await owes(conn, ended, "notice")]
    links = [await owes(conn, one, "sign_in_link") for one in (ended, kept)]

    await customers.merge(conn, ended, kept, "test")

    assert await send_all(conn) == sorted(follows)
    assert [(await row(conn, link)).status for link in links] == ["stale", "stale"]


async def test_a_link_is_dead_even_where_the_epochs_of_the_two_were_alike(conn: Connection) -> None:
    kept, ended = await customer(conn, PHONE), await customer(conn, None, USER)
    await conn.execute("update customers set identity_epoch = 1 where id = %s", [ended])
    link = await owes(
        conn, ended, "sign_in_link"
    )  # of epoch 1, which is what a plain + 1 would give the other

    await customers.merge(conn, ended, kept, "test")

    assert await send_all(conn) == []
    assert (await row(conn, link)).status == "stale"


async def test_a_message_in_flight_on_each_side_leaves_one_in_flight_and_one_in_doubt(
    conn: Connection,
) -> None:
    kept, ended = await customer(conn, PHONE), await customer(conn, None, USER)
    flying = [await owes(conn, kept), await owes(conn, ended)]
    for _ in flying:
        assert (await outbox.claim(conn)) is not None

    await customers.merge(conn, ended, kept, "test")

    assert [(await row(conn, each)).status for each in flying] == ["sending", "uncertain"]
    for each in flying:
        await outbox.accepted(conn, each, "meta", f"wamid.{each}")
    assert [(await row(conn, each)).status for each in flying] == ["accepted", "accepted"]


async def test_the_survivors_conversation_waits_for_what_either_waited_for(conn: Connection) -> None:
    ended, kept = await a_life(conn, OTHER_PHONE, OTHER_USER), await add(conn, PHONE)
    await conversations.hand_over(conn, ended, "asked for a person")

    await customers.merge(conn, ended, kept, "test")

    there, here = await conversation(conn, ended), await conversation(conn, kept)
    assert (there.is_waiting, here.is_waiting, here.is_with_person) == (False, True, True)


async def test_a_conversation_given_back_to_the_bot_is_not_taken_away_again_by_a_straggler(
    conn: Connection,
) -> None:
    ended, kept = await add(conn, OTHER_PHONE), await add(conn, PHONE)
    await conversations.hand_over(conn, ended, "asked for a person")
    await customers.merge(conn, ended, kept, "test")
    await conversations.release(conn, kept)

    await customers.follow_merge(conn, ended)  # a message was taken for the record that ended

    assert not (await conversation(conn, kept)).is_with_person


async def test_what_was_asked_about_the_two_is_answered_and_the_rest_is_asked_about_the_survivor(
    conn: Connection,
) -> None:
    kept, ended, third = (
        await add(conn, PHONE),
        await add(conn, OTHER_PHONE, USER),
        await add(conn, THIRD_PHONE),
    )
    assert (await writes(conn, PHONE, USER)).decision == "disputed_number"
    assert (await writes(conn, THIRD_PHONE, USER)).decision == "disputed_number"

    await customers.merge(conn, ended, kept, "test")

    assert await open_conflicts(conn) == [Conflict(third, kept, "disputed_number")]


async def test_the_same_question_about_both_is_asked_once(conn: Connection) -> None:
    one, other, third = (
        await add(conn, PHONE),
        await add(conn, OTHER_PHONE),
        await add(conn, THIRD_PHONE, USER),
    )
    assert (await writes(conn, PHONE, USER)).decision == "disputed_number"
    assert (await writes(conn, OTHER_PHONE, USER)).decision == "disputed_number"

    await customers.merge(conn, other, one, "test")

    assert await open_conflicts(conn) == [Conflict(one, third, "disputed_number")]


async def test_a_question_about_a_number_that_nobody_has_after_the_merge_is_asked_no_longer(
    conn: Connection,
) -> None:
    ended, kept = await customer(conn, OTHER_PHONE), await customer(conn, PHONE, USER)
    await silent_for(conn, ended, 60)
    assert (await writes(conn, OTHER_PHONE)).decision == "unproven_number"

    merge_id = await customers.merge(conn, ended, kept, "test")
    assert await open_conflicts(conn) == []
    assert (await writes(conn, PHONE)).decision == "recognised"

    await customers.undo_merge(conn, merge_id)
    assert (await writes(conn, OTHER_PHONE)).decision == "unproven_number"


async def test_messages_held_for_the_answer_leave_when_a_merge_gives_it(conn: Connection) -> None:
    kept, ended = await customer(conn, PHONE), await customer(conn, OTHER_PHONE, USER)
    await writes(conn, PHONE, USER)
    held = await owes(conn, kept)
    assert await send_all(conn) == []

    await customers.merge(conn, ended, kept, "test")

    assert await send_all(conn) == [held]


async def test_a_chain_of_merges_leads_every_straggler_to_the_last(conn: Connection) -> None:
    first, second, third = [await add(conn, phone) for phone in (PHONE, OTHER_PHONE, THIRD_PHONE)]
    await customers.merge(conn, first, second, "test")
    await customers.merge(conn, second, third, "test")

    assert await SURVIVOR.one(conn, id=first) == third
    assert await customers.follow_merge(conn, first) == second
    assert await customers.follow_merge(conn, second) == third
    assert await customers.follow_merge(conn, third) is None


async def test_what_waits_for_a_detached_identity_is_dead_at_once(conn: Connection) -> None:
    amina = await customer(conn, PHONE, USER)
    purposes: tuple[Purpose, ...] = ("reply", "notice", "sign_in_link")
    owed = [await owes(conn, amina, purpose) for purpose in purposes]

    assert (await writes(conn, PHONE, OTHER_USER)).decision == "recycled_number"

    assert await send_all(conn) == []
    assert {(await row(conn, each)).status for each in owed} == {"stale"}


SURVIVOR = sql("select survivor(%(id)s)").into(UUID)
