import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luminous.channels.meta.payload import parse
from luminous.messages import Event, Received, Unreadable

from .making import NOW, encode

BODIES = Path(__file__).parent / "bodies"
EXAMPLES = [json.loads(path.read_bytes()) for path in sorted(BODIES.glob("*.json"))]
Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    if path:
        yield path
    for key in keys(value):
        yield from places(value[key], (*path, key))


def keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast(dict[str, Any], value))
    return list(range(len(cast(list[Any], value)))) if isinstance(value, list) else []


def parent(value: Any, path: Path_) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


def assert_storable(events: tuple[Event, ...]) -> None:
    assert events
    for event in events:
        text = repr(event)
        assert "\\x00" not in text
        text.encode()
        if isinstance(event, Received):
            assert (event.text + (event.details or "") + event.kind).encode().find(b"\x00") == -1
            assert event.sent_at <= NOW
        if isinstance(event, Unreadable):
            assert "550783881" not in event.reason


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.stem for path in sorted(BODIES.glob("*.json"))])
def test_no_missing_key_makes_the_parser_raise_or_lose_the_body(example: dict[str, Any]) -> None:
    for path in places(example):
        damaged = copy.deepcopy(example)
        del parent(damaged, path)[path[-1]]
        events = parse(encode(damaged), NOW)
        assert_storable(events)
        if "messages" in path[:-2] and path[-1] != "id":
            assert isinstance(events[0], Received)  # only its id is needed to take a message


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(
            ["", "\x00", "\ud800", "US.ENT.1", "16505551234", "system", "interactive", "edit", "٣"]
        ),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "type", "body", "text", "message", "wa_id", "\x00"]), inner, max_size=3
        ),
    ),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=500)
def test_no_damage_makes_the_parser_raise_or_lose_the_body(data: st.DataObject) -> None:
    damaged = copy.deepcopy(data.draw(st.sampled_from(EXAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(damaged))))
        parent(damaged, path)[path[-1]] = data.draw(JUNK)
    assert_storable(parse(encode(damaged), NOW))


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_bytes_make_the_parser_raise(body: bytes) -> None:
    assert len(parse(body, NOW)) == 1
