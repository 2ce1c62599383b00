"""Text from outside as PostgreSQL accepts it and as a screen may show it.

PostgreSQL's `text` refuses NUL, its `jsonb` also lone surrogates and numbers beyond `numeric`. A
screen obeys characters that nobody sees: a display name could turn the line around it, or hide in it.
"""

import json
import math
import re
import unicodedata

import regex

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

LONGEST_NAME = 100  # grapheme clusters, what a reader counts as characters
_LONGEST_NAME_CODE_POINTS = 400
_DEEPEST = 64
_LARGEST_INTEGER_BITS = 4096  # PostgreSQL's numeric holds 131,072 digits, Python prints 4,300

_AS_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_IN_JSON = re.compile(r"\x00")

_SPACES = regex.compile(r"[\s\u2800]+")  # U+2800 is a braille pattern without dots
# Whatever Unicode lets a screen ignore (zero-width, bidi, fillers, tags) goes, except where it makes
# the letter or picture: joiners after a virama and between pictures, the variation selector of a
# picture, the tags of a flag. Bidi controls without that property are U+202A-E and U+2066-9.
_HIDDEN = regex.compile(
    r"""(?!
          (?<=\p{Canonical_Combining_Class=9}) [\u200c\u200d] (?=\p{L})
        | (?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]) \u200d (?=\p{Extended_Pictographic})
        | (?<=\p{Emoji}) [\ufe0e\ufe0f]
        | (?<=\U0001f3f4[\U000e0020-\U000e007e]*+) [\U000e0020-\U000e007f]
        )
        [\p{Default_Ignorable_Code_Point}\p{Cc}\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]""",
    regex.VERBOSE,
)
_MARKS_AT_START = regex.compile(r"\A[\s\p{M}]+")
_TOO_MANY_MARKS = regex.compile(r"(\p{M}{4})\p{M}+")
_GRAPHEME = regex.compile(r"\X")


def clean_text(text: str, limit: int) -> str:
    """The text without NUL and other controls (newline and tab stay), at most `limit` code points."""
    return _NOT_IN_TEXT.sub("", _SURROGATE.sub("\ufffd", text[: limit * 2]))[:limit]


def clean_name(name: str | None) -> str | None:
    """A person's name for display, NFC, at most 100 grapheme clusters; None when nothing of it shows."""
    if name is None:
        return None
    shown = name[: 5 * _LONGEST_NAME_CODE_POINTS]
    if shown.isascii() and shown.isprintable():  # most names: nothing hidden, and every letter by itself
        return " ".join(shown.split())[:LONGEST_NAME].rstrip() or None
    shown = _SURROGATE.sub("\ufffd", shown)
    shown = unicodedata.normalize("NFC", _visible(shown))
    shown = _visible(_TOO_MANY_MARKS.sub(r"\1", shown)[:_LONGEST_NAME_CODE_POINTS])
    shown = "".join(_GRAPHEME.findall(shown)[:LONGEST_NAME]).rstrip()
    return shown or None


def _visible(name: str) -> str:
    without_hidden = _HIDDEN.sub("", _SPACES.sub(" ", name))
    return _MARKS_AT_START.sub("", _SPACES.sub(" ", without_hidden)).rstrip()


def clean_json(value: Json) -> str:
    """A parsed value as JSON text that PostgreSQL's jsonb accepts.

    NUL is removed, a lone surrogate becomes U+FFFD; NaN, infinities, numbers beyond 4,096 bits and
    what is nested deeper than 64 levels become null.
    """
    return _AS_JSON.encode(_storable(value, 0))


def _storable(value: Json, depth: int) -> Json:
    match value:
        case str():
            return _storable_text(value)
        case bool() | None:
            return value
        case int():
            return value if value.bit_length() <= _LARGEST_INTEGER_BITS else None
        case float():
            return value if math.isfinite(value) else None
        case _ if depth >= _DEEPEST:
            return None
        case list():
            return [_storable(each, depth + 1) for each in value]
        case dict():
            return {_storable_text(key): _storable(each, depth + 1) for key, each in value.items()}


def _storable_text(text: str) -> str:
    return _NOT_IN_JSON.sub("", _SURROGATE.sub("\ufffd", text))
