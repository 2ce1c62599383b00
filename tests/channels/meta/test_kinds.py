import json
from datetime import UTC, datetime
from typing import Any

import pytest

from luminous.channels.meta.payload import parse
from luminous.messages import Received

from .making import NOW, encode, envelope, message, only, value_of

SENT_AT = datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC)

REPLY = {"id": "menu:price", "title": "Ask for a price"}
SAID: list[tuple[str, object, str, str | None]] = [
    ("text", {"body": "Hello"}, "Hello", None),
    ("text", {}, "", None),
    ("text", {"body": None}, "", None),
    ("text", {"body": "a\x00b\ud83d\u0007c"}, "ab\ufffdc", None),
    ("image", {"id": "1", "mime_type": "image/jpeg", "caption": "This one"}, "This one", None),
    ("video", {"id": "1", "caption": "and this"}, "and this", None),
    ("document", {"id": "1", "filename": "list.pdf", "caption": "my list"}, "my list", None),
    ("audio", {"id": "1", "voice": True}, "", None),
    ("voice", {"id": "1"}, "", None),
    ("sticker", {"id": "1", "animated": False}, "", None),
    ("location", {"latitude": 0.3, "longitude": 32.6}, "", None),
    ("location", {"name": "Garden City", "address": "Yusuf Lule Rd"}, "Garden City, Yusuf Lule Rd", None),
    ("contacts", [{"name": {"formatted_name": "Ann"}}, {"name": {"first_name": "Ben"}}], "Ann, Ben", None),
    ("contacts", [{"phones": [{"phone": "+1"}]}], "", None),
    ("button", {"text": "Yes", "payload": "yes-1"}, "Yes", "yes-1"),
    ("button", {"text": "Yes"}, "Yes", None),
    ("interactive", {"type": "button_reply", "button_reply": REPLY}, "Ask for a price", "menu:price"),
    ("interactive", {"type": "list_reply", "list_reply": REPLY}, "Ask for a price", "menu:price"),
    ("interactive", {"nfm_reply": {"body": "Sent", "response_json": "[]"}}, "Sent", None),
    ("interactive", {"call_permission_reply": {"response": "accept"}}, "", None),
    ("interactive", {"type": "button_reply"}, "", None),
    ("order", {"catalog_id": "1", "text": "Two please", "product_items": []}, "Two please", None),
    ("reaction", {"message_id": "wamid.B", "emoji": "👍"}, "👍", None),
    ("reaction", {"message_id": "wamid.B"}, "", None),
    ("system", {"body": "Nora changed", "type": "user_changed_number"}, "Nora changed", None),
    ("edit", {"message": {"type": "text", "text": {"body": "New"}}}, "New", None),
    ("edit", {"original_message_id": "wamid.B", "message": {"type": "poll"}}, "", None),
    ("edit", {"original_message_id": "wamid.B"}, "", None),
    ("revoke", {"original_message_id": "wamid.B"}, "", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "text", "choice"), SAID)
def test_the_words_and_the_choice_are_those_of_the_type(
    kind: str, content: object, text: str, choice: str | None
) -> None:
    event = only(message(kind, content))
    assert (event.kind, event.text, event.choice) == (kind, text, choice)
    assert event.details is not None
    json.loads(event.details)


@pytest.mark.parametrize(
    "kind", ["unsupported", "unknown", "request_welcome", "media_placeholder", "hologram"]
)
def test_a_type_that_nobody_knows_is_kept_whole(kind: str) -> None:
    sent = message(kind, {"shape": [1, 2]}, errors=[{"code": 131051}])
    event = only(sent)
    assert (event.kind, event.text) == (kind, "")
    assert json.loads(event.details or "") == sent


def test_a_known_type_without_its_object_is_kept_whole() -> None:
    sent = message("interactive", errors=[{"code": 131000}])
    assert json.loads(only(sent).details or "") == sent


@pytest.mark.parametrize(
    ("sent", "quoted"),
    [
        (message(context={"id": "wamid.B", "from": "256782240146"}), "wamid.B"),
        (message(context={"forwarded": True}), None),
        (message(context="wamid.B"), None),
        (message("reaction", {"message_id": "wamid.C", "emoji": "👍"}, context={"id": "wamid.B"}), "wamid.C"),
        (message("edit", {"original_message_id": "wamid.C"}), "wamid.C"),
        (message("revoke", {"original_message_id": "wamid.C"}), "wamid.C"),
        (message("revoke", {}), None),
    ],
)
def test_the_message_that_is_meant_is_named(sent: object, quoted: str | None) -> None:
    assert only(sent).quoted_id == quoted


@pytest.mark.parametrize(
    ("stamp", "sent_at"),
    [
        ("1750030073", SENT_AT),
        (1750030073, SENT_AT),
        ("1750030073000", SENT_AT),
        (1750030073000, SENT_AT),
        (1750030073.0, SENT_AT),
        ("9999999999", NOW),
        ("99999999999999999999", NOW),
        (10**399, NOW),
        ("0", NOW),
        ("-5", NOW),
        ("yesterday", NOW),
        ("1_750_030_073", NOW),
        ("١٧٥٠٠٣٠٠٧٣", NOW),
        ("", NOW),
        (None, NOW),
        (True, NOW),
        ({}, NOW),
    ],
)
def test_a_time_is_the_providers_where_it_can_be(stamp: object, sent_at: datetime) -> None:
    assert only(message(timestamp=stamp)).sent_at == sent_at


def test_a_type_is_one_short_line_and_its_absence_is_unknown() -> None:
    assert only(message("a\nb\x00" + "c" * 100)).kind == "a b" + "c" * 57
    assert only({"id": "wamid.A", "from": "256782240146"}).kind == "unknown"
    assert only(message(type=5)).kind == "unknown"


def test_a_missing_business_number_is_empty() -> None:
    others: list[Any] = [{}, None, [], {"phone_number_id": None}, {"phone_number_id": {}}]
    for metadata in others:
        value = {**value_of(message()), "metadata": metadata}
        (event,) = parse(encode(envelope(value)), NOW)
        assert isinstance(event, Received)
        assert event.business_number_id == ""
