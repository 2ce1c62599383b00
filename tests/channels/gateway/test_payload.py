"""Each spelling that gateways have been seen to use, as a table of bodies and what they say."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luminous.channels.gateway.payload import parse
from luminous.messages import Event, Received, Sender, StatusChange, Unknown, Unreadable
from luminous.phone import Phone, UserId

from .making import NOW, PHONE, USER_ID, WA_ID, event, events, only, received, text

SENT_AT = datetime(2025, 6, 15, 23, 27, 53, tzinfo=UTC)
FLAT = {"id": "g.1", "from": PHONE, "timestamp": "1750030073", "body": "Hello"}
CHANGE = {"field": "messages", "value": {"messages": [text()]}}

HELLO: dict[str, tuple[object, str]] = {
    "the event with its list": (received(text()), "data.messages[0]"),
    "a time as the event writes it": (received(text(timestamp="2025-06-15T23:27:53Z")), "data.messages[0]"),
    "words as plain text": (received(text(text="Hello")), "data.messages[0]"),
    "no type": (received({k: v for k, v in text().items() if k != "type"}), "data.messages[0]"),
    "the sender only beside the message": (
        received({k: v for k, v in text().items() if k != "from"}),
        "data.messages[0]",
    ),
    "data in data": ({"data": {"data": {"messages": [text()]}}}, "data.data.messages[0]"),
    "event and data in data": ({"data": received(text())}, "data.data.messages[0]"),
    "data in body": ({"body": {"data": {"messages": [text()]}}}, "body.data.messages[0]"),
    "the event in body": ({"body": received(text())}, "body.data.messages[0]"),
    "a flat message": ({"data": FLAT}, "data.messages[0]"),
    "a flat message with its event": (event("message.received", FLAT), "data.messages[0]"),
    "a flat message that tells its own status": (
        event("message.received", {**FLAT, "status": "received"}),
        "data.messages[0]",
    ),
    "a flat message twice wrapped": ({"data": {"data": FLAT}}, "data.data.messages[0]"),
    "a bare change": (CHANGE, "body.messages[0]"),
    "a change in data": ({"data": CHANGE}, "data.messages[0]"),
    "Meta's own envelope": (
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [CHANGE]}]},
        "entry[0].changes[0].messages[0]",
    ),
    "Meta's envelope without its object": (
        {"entry": [{"changes": [CHANGE]}]},
        "entry[0].changes[0].messages[0]",
    ),
    "Meta's envelope in data": (
        event("message.received", {"entry": [{"changes": [CHANGE]}]}),
        "data.entry[0].changes[0].messages[0]",
    ),
    "an empty list of statuses beside it": (received(text(), statuses=[]), "data.messages[0]"),
}


@pytest.mark.parametrize("name", HELLO)
def test_one_message_is_the_same_in_every_wrapping_and_spelling(name: str) -> None:
    body, position = HELLO[name]
    found = only(body)
    said = (found.channel, found.external_id, found.kind, found.text, found.sender, found.sent_at)
    sender = Sender(Phone(PHONE), None, None, WA_ID, None)
    assert said == ("gateway", "g.1", "text", "Hello", sender, SENT_AT)
    assert found.position == position


@pytest.mark.parametrize("key", ["from", "phone", "phoneNumber", "phone_number"])
@pytest.mark.parametrize("number", [PHONE, WA_ID, int(WA_ID)])
def test_the_senders_number_has_four_names(key: str, number: object) -> None:
    assert only({"data": {"id": "g.1", key: number, "body": "Hello"}}).sender.phone == PHONE


@pytest.mark.parametrize("key", ["id", "message_id", "messageId"])
def test_the_messages_id_has_three_names(key: str) -> None:
    assert only({"data": {key: "g.7", "from": PHONE, "body": "Hello"}}).external_id == "g.7"


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ({"from": PHONE, "user_id": USER_ID}, (PHONE, USER_ID)),
        ({"from": PHONE, "from_user_id": USER_ID}, (PHONE, USER_ID)),
        ({"user_id": USER_ID}, (None, USER_ID)),
        ({"from": USER_ID}, (None, USER_ID)),  # never a phone, though it reads like one
        ({"from": "UG.256782240146"}, (None, "UG.256782240146")),
        ({"from": PHONE, "user_id": "17"}, (PHONE, None)),  # the gateway's own number for them
    ],
)
def test_user_ids_are_taken_where_they_are(
    sender: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    listed = {key: value for key, value in text().items() if key != "from"}
    for body in (
        {"data": {"id": "g.1", "body": "Hello", **sender}},
        event("message.received", {"messages": [{**listed, **sender}]}),
    ):
        found = only(body).sender
        assert (found.phone, found.user_id) == expected


def test_the_name_and_user_id_come_from_the_contact_of_the_writer() -> None:
    contacts = [
        {"profile": {"name": "Brian"}, "wa_id": "256772000001"},
        {"profile": {"name": "Amina"}, "wa_id": WA_ID, "user_id": USER_ID},
    ]
    assert only(received(text(), contacts=contacts)).sender == Sender(
        Phone(PHONE), UserId(USER_ID), None, WA_ID, "Amina"
    )


def test_a_sender_beside_several_messages_is_not_lent_to_any() -> None:
    nobody = {key: value for key, value in text("Hi", "g.2").items() if key != "from"}
    senders = [e.sender.phone for e in events(received(text(), nobody)) if isinstance(e, Received)]
    assert senders == [PHONE, None]


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        (
            {"type": "image", "image": {"url": "https://g.example/1"}, "caption": "This one"},
            "image",
            "This one",
        ),
        ({"type": "image", "image": {"link": "https://g.example/1", "caption": "Two"}}, "image", "Two"),
        ({"image": {"url": "https://g.example/1"}, "body": "This one"}, "image", "This one"),
        ({"image": "https://g.example/1"}, "image", ""),
        ({"type": "video", "video": {"url": "https://g.example/1"}}, "video", ""),
        ({"type": "audio", "audio": {"url": "https://g.example/1"}}, "audio", ""),
        ({"type": "document", "document": {"url": "https://g.example/1"}}, "document", ""),
        ({"type": "hologram", "hologram": {"url": "https://g.example/1"}}, "hologram", ""),
    ],
)
def test_media_keep_their_address_and_their_words(message: dict[str, Any], kind: str, words: str) -> None:
    ids = {"id": "g.1", "from": PHONE}
    for body in ({"data": {**ids, **message}}, received({**ids, **message})):
        found = only(body)
        assert (found.kind, found.text) == (kind, words)
        assert "https://g.example/1" in (found.details or "")


def change(name: str, status: str = "delivered") -> StatusChange:
    return StatusChange("gateway", "g.9", name, status, SENT_AT, None, None, None, None)  # pyright: ignore[reportArgumentType] - one of four words


STATUS = {"id": "g.9", "recipient_id": WA_ID, "status": "delivered", "timestamp": "1750030073"}
OURS = {"id": "g.9", "from": "+256700000001", "to": PHONE, "body": "From the shop"}
OTHERS: dict[str, tuple[object, tuple[Event, ...]]] = {
    "statuses": (
        event("message.status.update", {"statuses": [STATUS]}),
        (change("data.statuses[0]"),),
    ),
    "statuses in a message's event": (
        event("message.received", {"id": "g.9", "from": PHONE, "statuses": [STATUS]}),
        (change("data.statuses[0]"),),
    ),
    "statuses without an event": ({"data": {"statuses": [STATUS]}}, (change("data.statuses[0]"),)),
    "a status in other words": (
        {"data": {"message_id": "g.9", "recipientId": WA_ID, "status": "read", "timestamp": "1750030073"}},
        (change("data.statuses[0]", "read"),),
    ),
    "a flat status with its event": (
        event("message.status.update", {"messageId": "g.9", "status": "sent", "timestamp": 1750030073}),
        (change("data.statuses[0]", "sent"),),
    ),
    "a status that nobody knows": (
        event("message.status.update", {"statuses": [{**STATUS, "status": "paused"}]}),
        (Unknown("gateway", "data.statuses[0]", "status:paused"),),
    ),
    "our own message": (
        event("message.sent", OURS),
        (Unknown("gateway", "data", "event:message.sent"),),
    ),
    "our own message in a list": (
        event("message.sent", {"messages": [text("From the shop")]}),
        (Unknown("gateway", "data", "event:message.sent"),),
    ),
    "our own message as Meta's change": (
        event("message.sent", CHANGE),
        (Unknown("gateway", "data.messages[0]", "event:message.sent"),),
    ),
    "an event that says nothing more": (
        {"event": "message.sent"},
        (Unknown("gateway", "body", "event:message.sent"),),
    ),
    "an event that nobody knows": (
        event("message.deleted", {"messages": [text()]}),
        (Unknown("gateway", "data", "event:message.deleted"),),
    ),
    "an event with a name from hell": (
        event("a\nb\x00" + "c" * 200, {}),
        (Unknown("gateway", "data", "event:a b" + "c" * 51),),
    ),
    "another field": (
        {"field": "account_update", "value": {}},
        (Unknown("gateway", "body", "field:account_update"),),
    ),
    "nothing in it": ({"data": {}}, (Unknown("gateway", "data", "empty"),)),
    "a message's event with nothing in it": (
        event("message.received", {}),
        (Unknown("gateway", "data", "event:message.received"),),
    ),
    "a message without an id": (
        {"data": {"from": PHONE, "body": "Hello"}},
        (Unreadable("gateway", "data.messages[0]", "It has no `id`."),),
    ),
    "a message without an id in the list": (
        received({key: value for key, value in text().items() if key != "id"}),
        (Unreadable("gateway", "data.messages[0]", "It has no `id`."),),
    ),
    "words that are none": (
        {"data": {**FLAT, "body": 17}},
        (Unreadable("gateway", "data.messages[0]", "Its `body` is not what it should be."),),
    ),
    "no list": (
        event("message.received", {"messages": "Hello"}),
        (Unreadable("gateway", "data.messages", "It is not a list."),),
    ),
    "data that is text": ({"data": "Hello"}, (Unreadable("gateway", "data", "It is not an object."),)),
    "a message's event without data": (
        {"event": "message.received"},
        (Unreadable("gateway", "data", "It is not an object."),),
    ),
    "no JSON": (b"event=hello", (Unreadable("gateway", "body", "The body is not JSON."),)),
    "neither event nor data": ({"hello": "world"}, ()),
    "both, but null": ({"event": None, "data": None}, ()),
    "an empty object": ({}, ()),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_message_is_told_apart_and_kept(name: str) -> None:
    body, expected = OTHERS[name]
    assert events(body) == expected


def test_one_bad_message_costs_none_of_its_neighbours() -> None:
    found = events(received(text("One", "g.1"), {"from": PHONE}, 17, text("Four", "g.4")))
    assert [type(each) for each in found] == [Received, Unreadable, Unreadable, Received]
    assert [each.position for each in found] == [f"data.messages[{n}]" for n in range(4)]


KEYS = """
    event data body messages statuses entry changes value field id from phone type text image caption
    status recipientId contacts timestamp user_id
"""
PIECES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([PHONE, USER_ID]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(PIECES)
@settings(max_examples=300)
def test_no_body_makes_it_raise_and_the_same_body_gives_the_same_events(piece: object) -> None:
    raw = json.dumps({"event": "message.received", "data": piece}).encode()
    assert parse(raw, NOW) == parse(raw, NOW) != ()
