import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from luminous.channels.meta.payload import parse
from luminous.messages import (
    Event,
    IdentityChange,
    NewsSwitch,
    PreferenceChange,
    Received,
    Sender,
    StatusChange,
    Unknown,
)
from luminous.phone import Phone, UserId

from .making import EMPTY, FIRST, NOW, SHOP, encode, envelope, message, status, value_of

BODIES = Path(__file__).parent / "bodies"
SENT_AT = datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC)
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA="

PHONE, USER_ID, PARENT = (
    Phone("+16505551234"),
    UserId("US.13491208655302741918"),
    UserId("US.ENT.11815799212886844830"),
)
NEW_PHONE, NEW_USER_ID = Phone("+16505559876"), UserId("US.20837465019283746501")
PHONE_ONLY = Sender(PHONE, None, None, "16505551234", "Sheena Nelson")
BOTH = Sender(PHONE, USER_ID, None, "16505551234", "Pablo M.")
WITH_PARENT = replace(BOTH, parent_user_id=PARENT)
USER_ID_ONLY = Sender(None, USER_ID, None, None, "Pablo M.")
OLD_NUMBER = Sender(PHONE, None, None, "16505551234", None)
NOBODY = Sender(None, None, None, None, None)

TEXT = Received(
    channel="meta",
    external_id=WAMID,
    position=f"{FIRST}.messages[0]",
    business_number_id=SHOP,
    sender=PHONE_ONLY,
    kind="text",
    text="Does it come in another color?",
    choice=None,
    quoted_id=None,
    group_id=None,
    details='{"body":"Does it come in another color?"}',
    sent_at=SENT_AT,
)
STATUS = StatusChange(
    channel="meta",
    external_id=WAMID,
    position=f"{FIRST}.statuses[0]",
    status="sent",
    occurred_at=SENT_AT,
    outbox_id=None,
    error_code=None,
    error_reason=None,
    billable=True,
)


def kept(number: int) -> dict[str, Any]:
    """The first message of an example, as JSON."""
    (path,) = BODIES.glob(f"{number:02}_*.json")
    return json.loads(path.read_bytes())["entry"][0]["changes"][0]["value"]["messages"][0]


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def own(number: int) -> str:
    message = kept(number)
    return compact(message[message["type"]])


def updated(number: int) -> str:
    """The first `user_id_update` of an example, as JSON text."""
    (path,) = BODIES.glob(f"{number:02}_*.json")
    return compact(json.loads(path.read_bytes())["entry"][0]["changes"][0]["value"]["user_id_update"][0])


def system(number: int, sender: Sender, text: str, change: IdentityChange) -> Received:
    return replace(TEXT, sender=sender, kind="system", text=text, details=own(number), change=change)


NUMBERS_CHANGED = "User Pablo M. changed from 16505551234 to 16505559876"
USER_IDS_CHANGED = "User Pablo M. changed from US.13491208655302741918 to US.20837465019283746501"
CONTACTS = replace(TEXT, sender=USER_ID_ONLY, kind="contacts", text="")

EXPECTED: dict[str, Event] = {
    "00_text_phone_only_legacy": TEXT,
    "01_text_no_username_both_ids": replace(TEXT, sender=BOTH),
    "02_text_username_phone_parent": replace(TEXT, sender=WITH_PARENT),
    "03_text_bsuid_only": replace(TEXT, sender=replace(USER_ID_ONLY, profile_name="Sheena Nelson")),
    "04_text_bsuid_only_parent": replace(TEXT, sender=Sender(None, USER_ID, PARENT, None, "Sheena Nelson")),
    "05_text_group_both_ids": replace(
        TEXT, sender=WITH_PARENT, group_id="Y2FwaV9ncm91cDoxOTUwNTU1MDA3OToxMjAzNjMzOTQzMjAdOTY0MTUZD"
    ),
    "06_contacts_contact_request_bsuid_only": replace(CONTACTS, choice=f"number:{PHONE}", details=own(6)),
    "07_contacts_shared_other_vcard": replace(CONTACTS, details=own(7)),
    "08_status_sent_both_no_username": STATUS,
    "09_status_delivered_both": replace(STATUS, status="delivered"),
    "10_status_delivered_bsuid_only": replace(STATUS, status="delivered"),
    "11_status_failed_to_phone_no_contacts_no_bsuid": replace(
        STATUS,
        status="failed",
        billable=None,
        error_code=131049,
        failure="not_today",
        error_reason="This message was not delivered to maintain healthy ecosystem engagement: In order to "
        "maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    "12_status_failed_to_bsuid": replace(
        STATUS,
        status="failed",
        billable=None,
        error_code=131026,
        failure="refused",
        error_reason="Message undeliverable: Message Undeliverable.",
    ),
    "13_status_delivered_group_participant": replace(STATUS, status="delivered", billable=None),
    "14_system_user_changed_number_legacy": system(
        14, OLD_NUMBER, NUMBERS_CHANGED, IdentityChange(PHONE, None, NEW_PHONE, None)
    ),
    "15_system_user_changed_number_v2026_08": system(
        15, OLD_NUMBER, NUMBERS_CHANGED, IdentityChange(PHONE, USER_ID, NEW_PHONE, NEW_USER_ID)
    ),
    "16_system_user_changed_user_id_v2026_08_no_phone": system(
        16, NOBODY, USER_IDS_CHANGED, IdentityChange(None, USER_ID, None, NEW_USER_ID)
    ),
    "17_system_user_changed_user_id_v2026_05_body_only": system(
        17, OLD_NUMBER, USER_IDS_CHANGED, IdentityChange(PHONE, USER_ID, NEW_PHONE, NEW_USER_ID)
    ),
    "18_user_id_update_documented_but_not_subscribable": replace(
        TEXT,
        external_id=f"user_id_update:{USER_ID}:{NEW_USER_ID}:1750030073",
        position=f"{FIRST}.user_id_update[0]",
        sender=NOBODY,
        kind="system",
        text="",
        details=updated(18),
        change=IdentityChange(PHONE, USER_ID, PHONE, NEW_USER_ID),
    ),
    "19_user_preferences_stop_bsuid_only": PreferenceChange(
        "meta",
        f"{FIRST}.user_preferences[0]",
        NewsSwitch(
            None,
            USER_ID,
            wants_news=False,
            evidence="user_preferences:718c16fa8a6963a5cfe86183513f2f06",
        ),
        SENT_AT,
    ),
    "20_edit_image_both_ids": replace(
        TEXT,
        sender=WITH_PARENT,
        kind="edit",
        text="Updated image caption",
        quoted_id="wamid.ORIGINAL",
        details=own(20),
    ),
    "21_revoke_bsuid_only": replace(
        TEXT, sender=USER_ID_ONLY, kind="revoke", text="", quoted_id="wamid.ORIGINAL", details=own(21)
    ),
    "22_business_username_updates": Unknown("meta", FIRST, "field:business_username_updates"),
    "23_unsupported_poll": replace(TEXT, kind="unsupported", text="", details=compact(kept(23))),
    "24_order": replace(TEXT, sender=BOTH, kind="order", text="Love these!", details=own(24)),
    "25_reported_bsuid_inside_from_and_wa_id": replace(TEXT, sender=USER_ID_ONLY),
}


@pytest.mark.parametrize("path", sorted(BODIES.glob("*.json")), ids=lambda path: path.stem)
def test_every_documented_body_gives_its_event(path: Path) -> None:
    assert parse(path.read_bytes(), NOW) == (EXPECTED[path.stem],)


def test_every_expectation_has_its_body() -> None:
    assert {path.stem for path in BODIES.glob("*.json")} == set(EXPECTED)


def test_other_fields_are_counted_once_each() -> None:
    body = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "changes": [
                    {"field": "account_update", "value": EMPTY},
                    {"field": "calls", "value": value_of(message())},
                ]
            },
            {"changes": [{"field": "x\n" + "y" * 99}]},
        ],
    }
    assert [(event.position, getattr(event, "kind", "")) for event in parse(encode(body), NOW)] == [
        ("entry[0].changes[0]", "field:account_update"),
        ("entry[0].changes[1]", "field:calls"),
        ("entry[1].changes[0]", ("field:x " + "y" * 99)[:60]),
    ]


def test_errors_of_a_value_are_counted_beside_its_messages() -> None:
    value = value_of(message(), errors=[{"code": 131000}], statuses=[status()])
    kinds = [type(event).__name__ for event in parse(encode(envelope(value)), NOW)]
    assert kinds == ["Received", "StatusChange", "Unknown"]
    assert parse(encode(envelope({"errors": [{"code": 1}]})), NOW) == (
        Unknown("meta", f"{FIRST}.errors", "errors"),
    )


@pytest.mark.parametrize(
    "value", [{}, {"metadata": {}}, {"messages": []}, {"messages": None, "statuses": []}]
)
def test_a_change_that_brings_nothing_is_still_counted(value: object) -> None:
    assert parse(encode(envelope(value)), NOW) == (Unknown("meta", FIRST, "field:messages"),)


def test_the_gateways_events_say_that_they_are_the_gateways() -> None:
    (event,) = parse(encode(envelope(value_of(message()))), NOW, channel="gateway")
    assert event.channel == "gateway"
