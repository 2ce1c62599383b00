"""Bodies that nobody sends in good faith, posted as Meta and the gateway post theirs.

Whatever stands in a body: the answer is no 5xx, what cannot be read is a dead letter, and the next
message is taken. The same examples are drawn each time; EXAMPLES=20000 draws as many, and others.
"""

import copy
import json
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any, cast

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luminous.channels.gateway import payload as gateway
from luminous.channels.gateway.webhook import PATH
from luminous.channels.json_body import MOST_VALUES
from luminous.channels.meta import payload as meta
from luminous.messages import Event, Received, Unreadable
from tests.channels.gateway import making
from tests.channels.gateway.conftest import SECRET as GATEWAY_SECRET
from tests.channels.gateway.conftest import visiting
from tests.shop import BODIES, ShopUnderTest, body, said, text, webhook

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBERS = count(1)

META = [json.loads(path.read_bytes()) for path in sorted(BODIES.glob("*.json"))]
FLAT = {"id": "g.1", "from": making.PHONE, "body": "Hello", "timestamp": "2025-06-15T23:27:53Z"}
GATEWAY: list[dict[str, Any]] = [
    making.received(making.text()),
    making.received(making.text(), making.text("Two", "g.2"), contacts=[{"wa_id": making.WA_ID}]),
    making.event("message.status.update", {"id": "g.9", "recipient_id": making.WA_ID, "status": "read"}),
    {"data": {"body": FLAT}},
    {"event": "message.received", "data": {"image": {"link": "https://g.example/1"}, **FLAT}},
    {"event": None, "body": META[1]},
    META[8]["entry"][0]["changes"][0],
]


def fuzzed(times: int) -> Callable[[Any], Any]:
    """Examples: the same ones each time, unless more are asked for."""
    return settings(
        max_examples=EXAMPLES or times,
        derandomize=not EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# Tokens that no writer of JSON gives: they stand as text until the body is written.
TOKENS = {
    "@nan": b"NaN",
    "@infinity": b"-Infinity",
    "@huge": b"1e400000",
    "@tiny": b"-1e-400000",
    "@long": b"9" * 5000,
    "@digits": b"9" * 300,
    "@exact": b"0." + b"1" * 5000,
    "@twice": b'{"id":"wamid.a","id":"wamid.b"}',
    "@deep": b"[" * 1000 + b"]" * 1000,
    "@surrogates": rb'"\udc00\ud800 \ud83d"',
    "@broken": b'"\xff\xfe"',
    "@cut": b'"',
}
WORDS = [
    "256782240146", "UG.13491208655302741918", "٠٧٨٢", "1750030073", "2025-06-15", "-1", "1e400", "9" * 30,
    "system", "text", "image", "interactive", "reaction", "user_changed_number", "wamid.x", "luminous:1",
    "luminous:99999999999999999999", "", "\x00", "\ud800", "\u202eevil\u2066", "\u200b\ufeff", "x" * 3000,
]  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(sorted(TOKENS)),
    st.sampled_from(WORDS),
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
KEYS = [
    "id",
    "type",
    "body",
    "text",
    "from",
    "wa_id",
    "user_id",
    "messages",
    "contacts",
    "profile",
    "name",
    "\x00",
]
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key in keys_of(value):
        yield from places(value[key], (*path, key))


def keys_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast(dict[str, Any], value))
    return list(range(len(cast(list[Any], value)))) if isinstance(value, list) else []


@st.composite
def damaged(draw: st.DrawFn, examples: list[dict[str, Any]]) -> bytes:
    """A documented body with up to four places removed, replaced, repeated or exchanged."""
    value = copy.deepcopy(draw(st.sampled_from(examples)))
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(value))
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        around: Any = value
        for step in way:
            around = around[step]
        match draw(st.sampled_from(["remove", "replace", "repeat", "exchange"])):
            case "remove":
                del around[last]
            case "repeat" if isinstance(around, list):
                around[:] = cast("list[Any]", around) * draw(st.integers(2, 4))
            case "exchange":
                other = draw(st.sampled_from(keys_of(around)))
                around[last], around[other] = around[other], around[last]
            case _:
                around[last] = draw(JUNK)
    return written(value)


def written(value: object) -> bytes:
    raw = json.dumps(value).encode()
    return re.sub(rb'"(@[a-z]+)"', lambda found: TOKENS.get(found[1].decode(), found[0]), raw)


def unique(raw: bytes) -> bytes:
    """The same body about messages that were never seen."""
    return re.sub(rb"wamid\.|g\.(?=\d)", lambda found: b"%s%d." % (found[0], next(NUMBERS)), raw)


@given(st.one_of(damaged(META), damaged(GATEWAY)))
@fuzzed(300)
def test_damage_never_stops_a_parser_and_is_read_the_same_again(raw: bytes) -> None:
    for parse in (meta.parse, gateway.parse):
        assert parse(raw, NOW) == parse(raw, NOW)
    assert meta.parse(raw, NOW)


@given(raw=damaged(META))
@fuzzed(120)
async def test_damaged_body_of_metas_is_taken_and_so_is_the_next_message(
    shop: ShopUnderTest, raw: bytes
) -> None:
    raw = unique(raw)

    assert (await shop.post(raw)).status_code == 200
    await assert_nothing_is_lost(shop, raw, meta.parse(raw, NOW))
    await assert_the_next_is_taken(shop)


@pytest.fixture
async def gateway_door(shop: ShopUnderTest) -> AsyncGenerator[httpx2.AsyncClient]:
    """The same shop, as the gateway posts to it."""
    async with visiting(shop.database) as http:
        yield http


@given(raw=damaged(GATEWAY))
@fuzzed(60)
async def test_damaged_body_of_the_gateways_is_taken_or_refused_and_the_next_message_taken(
    shop: ShopUnderTest, gateway_door: httpx2.AsyncClient, raw: bytes
) -> None:
    raw = unique(raw)

    secret = {"Authorization": f"Bearer {GATEWAY_SECRET}"}
    answer = await gateway_door.post(PATH, content=raw, headers=secret)

    events = gateway.parse(raw, NOW)
    assert answer.status_code == (400 if not events or is_one_failure(events) else 200)
    await assert_nothing_is_lost(shop, raw, events)
    await assert_the_next_is_taken(shop)


async def assert_nothing_is_lost(shop: ShopUnderTest, raw: bytes, events: tuple[Event, ...]) -> None:
    """Each message has its row, or is a dead letter as each unreadable piece is; none is the database's."""
    letters = await letters_of(shop, raw)
    buried = {position for position, _ in letters}
    received = {event.external_id: event.position for event in events if isinstance(event, Received)}
    rows = await shop.rows("select external_id from inbox where external_id = any(%s)", list(received))
    assert {stage for _, stage in letters} <= {"parsing"}
    assert {event.position for event in events if isinstance(event, Unreadable)} <= buried
    assert {received[wamid] for wamid in received if (wamid,) not in rows} <= buried


async def letters_of(shop: ShopUnderTest, raw: bytes) -> list[tuple[Any, ...]]:
    return await shop.rows(
        "select position, stage from dead_letters join webhook_bodies on webhook_bodies.id = body_id"
        " where sha256 = %s",
        sha256(raw).digest(),
    )


async def assert_the_next_is_taken(shop: ShopUnderTest) -> None:
    number = next(NUMBERS)
    wamid, sender = f"wamid.next.{number}", (f"2567{number:08}", f"UG.{number}")
    assert (await shop.post(webhook(text("Hello", wamid, sender)))).status_code == 200
    assert await shop.one("select count(*) from inbox where external_id = %s", wamid) == 1


def is_one_failure(events: tuple[Event, ...]) -> bool:
    return isinstance(events[0], Unreadable) and events[0].position == "body"


def with_entries(entries: bytes) -> bytes:
    return b'{"object":"whatsapp_business_account","entry":[' + entries + b"]}"


def with_value(value: bytes) -> bytes:
    return with_entries(b'{"changes":[{"field":"messages","value":' + value + b"}]}")


def repeated(piece: bytes, size: int = 3_400_000) -> bytes:
    return b",".join([piece] * (size // (len(piece) + 1)))


ONE = b'{"id":"wamid.1","from":"256782240146","type":"text","text":{"body":"Hello"}}'


def refused() -> dict[str, bytes]:
    """By name, what is refused as a whole. Made when it is needed: it is large."""
    return {
        "1,000 deep": with_entries(b"[" * 1000 + b"]" * 1000),
        "7,000 deep": with_entries(b'{"a":' * 7000 + b"1" + b"}" * 7000),
        "deep and open": b"[" * 3_400_000,
        "a million keys": with_entries(b"{" + b",".join(b'"%x":1' % n for n in range(350_000)) + b"}"),
        "many objects of many keys": with_entries(
            b",".join(b"{" + b",".join(b'"%x":1' % n for n in range(9_000)) + b"}" for _ in range(30))
        ),
        "a million entries": with_entries(repeated(b"{}")),
        "a million numbers": with_entries(repeated(b"1")),
        "a million messages": with_value(b'{"messages":[' + repeated(b"{}") + b"]}"),
        "a million contacts": with_value(
            b'{"messages":[' + ONE + b'],"contacts":[' + repeated(b"{}") + b"]}"
        ),
        "a million errors": with_value(
            b'{"statuses":[{"id":"wamid.1","status":"failed","errors":[' + repeated(b"{}") + b"]}]}"
        ),
        "too many pieces": with_entries(repeated(b"1", 2 * MOST_VALUES - 200)),
        "too many small messages": with_value(
            b'{"messages":[' + repeated(b'{"id":"wamid.1"}', 500_000) + b"]}"
        ),
        "NaN": with_entries(b"NaN"),
        "Infinity": with_value(b'{"messages":[{"id":"wamid.1","timestamp":Infinity}]}'),
        "5,000 digits": with_entries(b"9" * 5000),
        "a key twice": with_entries(b'{"id":"1","id":"2"}'),
        "no UTF-8": with_entries(b'"\xff"'),
        "a raw NUL": with_entries(b'"\x00"'),
        "UTF-16": "{}".encode("utf-16"),
        "an open string": b'{"' + rb"\"" * 1_700_000,
        "nothing": b"",
    }


async def test_body_of_a_hostile_shape_is_one_dead_letter_and_the_next_message_is_taken(
    shop: ShopUnderTest,
) -> None:
    shapes = refused()
    for shape, raw in shapes.items():
        assert (await shop.post(raw)).status_code == 200, shape
        assert await letters_of(shop, raw) == [("body", "parsing")], shape
        await assert_the_next_is_taken(shop)
    assert await shop.one("select count(*) from dead_letters") == len(shapes)


TAKEN: dict[str, bytes] = {
    "a number beyond all numbers": b'"location":{"latitude":1e400000},"type":"location"',
    "a million digits": b'"location":{"latitude":0.%s},"type":"location"' % (b"1" * 3_000_000),
    "a text of three megabytes": b'"text":{"body":"%s"},"type":"text"' % (b"a" * 3_000_000),
    "a text of brackets": b'"text":{"body":"%s"},"type":"text"' % (b"[{," * 1_000_000),
    "a text of controls": b'"text":{"body":"%s"},"type":"text"' % (rb"\u202e\u0000\ud800" * 100_000),
    "a type of three megabytes": b'"type":"%s"' % (b"a" * 3_000_000),
    "a key of three megabytes": b'"%s":1,"type":"text","text":{"body":"Hello"}' % (b"k" * 3_000_000),
}


async def test_message_of_a_hostile_shape_has_its_row(shop: ShopUnderTest) -> None:
    for shape, content in TAKEN.items():
        wamid, sender = f"wamid.{next(NUMBERS)}", b'"from":"256782240146","from_user_id":"UG.1"'
        raw = with_value(b'{"messages":[{"id":"%s",%s,%s}]}' % (wamid.encode(), sender, content))

        assert (await shop.post(raw)).status_code == 200, shape
        assert await shop.one("select count(*) from inbox where external_id = %s", wamid) == 1, shape
        assert await letters_of(shop, raw) == [], shape
        await assert_the_next_is_taken(shop)


HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
NAMES = [
    "\u202eanimA\u202c", "\u2066Amina\u2069", "A\u200bm\u200bina", "\ufeffAmina", "Amina\0", "\x1b[31mAmina",
    "Am\r\nina", "\ud83d Amina", "\u0627\u0645\u064a\u0646\u0629", "\u3164", "\u2800", "\u00ad", "\U000e0041",
    "Cu\u0455tomer Care", "<script>alert(1)</script>", "=cmd|' /C'!A0", ".",
    "A" + "\u0301" * 5000, "Amina " * 2000,
]  # fmt: skip


async def test_names_that_turn_or_hide_the_line_around_them_are_stored_without_that(
    shop: ShopUnderTest,
) -> None:
    for number, name in enumerate(NAMES):
        message = text(name, f"wamid.{number}", (f"2567{number:08}", f"UG.{number}"))
        assert (await shop.post(webhook(message, name=name))).status_code == 200

    stored = await shop.rows(
        "select display_name, text from customers join inbox on customer_id = customers.id"
    )
    assert len(stored) == len(NAMES)
    assert not [shown for shown, _ in stored if shown and (HIDDEN.search(shown) or len(shown) > 400)]
    assert not [words for _, words in stored if re.search("[\x00\ud800-\udfff]", words)]


async def test_messages_repeated_and_exchanged_in_one_body_are_taken_once_and_each_of_its_sender(
    shop: ShopUnderTest,
) -> None:
    people = [(f"2567{n:08}", f"UG.{n}") for n in range(20)]
    messages = [text(f"Hello {phone}", f"wamid.{phone}", (phone, user_id)) for phone, user_id in people]
    contacts = [{"wa_id": phone, "user_id": user_id} for phone, user_id in people]
    change = {"contacts": contacts[::-1], "messages": messages + messages[::-1]}

    assert (await shop.post(body(change, {**change, "messages": messages}))).status_code == 200
    assert await shop.one("select count(*) from customers") == 20
    assert await shop.rows(
        "select count(*), count(distinct customer_id), bool_and(text like '%%' || ltrim(phone_number, '+'))"
        " from inbox join customers on customers.id = customer_id"
    ) == [(20, 20, True)]


async def test_message_that_names_itself_after_another_persons_is_not_taken_for_it(
    shop: ShopUnderTest,
) -> None:
    await shop.hear(text("Mine", "wamid.1"))
    await shop.hear(said("text", {"body": "Not mine"}, "wamid.1", ("256701234567", "UG.2")))

    assert await shop.rows("select text from inbox") == [("Mine",)]
