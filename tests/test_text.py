import json
import math
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from luminous.text import LONGEST_NAME, Json, clean_json, clean_name, clean_text

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # surrogates too
TRICKY = st.text(
    "aé \n\t\x00\x1f\x7f\x85\u00a0\u034f\u061c\u093f\u094d\u0301\u200b\u200c\u200d\u200e\u200f\u2028\u202e"
    "\u2066\u2800\u3164\ufe0f\ufeff\ufffb\ud83d\ude00👩👧❤🏴1\U0001f3fd\U000e0067\U000e007f\u1100\u1161\u0627",
    max_size=30,
)

NAMES: list[tuple[str | None, str | None]] = [
    # ordinary names stay
    ("Nora Nabirye", "Nora Nabirye"),
    ("Pablo M.", "Pablo M."),
    ("O'Brien-Smith, Jr.", "O'Brien-Smith, Jr."),
    ("Customer Care", "Customer Care"),
    ("+256782240146", "+256782240146"),
    ("محمد علي", "محمد علي"),
    ("שרה לוי", "שרה לוי"),
    ("שָׂרָה", unicodedata.normalize("NFC", "שָׂרָה")),
    ("ᄒᆞᆫ글", "ᄒᆞᆫ글"),
    ("ศักดิ์สิทธิ์", "ศักดิ์สิทธิ์"),
    ("नम्रता", "नम्रता"),
    ("王小明", "王小明"),
    ("Nguyễn Thị Hạnh", "Nguyễn Thị Hạnh"),
    ("<b>Nora</b>", "<b>Nora</b>"),
    ("=1+1", "=1+1"),
    ("Нора", "Нора"),
    ("🙂", "🙂"),
    ("𝓝𝓸𝓻𝓪", "𝓝𝓸𝓻𝓪"),
    ("\ue000", "\ue000"),
    # NFC
    ("Zoe\u0308", "Zoë"),
    ("e\u200b\u0301", "é"),
    ("\u212b", "Å"),
    ("한", "한"),
    # pictures that are made of several code points stay whole
    (FAMILY, FAMILY),
    (f"Mama {FAMILY} Achen", f"Mama {FAMILY} Achen"),
    ("👩🏽\u200d🚀", "👩🏽\u200d🚀"),
    ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
    ("❤\ufe0f Love", "❤\ufe0f Love"),
    ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
    ("🇺🇬 Nora", "🇺🇬 Nora"),
    (ENGLAND, ENGLAND),
    # and the joiners that make a letter
    ("ශ්\u200dරී", "ශ්\u200dරී"),
    ("क्\u200cष", "क्\u200cष"),
    # white space
    ("  Nora  ", "Nora"),
    ("Nora\n\t Nabirye\r\n", "Nora Nabirye"),
    ("Nora\u00a0\u3000\u2028Nabirye", "Nora Nabirye"),
    ("Nora \u200b Nabirye", "Nora Nabirye"),
    # bidi controls
    ("Nora\u202egnp.exe", "Noragnp.exe"),
    ("\u202aNora\u202c", "Nora"),
    ("\u202bNora\u202d", "Nora"),
    ("\u2066Nora\u2069", "Nora"),
    ("\u2067No\u2068ra", "Nora"),
    ("\u200eNora\u200f", "Nora"),
    ("\u061cNora", "Nora"),
    # controls
    ("No\x00ra", "Nora"),
    ("\x1b[31mNora", "[31mNora"),
    ("No\x7fra\x85Nabirye", "Nora Nabirye"),
    ("No\x9bra\x08", "Nora"),
    ("\ud83dNora", "\ufffdNora"),
    # zero width and other hidden characters
    ("No\u200bra", "Nora"),
    ("No\u200dra", "Nora"),
    ("No\u200cra", "Nora"),
    ("No\u2060ra\ufeff", "Nora"),
    ("No\u00adra", "Nora"),
    ("No\u034fra\u180era", "Norara"),
    ("No\U000e0041\U000e007fra", "Nora"),
    ("Nora\ufe0f", "Nora"),
    ("Nora\U000e0100", "Nora"),
    ("👩\u200d", "👩"),
    ("\u200d👩", "👩"),
    ("No\ufff9ra\ufffb", "Nora"),
    # nothing to see
    (None, None),
    ("", None),
    (" \t\n", None),
    ("\u200b\u200c\u200d", None),
    ("\u202e\u2066", None),
    ("\ufe0f", None),
    ("\u3164", None),
    ("\uffa0\u115f\u1160", None),
    ("\u2800\u2800", None),
    ("\u0301\u0302", None),
    (" \u0301", None),
    ("\x00", None),
    ("\U000e0001\U000e0020", None),
    # too much
    ("x" * 10_000, "x" * 100),
    (FAMILY * 50, FAMILY * 50),
    ("🇺🇬" * 150, "🇺🇬" * 100),
    ("X\u0301\u0302\u0303\u0304\u0305\u0306\u0307lgo", "X\u0301\u0302\u0303\u0304lgo"),
    ("x" * 99 + " y", "x" * 99),
]


@pytest.mark.parametrize(("given_name", "shown"), NAMES)
def test_a_name_is_shown_without_what_nobody_sees(given_name: str | None, shown: str | None) -> None:
    assert clean_name(given_name) == shown


def test_stacked_marks_are_bounded() -> None:
    zalgo = clean_name("".join(letter + "\u0316\u0317\u0318\u0319\u031a\u0329" * 20 for letter in "Zalgo"))
    assert zalgo is not None
    assert len(zalgo) <= 5 * 5
    assert [letter for letter in zalgo if letter.isascii()] == list("Zalgo")


def test_one_endless_grapheme_is_bounded() -> None:
    endless = clean_name("👩\u200d" * 5000)
    assert endless is not None
    assert len(endless) <= 400
    assert endless.endswith("👩")


@given(st.one_of(ANY_TEXT, TRICKY, st.tuples(ANY_TEXT, TRICKY).map("".join)))
@settings(max_examples=400)
def test_a_cleaned_name_is_safe_to_store_and_to_show(name: str) -> None:
    shown = clean_name(name)
    if shown is None:
        return
    shown.encode()  # no surrogates
    assert shown.strip() == shown != ""
    assert not any(unicodedata.category(sign) == "Cc" for sign in shown)
    assert not regex.search(r"[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\u2028\u2029]|  ", shown)
    assert len(regex.findall(r"\X", shown)) <= LONGEST_NAME
    assert unicodedata.is_normalized("NFC", shown)
    assert clean_name(shown) == shown


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Hello\n\tworld", "Hello\n\tworld"),
        ("a\r\nb", "a\nb"),
        ("a\x00b\x1b[0m\x7f\x85c", "ab[0mc"),
        ("\ud83d!", "\ufffd!"),
        ("\u202eabc " + FAMILY, "\u202eabc " + FAMILY),
        ("", ""),
        ("x" * 30, "x" * 20),
    ],
)
def test_a_message_keeps_everything_but_controls(sent: str, stored: str) -> None:
    assert clean_text(sent, 20) == stored


@given(st.one_of(ANY_TEXT, TRICKY), st.integers(0, 40))
@settings(max_examples=200)
def test_a_cleaned_text_can_be_stored_and_cleaning_it_again_changes_nothing(text: str, limit: int) -> None:
    stored = clean_text(text, limit)
    stored.encode()
    assert len(stored) <= limit
    assert not any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in stored)
    assert clean_text(stored, limit) == stored


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ({"body": "Hello"}, '{"body":"Hello"}'),
        (None, "null"),
        ("\x00a\x01", '"a\\u0001"'),
        ({"a\x00": "\ud800"}, '{"a":"\ufffd"}'),
        ([math.nan, math.inf, -math.inf, 1.5, -0.0, 1e308], "[null,null,null,1.5,-0.0,1e+308]"),
        (json.loads("[1e400000, -1e400000]"), "[null,null]"),
        ([10**100, 10**5000, -(10**5000)], f"[{10**100},null,null]"),
        ({"ok": True, "list": [], "object": {}}, '{"ok":true,"list":[],"object":{}}'),
        (FAMILY, f'"{FAMILY}"'),
    ],
)
def test_json_text_is_what_the_database_takes(value: Json, stored: str) -> None:
    assert clean_json(value) == stored


def test_json_that_is_too_deep_is_cut_off_and_not_raised() -> None:
    value: Json = "bottom"
    for _ in range(5000):
        value = [value]
    assert clean_json(value) == "[" * 64 + "null" + "]" * 64


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TRICKY),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TRICKY, inner, max_size=4)),
    max_leaves=10,
)


@given(JSON)
@settings(max_examples=150)
def test_json_text_reads_back_without_what_the_database_refuses(value: Json) -> None:
    stored = clean_json(value)
    stored.encode()
    assert "\\u0000" not in stored
    assert clean_json(json.loads(stored, parse_constant=pytest.fail)) == stored
