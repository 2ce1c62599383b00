"""Meta's webhook from outside: who may post, what is kept, and that nothing happens twice.

LUMINOUS_PEOPLE says how many people write at once; the gate asks for a thousand. With fewer the same
races are run, over the same number of connections.
"""

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from luminous import inbound, inbox
from luminous.app import create_app
from luminous.channels.meta.payload import parse
from luminous.channels.meta.signature import sign
from luminous.config import Settings
from luminous.db import Database, connect
from luminous.wake import Bell
from tests.loopback import post_all, serving
from tests.shop import BODIES, SECRET, ShopUnderTest, body, said, status, text, webhook

PEOPLE = int(os.environ.get("LUMINOUS_PEOPLE", "150"))
COUNTS = {
    "customers": "select count(*) from customers",
    "subscriptions": "select count(*) from subscriptions where status = 'active' and plan_code = 'guest'",
    "inbox": "select count(*) from inbox",
    "of nobody": "select count(*) from inbox where customer_id is null",
    "bodies": "select count(*) from webhook_bodies",
    "early": "select count(*) from early_statuses",
    "dead": "select count(*) from dead_letters",
}
A_PERSON = {"customers": 1, "subscriptions": 1, "inbox": 1, "bodies": 1}
NOBODY = {"inbox": 1, "of nobody": 1, "bodies": 1}
A_STATUS = {"early": 1}
KEPT = {"bodies": 1}
PHONE, USER_ID = "+16505551234", "US.13491208655302741918"

# Each documented body: how many rows it makes in an empty shop, and whose.
EXPECTED: dict[str, tuple[dict[str, int], tuple[str | None, str | None] | None]] = {
    "00_text_phone_only_legacy": (A_PERSON, (PHONE, None)),
    "01_text_no_username_both_ids": (A_PERSON, (PHONE, USER_ID)),
    "02_text_username_phone_parent": (A_PERSON, (PHONE, USER_ID)),
    "03_text_bsuid_only": (A_PERSON, (None, USER_ID)),
    "04_text_bsuid_only_parent": (A_PERSON, (None, USER_ID)),
    "05_text_group_both_ids": (NOBODY, None),
    "06_contacts_contact_request_bsuid_only": (A_PERSON, (None, USER_ID)),
    "07_contacts_shared_other_vcard": (A_PERSON, (None, USER_ID)),
    "08_status_sent_both_no_username": (A_STATUS, None),
    "09_status_delivered_both": (A_STATUS, None),
    "10_status_delivered_bsuid_only": (A_STATUS, None),
    "11_status_failed_to_phone_no_contacts_no_bsuid": (A_STATUS, None),
    "12_status_failed_to_bsuid": (A_STATUS, None),
    "13_status_delivered_group_participant": (A_STATUS, None),
    "14_system_user_changed_number_legacy": (NOBODY, None),
    "15_system_user_changed_number_v2026_08": (NOBODY, None),
    "16_system_user_changed_user_id_v2026_08_no_phone": (NOBODY, None),
    "17_system_user_changed_user_id_v2026_05_body_only": (NOBODY, None),
    "18_user_id_update_documented_but_not_subscribable": (NOBODY, None),
    "19_user_preferences_stop_bsuid_only": (KEPT, None),
    "20_edit_image_both_ids": (A_PERSON, (PHONE, USER_ID)),
    "21_revoke_bsuid_only": (A_PERSON, (None, USER_ID)),
    "22_business_username_updates": (KEPT, None),
    "23_unsupported_poll": (A_PERSON, (PHONE, None)),
    "24_order": (A_PERSON, (PHONE, USER_ID)),
    "25_reported_bsuid_inside_from_and_wa_id": (A_PERSON, (None, USER_ID)),
}


async def counts(shop: ShopUnderTest) -> dict[str, int]:
    found = {what: int(await shop.one(query)) for what, query in COUNTS.items()}
    return {what: count for what, count in found.items() if count}


def documented(name: str) -> bytes:
    return (BODIES / f"{name}.json").read_bytes()


def test_every_documented_body_is_expected_to_do_something() -> None:
    assert sorted(EXPECTED) == sorted(file.stem for file in BODIES.glob("*.json"))


@pytest.mark.parametrize("name", EXPECTED)
async def test_documented_body_makes_exactly_its_rows_and_nothing_when_it_comes_again(
    shop: ShopUnderTest, name: str
) -> None:
    expected, who = EXPECTED[name]

    assert (await shop.post(documented(name))).status_code == 200
    assert await counts(shop) == expected
    if who is not None:
        assert await shop.rows("select phone_number, whatsapp_user_id from customers") == [who]

    assert (await shop.post(documented(name))).status_code == 200
    assert await counts(shop) == expected


async def test_all_documented_bodies_in_one_run_are_one_person_and_again_nothing(shop: ShopUnderTest) -> None:
    unique = [made_unique(json.loads(documented(name)), name) for name in sorted(EXPECTED)]

    for _ in range(2):
        for each in unique:
            assert (await shop.post(each)).status_code == 200
        assert await counts(shop) == {
            "customers": 1,
            "subscriptions": 1,
            "inbox": 18,
            "of nobody": 1,
            "bodies": 20,
            "early": 6,
        }
    # All of one moment: what comes from the number that was left in it is from before, and the fullest
    # of the announcements says what the person has now.
    present = [("+16505559876", "US.20837465019283746501")]
    assert await shop.rows("select phone_number, whatsapp_user_id from customers") == present


def made_unique(value: Any, suffix: str) -> Any:
    """The same body with message ids of its own."""
    text = json.dumps(value)
    return json.loads(re.sub(r'"(wamid\.HB[^"]*)"', rf'"\1.{suffix}"', text))


async def test_many_people_write_16_first_messages_at_once_and_each_is_one_customer(
    shop: ShopUnderTest,
) -> None:
    people = [(f"2567{n:08}", f"UG.{n}") for n in range(PEOPLE)]
    bodies = [
        json.dumps(webhook(text("Hello", f"wamid.{phone}.{n}", (phone, user_id)))).encode()
        for phone, user_id in people
        for n in range(16)  # one after another, so that they arrive at the same time
    ]

    async with serving(shop.app) as port:
        answers = await post_all(port, bodies, SECRET, connections=48)
    while await shop.settle():
        pass

    assert set(answers) == {200}
    assert await shop.one("select count(*) from customers") == PEOPLE
    assert await shop.one("select count(*) from subscriptions where status = 'active'") == PEOPLE
    assert await shop.one("select count(*) from inbox") == 16 * PEOPLE
    assert await shop.one("select count(*) from inbox where is_new_customer") == PEOPLE
    assert await shop.one("select count(distinct customer_id) from inbox where is_new_customer") == PEOPLE
    assert await shop.one("select count(*) from inbox where answered_at is null") == 0
    assert len(shop.whatsapp.sent) == PEOPLE
    assert all("welcome to Pearl Shopping" in said for said in shop.whatsapp.texts)
    assert len({message.to for message in shop.whatsapp.sent}) == PEOPLE


@pytest.mark.parametrize("secret", [SECRET, "old-secret"])
async def test_body_signed_with_the_present_or_the_previous_secret_is_taken(
    shop: ShopUnderTest, secret: str
) -> None:
    assert (await shop.post(webhook(text("Hello", "wamid.1")), secret)).status_code == 200
    assert await shop.one("select count(*) from inbox") == 1


@pytest.mark.parametrize(
    "header", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, sign(b"other", SECRET)]
)
async def test_forged_body_is_refused_without_a_word_and_leaves_nothing(
    shop: ShopUnderTest, header: str | None
) -> None:
    raw = json.dumps(webhook(text("Hello", "wamid.1"))).encode()
    headers = {} if header is None else {"X-Hub-Signature-256": header}

    response = await shop.http.post("/webhooks/whatsapp", content=raw, headers=headers)

    assert (response.status_code, response.content) == (401, b"")
    assert await counts(shop) == {}


async def test_body_of_more_than_three_and_a_half_megabytes_is_cut(shop: ShopUnderTest) -> None:
    raw = b" " * 3_500_001

    async def without_a_length() -> AsyncGenerator[bytes]:
        for start in range(0, len(raw), 100_000):
            yield raw[start : start + 100_000]

    signed = {"X-Hub-Signature-256": sign(raw, SECRET)}
    assert (await shop.post(raw)).status_code == 413
    assert (
        await shop.http.post("/webhooks/whatsapp", content=without_a_length(), headers=signed)
    ).status_code == 413
    assert (
        await shop.http.post(
            "/webhooks/whatsapp", content=raw, headers={**signed, "Content-Length": "9" * 30}
        )
    ).status_code == 413


@pytest.mark.parametrize(
    ("query", "status_code", "answer"),
    [
        ("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me", 200, "1158201444"),
        ("hub.mode=subscribe&hub.challenge=<b>x</b>&hub.verify_token=verify-me", 200, "<b>x</b>"),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", 403, ""),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=", 403, ""),
        ("hub.mode=subscribe&hub.challenge=1", 403, ""),
        ("hub.mode=other&hub.challenge=1&hub.verify_token=verify-me", 403, ""),
        ("", 403, ""),
    ],
)
async def test_handshake_echoes_the_challenge_as_plain_text_to_whoever_knows_the_token(
    shop: ShopUnderTest, query: str, status_code: int, answer: str
) -> None:
    response = await shop.http.get(f"/webhooks/whatsapp?{query}")

    assert (response.status_code, response.text) == (status_code, answer)
    if status_code == 200:
        assert response.headers["content-type"].startswith("text/plain")


async def test_while_the_database_is_away_the_answer_is_503_and_not_200() -> None:
    settings = Settings.model_construct(whatsapp_app_secret=SECRET, whatsapp_verify_token="verify-me")
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing", connect_seconds=0.2)
    async with nowhere:
        shop = ShopUnderTest(nowhere)
        shop.app = create_app(settings, nowhere, Bell())
        response = await shop.post(webhook(text("Hello", "wamid.1")))
        ready = await shop.http.get("/readyz")
        alive = await shop.http.get("/healthz")
        await shop.http.aclose()

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert (ready.status_code, ready.json()["database"]) == (503, "away")
    assert alive.status_code == 200


async def test_one_poisoned_message_among_fifty_is_put_aside_and_taken_when_it_can_be(
    shop: ShopUnderTest,
) -> None:
    await shop.do("alter table inbox add constraint no_poison check (text <> 'poison')")
    messages = [text("poison" if n == 25 else f"Hello {n}", f"wamid.{n}") for n in range(50)]

    assert (await shop.post(webhook(*messages))).status_code == 200
    assert await shop.one("select count(*) from inbox") == 49
    position, stage, reason = (await shop.rows("select position, stage, reason from dead_letters"))[0]
    assert (position, stage) == ("entry[0].changes[0].messages[25]", "database")
    assert "poison" not in reason

    await shop.do("alter table inbox drop constraint no_poison")
    await shop.do("update dead_letters set next_attempt_at = now()")
    await shop.tidy()

    assert await shop.one("select count(*) from inbox") == 50
    assert await shop.one("select count(*) from dead_letters where resolved_at is null") == 0


async def test_message_that_names_nobody_is_a_dead_letter_and_its_neighbours_are_taken(
    shop: ShopUnderTest,
) -> None:
    nobody = {"id": "wamid.nobody", "timestamp": "1750030073", "type": "text", "text": {"body": "Hello"}}

    assert (await shop.post(webhook(text("Hello", "wamid.1"), nobody))).status_code == 200

    assert await shop.one("select count(*) from inbox") == 1
    assert (await shop.rows("select stage, reason from dead_letters")) == [
        ("parsing", "no sender: neither a phone number nor a user id")
    ]


async def test_several_entries_with_one_bad_piece_in_the_middle_lose_only_that_piece(
    shop: ShopUnderTest,
) -> None:
    changes: list[dict[str, Any]] = [
        {"messages": [text(f"Hello {e}{c}{m}", f"wamid.{e}.{c}.{m}") for m in range(5)]}
        for e in range(3)
        for c in range(2)
    ]
    changes[3]["messages"][2] = "no message at all"

    assert (await shop.post(body(*changes))).status_code == 200
    assert await shop.one("select count(*) from inbox") == 29
    assert await shop.one("select position from dead_letters") == "entry[0].changes[3].messages[2]"


async def test_nul_and_lone_surrogates_in_a_message_are_stored_as_text_and_the_raw_body_is_exact(
    shop: ShopUnderTest,
) -> None:
    raw = json.dumps(webhook(text("a\0b\ud83dc", "wamid.1"), name="Am\0ina\u202e")).encode()

    assert (await shop.post(raw)).status_code == 200
    assert await shop.rows(
        "select text, body from inbox join webhook_bodies on webhook_bodies.id = body_id"
    ) == [("ab�c", raw)]
    assert await shop.one("select display_name from customers") == "Amina"


async def test_unknown_message_type_is_kept_and_not_answered(shop: ShopUnderTest) -> None:
    await shop.hear(said("hologram", {"depth": 3}, "wamid.1"))

    assert await shop.settle() == []
    assert await shop.rows("select kind, answer, details ->> 'hologram' is not null from inbox") == [
        ("hologram", "needs no answer", True)
    ]


async def test_group_and_system_messages_make_no_customer_and_get_no_answer(shop: ShopUnderTest) -> None:
    system = said("system", {"type": "user_changed_number", "body": "…", "wa_id": "256700000002"}, "wamid.1")
    await shop.hear(system)
    await shop.hear(text("Hello all", "wamid.2", group_id="group-1"))

    assert await shop.settle() == []
    assert await shop.one("select count(*) from customers") == 0
    assert await shop.one("select count(*) from inbox where answered_at is not null") == 2


async def test_plain_statuses_and_duplicates_keep_no_raw_body(shop: ShopUnderTest) -> None:
    await shop.post(status("delivered", "wamid.of.somebody"))
    assert await shop.one("select count(*) from webhook_bodies") == 0

    await shop.hear(text("Hello", "wamid.1"))
    again = webhook(text("Hello", "wamid.1"), name="Another name")
    await shop.post(again)
    assert await shop.one("select count(*) from webhook_bodies") == 1


async def test_redelivery_after_the_customer_was_deleted_makes_nobody(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.do("update customers set deleted_at = now()")

    await shop.hear(text("Hello", "wamid.1"))

    assert await shop.one("select count(*) from customers") == 1


async def test_row_that_somebody_locks_from_outside_does_not_hold_up_other_customers(
    shop: ShopUnderTest, database_url: str
) -> None:
    await shop.hear(text("Hello", "wamid.1"))
    await shop.do("update customers set last_seen_at = now() - interval '1 hour'")
    async with connect(database_url) as psql, psql.transaction():
        await psql.execute("select from customers for no key update")
        stuck = [asyncio.create_task(shop.post(webhook(text("?", f"wamid.stuck.{n}")))) for n in range(12)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(10):
            other = await shop.post(webhook(text("Hello", "wamid.2", ("256701234567", "UG.2"))))
    answers = {(await each).status_code for each in stuck}

    assert other.status_code in (200, 503)
    assert answers <= {200, 503}


@pytest.mark.parametrize("position", ["body", "entry[0]", "entry[0].changes[0].messages"])
async def test_piece_that_could_not_be_read_is_replayed_with_all_that_stands_in_it(
    shop: ShopUnderTest, position: str
) -> None:
    raw = json.dumps(webhook(text("Hello", "wamid.1"), text("World", "wamid.2"))).encode()
    async with shop.database.transaction() as conn:
        body_id = await inbox.keep_body(conn, "meta", raw)
        await inbox.bury(
            conn, body_id, position, "parsing", "an older version could not read it", again_in=None
        )
        (letter,) = await inbox.open_dead_letters(conn)

    assert await inbound.replay(shop.database.transaction, letter, parse)
    assert await shop.one("select count(*) from inbox") == 2
    assert await shop.one("select count(*) from dead_letters where resolved_at is null") == 0


async def test_database_without_the_schema_is_said_to_be_unready(server_url: str) -> None:
    async with Database(server_url) as empty:
        shop = ShopUnderTest(empty)
        ready = await shop.http.get("/readyz")
        await shop.http.aclose()

    assert ready.status_code == 503
    assert len(ready.json()["pending_migrations"]) > 5
