import json
from typing import Any

import pytest

from luminous.channels.meta.payload import parse
from luminous.messages import Received, Unreadable

from .making import EMPTY, FIRST, NOW, contact, encode, envelope, message, only, received, value_of


def unreadable(body: bytes) -> list[tuple[str, str]]:
    return [(e.position, e.reason) for e in parse(body, NOW) if isinstance(e, Unreadable)]


def nested(depth: int) -> bytes:
    return b'{"object":"whatsapp_business_account","entry":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"{", "not JSON"),
        (b'{"object":"whatsapp_business_account",}', "not JSON"),
        (b'{"a":"\n"}', "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"whatsapp_business_account"', "not a JSON object"),
        (b"\xff\xfe{}", "not UTF-8"),
        ('{"object":"whatsapp_business_account"}'.encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"{}", "not a WhatsApp notification"),
        (b'{"object":"page","entry":[]}', "not a WhatsApp notification"),
        (b'{"object":"whatsapp_business_account"}', "no list of entries"),
        (b'{"object":"whatsapp_business_account","entry":{}}', "no list of entries"),
        (b'{"object":"whatsapp_business_account","entry":[],"entry":[]}', "same key twice"),
        (b'{"object":"whatsapp_business_account","entry":[NaN]}', "NaN"),
        (b'{"object":"whatsapp_business_account","entry":[-Infinity]}', "NaN"),
        (b'{"object":"whatsapp_business_account","entry":[' + b"9" * 5000 + b"]}", "digits"),
        (nested(32), "deeper"),
        (nested(1_000), "deeper"),
        (nested(500_000), "deeper"),
        (b"[" * 3_500_000, "deeper"),
        (b'{"a":' * 7_000, "deeper"),
        (b'"' + b'\\"' * 1_700_000, "not JSON"),
        (b"{" + b",".join(b'"%d":1' % key for key in range(10_001)) + b"}", "10000 keys"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_a_body_that_cannot_be_read_is_one_failure_without_its_content(body: bytes, reason: str) -> None:
    ((position, sentence),) = unreadable(body)
    assert position == "body"
    assert reason in sentence
    assert len(sentence) < 80


def test_depth_is_counted_outside_of_strings_only() -> None:
    assert only(message(content={"body": '[{"' * 1000 + '\\"['})).text.startswith('[{"[{"')
    assert unreadable(encode(envelope(value_of(message(content={"body": json.loads("[" * 40 + "]" * 40)})))))


def test_a_number_beyond_all_numbers_does_not_cost_the_message() -> None:
    body = encode(envelope(value_of(message("location", {"latitude": "HUGE"})))).replace(
        b'"HUGE"', b"1e400000"
    )
    (event,) = parse(body, NOW)
    assert isinstance(event, Received)
    assert event.details == '{"latitude":null}'


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (5, "It is not an object."),
        (None, "It is not an object."),
        ({}, "It has no `id`."),
        ({"id": ""}, "Its `id` is not what it should be."),
        ({"id": 5}, "Its `id` is not what it should be."),
        ({"id": "wamid.\x00"}, "Its `id` is not what it should be."),
        ({"id": "x" * 513}, "Its `id` is not what it should be."),
        (message(content={"body": 5}), "Its `body` is not what it should be."),
        (message(content="Hello"), "Its `content` is not what it should be."),
        (message("contacts", {}), "Its `content` is not what it should be."),
        (message("contacts", [5]), "Its `0` is not what it should be."),
        (message("button", {"payload": []}), "Its `payload` is not what it should be."),
        (message("interactive", {"list_reply": {"id": 1}}), "Its `list_reply.id` is not what it should be."),
        (message("edit", {"message": []}), "Its `message` is not what it should be."),
        (message("edit", {"message": message(content={"body": 1})}), "Its `body` is not what it should be."),
    ],
)
def test_a_bad_message_costs_none_of_its_neighbours(piece: object, reason: str) -> None:
    body = encode(envelope(value_of(message(id="wamid.1"), piece, message(id="wamid.3"))))
    first, bad, last = parse(body, NOW)
    assert bad == Unreadable("meta", f"{FIRST}.messages[1]", reason)
    assert isinstance(first, Received)
    assert isinstance(last, Received)
    assert (first.external_id, last.external_id) == ("wamid.1", "wamid.3")


def test_bad_entries_changes_and_lists_are_named_by_their_place() -> None:
    nothing: list[object] = []
    value = value_of(message())
    bad_changes = [None, {"field": "messages"}, {"value": nothing}, {"field": 5}]
    entries = [
        "x",
        EMPTY,
        {"changes": EMPTY},
        {"changes": [*bad_changes, {"field": "messages", "value": value}]},
        {"changes": [{"field": "messages", "value": {"messages": EMPTY, "statuses": "x"}}, {"value": value}]},
    ]
    body = {"object": "whatsapp_business_account", "entry": entries}
    events = parse(encode(body), NOW)
    assert [event.position for event in events] == [
        "entry[0]",
        "entry[1].changes",
        "entry[2].changes",
        "entry[3].changes[0]",
        "entry[3].changes[1]",
        "entry[3].changes[2]",
        "entry[3].changes[3]",
        "entry[3].changes[4].messages[0]",
        "entry[4].changes[0].messages",
        "entry[4].changes[0].statuses",
        "entry[4].changes[1].messages[0]",
    ]
    assert [isinstance(event, Received) for event in events] == [False] * 7 + [True, False, False, True]


def test_a_batch_of_entries_changes_and_messages_loses_only_the_bad_one() -> None:
    def change(entry: int, number: int) -> dict[str, Any]:
        return value_of(*(message(id=f"wamid.{entry}.{number}.{each}") for each in range(5)))

    entries = [envelope(change(entry, 0), change(entry, 1))["entry"][0] for entry in range(3)]
    entries[1]["changes"][1]["value"]["messages"][2] = {"type": "text", "text": {"body": "no id"}}
    events = parse(encode({"object": "whatsapp_business_account", "entry": entries}), NOW)
    assert [event.position for event in events] == [
        f"entry[{e}].changes[{c}].messages[{m}]" for e in range(3) for c in range(2) for m in range(5)
    ]
    bad = [event for event in events if not isinstance(event, Received)]
    assert bad == [Unreadable("meta", "entry[1].changes[1].messages[2]", "It has no `id`.")]


def test_a_batch_of_a_thousand_messages_of_a_thousand_people_is_read() -> None:
    people = [str(256700000000 + number) for number in range(1000)]
    events = received(
        *(message(id=f"wamid.{wa_id}", **{"from": wa_id}) for wa_id in people),
        contacts=[contact(f"N{wa_id}", wa_id=wa_id) for wa_id in reversed(people)],
    )
    assert [event.sender.wa_id for event in events] == people
    assert [event.sender.profile_name for event in events] == [f"N{wa_id}" for wa_id in people]
