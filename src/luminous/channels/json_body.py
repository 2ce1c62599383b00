"""The JSON body of a webhook, read so that no body can hurt: bounded depth, width and numbers.

Python's own reader recurses without asking, takes NaN, and lets the last of two equal keys win.
"""

import json
import re
from typing import NoReturn

from luminous.text import Json

DEEPEST = 32
WIDEST = 10_000  # keys of one object
MOST_VALUES = 100_000  # in all; Meta's largest batch, a thousand updates, has some twenty thousand
LONGEST_INTEGER = 400  # digits

# Possessive, so that an unterminated string costs one pass and not a pass for every quote in it.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_SHAPE = re.compile(rb"[\[\]{},]")


class NotReadable(ValueError):
    """A body that is refused as a whole; the sentence quotes nothing of it."""


def read_object(body: bytes) -> dict[str, Json]:
    """The object that a body is. Raises NotReadable."""
    _look_at_shape(body)
    try:
        value: Json = _READER.decode(body.decode("utf-8"))
    except NotReadable:
        raise
    except UnicodeDecodeError as error:
        raise NotReadable("The body is not UTF-8.") from error
    except ValueError as error:
        raise NotReadable("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise NotReadable("The body is not a JSON object.")
    return value


def _look_at_shape(body: bytes) -> None:
    """Raise NotReadable for what is too deep or too much to be read at all."""
    brackets = body.count(b"{") + body.count(b"[")
    if brackets <= DEEPEST and len(body) <= MOST_VALUES:  # nearly every message; no need to look closer
        return
    depth = values = 0
    for sign in _SHAPE.finditer(_STRING.sub(b"", body)):
        if sign[0] in b"]}":
            depth -= 1
            continue
        depth += sign[0] != b","
        values += 1  # one begins after each comma and each opening bracket
        if depth > DEEPEST:
            raise NotReadable(f"The body is nested deeper than {DEEPEST} levels.")
        if values > MOST_VALUES:
            raise NotReadable(f"The body has more than {MOST_VALUES} values.")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len(pairs) > WIDEST:
        raise NotReadable(f"The body has an object with more than {WIDEST} keys.")
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotReadable("The body has an object with the same key twice.")
    return value


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise NotReadable(f"The body has a number with more than {LONGEST_INTEGER} digits.")
    return int(digits)


def _not_a_number(_: str) -> NoReturn:
    raise NotReadable("The body has NaN or Infinity, which JSON does not know.")


_READER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=_not_a_number)
