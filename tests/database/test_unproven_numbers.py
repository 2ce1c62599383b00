"""A number that matched alone and may have changed hands: it is taken as its holder's, and nothing moves."""

from datetime import UTC, datetime, timedelta

import pytest

from luminous.db import Connection, sql

from .merging import send_all
from .owing import owes, row, wrote
from .people import (
    OTHER_PHONE,
    OTHER_USER,
    PHONE,
    USER,
    Conflict,
    add,
    broken_promises,
    live,
    open_conflicts,
    silent_for,
    writes,
)

UNPROVEN = "unproven_number"
SILENCES = [(1, False), (44, False), (46, True), (400, True)]
LOOKS = {  # how the record of the number's holder is known, and what is written from the number
    "by the number, from the number alone": ((PHONE, None), (PHONE, None), "recognised"),
    "by both, from the number alone": ((PHONE, USER), (PHONE, None), "recognised"),
    "by the number, with a user id": ((PHONE, None), (PHONE, OTHER_USER), "learned_user_id"),
}
every_look = pytest.mark.parametrize("look", LOOKS)


@every_look
@pytest.mark.parametrize(("days", "is_stale"), SILENCES)
async def test_after_45_days_of_silence_the_number_alone_proves_nothing(
    conn: Connection, look: str, days: int, is_stale: bool
) -> None:
    known, sender, otherwise = LOOKS[look]
    amina = (await writes(conn, *known, "Amina")).customer_id
    await silent_for(conn, amina, days)

    found = await writes(conn, *sender, "Bosco")

    assert (found.customer_id, found.decision) == (amina, UNPROVEN if is_stale else otherwise)
    assert await open_conflicts(conn) == ([Conflict(amina, None, UNPROVEN)] if is_stale else [])


@every_look
async def test_what_is_not_proven_moves_nothing(conn: Connection, look: str) -> None:
    known, sender, _ = LOOKS[look]
    amina = (await writes(conn, *known, "Amina")).customer_id
    await silent_for(conn, amina, 46)
    before = await live(conn)

    for _ in range(3):
        assert (await writes(conn, *sender, "Bosco", "other-keys")).decision == UNPROVEN

    assert await live(conn) == before
    assert len(await open_conflicts(conn)) == 1
    assert await broken_promises(conn) == []


async def test_it_stays_unproven_however_busy_the_record_is(conn: Connection) -> None:
    amina = (await writes(conn, PHONE, USER)).customer_id
    await silent_for(conn, amina, 46)
    await writes(conn, PHONE)

    assert (await writes(conn, None, USER)).decision == "recognised"  # she writes, and hides her number
    assert (await writes(conn, PHONE)).decision == UNPROVEN


@pytest.mark.parametrize(("days", "is_stale"), [(6, False), (8, True)])
async def test_the_shop_decides_after_how_many_days(conn: Connection, days: int, is_stale: bool) -> None:
    await conn.execute("update shop_settings set number_goes_stale_after = '7 days'")
    amina = (await writes(conn, PHONE)).customer_id
    await silent_for(conn, amina, days)

    assert ((await writes(conn, PHONE)).decision == UNPROVEN) == is_stale


@every_look
@pytest.mark.parametrize(
    ("keys", "other_keys", "is_stale"),
    [("keys", "other", True), ("keys", "keys", False), ("keys", None, False), (None, "keys", False)],
)
async def test_a_whatsapp_that_was_registered_anew_proves_nothing_by_the_number_alone(
    conn: Connection, look: str, keys: str | None, other_keys: str | None, is_stale: bool
) -> None:
    known, sender, otherwise = LOOKS[look]
    await writes(conn, *known, key_hash=keys)

    assert (await writes(conn, *sender, key_hash=other_keys)).decision == (
        UNPROVEN if is_stale else otherwise
    )


@pytest.mark.parametrize("sender", [(PHONE, USER), (None, USER)])
async def test_a_user_id_is_never_stale(conn: Connection, sender: tuple[str | None, str | None]) -> None:
    amina = (await writes(conn, PHONE, USER, key_hash="keys")).customer_id
    await silent_for(conn, amina, 400)

    found = await writes(conn, *sender, key_hash="other")

    assert (found.customer_id, found.decision) == (amina, "recognised")
    assert await open_conflicts(conn) == []


async def test_new_keys_with_the_user_id_are_the_keys_from_then_on(conn: Connection) -> None:
    await writes(conn, PHONE, USER, key_hash="keys")
    await writes(conn, PHONE, USER, key_hash="new")

    assert (await writes(conn, PHONE, key_hash="new")).decision == "recognised"
    assert (await writes(conn, PHONE, key_hash="keys")).decision == UNPROVEN


@pytest.mark.parametrize("why", ["silent", "registered anew", "asked already"])
async def test_one_person_seen_twice_is_disputed_where_the_number_proves_nothing(
    conn: Connection, why: str
) -> None:
    amina = (await writes(conn, PHONE, key_hash="keys")).customer_id
    if why != "registered anew":
        await silent_for(conn, amina, 46)
    if why == "asked already":
        await writes(conn, PHONE)
    bosco = (await writes(conn, None, OTHER_USER, "Bosco")).customer_id
    before = await live(conn)

    found = await writes(conn, PHONE, OTHER_USER, "Bosco", "other")

    assert (found.customer_id, found.decision) == (bosco, "disputed_number")
    assert await live(conn) == before
    assert Conflict(amina, bosco, "disputed_number") in await open_conflicts(conn)


@pytest.mark.parametrize("decision", ["recycled_number", "moved_number"])
async def test_a_user_id_of_another_takes_the_number_of_a_silent_record_and_ends_the_question(
    conn: Connection, decision: str
) -> None:
    amina = (await writes(conn, PHONE, USER, "Amina")).customer_id
    await silent_for(conn, amina, 46)
    await writes(conn, PHONE)
    if decision == "moved_number":
        await writes(conn, OTHER_PHONE, OTHER_USER, "Bosco")

    found = await writes(conn, PHONE, OTHER_USER, "Bosco")

    assert (found.decision, found.phone_number) == (decision, PHONE)
    assert found.customer_id != amina
    assert await open_conflicts(conn) == []
    assert await RESOLUTIONS.all(conn) == ["moved"]
    assert (await writes(conn, PHONE)).decision == "recognised"


@pytest.mark.parametrize("sender", [(PHONE, USER), (None, USER), (PHONE, None)])
async def test_only_number_and_user_id_together_prove_that_the_number_is_hers(
    conn: Connection, sender: tuple[str | None, str | None]
) -> None:
    amina = (await writes(conn, PHONE, USER, "Amina")).customer_id
    await silent_for(conn, amina, 46)
    await writes(conn, PHONE)
    await wrote(conn, amina)
    held = await owes(conn, amina)
    await conn.execute("update outbox set channel = 'gateway'")  # which reaches numbers alone
    assert await send_all(conn) == []
    assert (await row(conn, held)).status == "parked"

    await writes(conn, *sender)

    is_proof = sender == (PHONE, USER)
    assert (await open_conflicts(conn) == []) == is_proof
    assert await RESOLUTIONS.all(conn) == ["proved"] * is_proof
    assert await send_all(conn) == [held] * is_proof
    assert (await writes(conn, PHONE)).decision == ("recognised" if is_proof else UNPROVEN)


async def test_a_record_in_a_dispute_is_not_proven_by_its_number_alone(conn: Connection) -> None:
    amina = await add(conn, PHONE)
    bosco = (await writes(conn, OTHER_PHONE, OTHER_USER, "Bosco")).customer_id
    assert (await writes(conn, PHONE, OTHER_USER, "Bosco")).decision == "disputed_number"

    assert (await writes(conn, PHONE)).decision == UNPROVEN
    assert (await writes(conn, OTHER_PHONE)).decision == UNPROVEN
    assert {conflict.holder_id for conflict in await open_conflicts(conn)} == {amina, bosco}


async def test_a_number_that_its_owner_is_known_to_have_left_proves_nothing_about_who_wrote_from_it(
    conn: Connection,
) -> None:
    now = datetime.now(UTC)
    await conn.execute(
        "select announce_change(%s, %s, %s, %s, %s)", [PHONE, USER, OTHER_PHONE, OTHER_USER, now]
    )
    amina = (await writes(conn, PHONE, None, "Amina", at=now - timedelta(days=1))).customer_id

    assert (await writes(conn, PHONE, "UG.3001", "Bosco")).decision == UNPROVEN
    assert (await live(conn))[amina].whatsapp_user_id is None


RESOLUTIONS = sql("select resolution from customer_conflicts where resolved_at is not null order by id").into(
    str
)
