"""Every text that customers read and every word that is understood, as data.

Each language is a file. One with `[texts]` can be spoken; one with `[keywords]` alone is understood.
Another language is another file: the tests hold it to the keys and the blanks of the English one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT = "en"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language. Texts by their key, as `menu.title`; blanks are named in braces."""

    language: str
    texts: Mapping[str, str]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]  # from Monday on

    def say(self, key: str, **blanks: object) -> str:
        """The text, with its blanks filled. Raises KeyError for a key or a blank that is not there."""
        return self.texts[key].format(**blanks)

    def count(self, key: str, number: int) -> str:
        """So many of something: `1 open quotation`, `5 open quotations`."""
        return self.say(f"{key}.{'one' if number == 1 else 'many'}", number=f"{number:,}")

    def day(self, at: datetime) -> str:
        """A date as `27 November 2026`, on the clock that `at` carries."""
        return self.say("dates.day", day=at.day, month=self.months[at.month - 1], year=at.year)

    def weekday(self, at: datetime) -> str:
        """A date as `Friday 27 November`."""
        month, weekday = self.months[at.month - 1], self.weekdays[at.weekday()]
        return self.say("dates.weekday", weekday=weekday, day=at.day, month=month)


@cache
def catalogue(language: str = DEFAULT) -> Catalogue:
    """The catalogue of a language. Raises LookupError for one that is not spoken."""
    found = _files().get(language, {})
    if "texts" not in found:
        raise LookupError(f"{language} is not spoken. These are: {', '.join(spoken())}.")
    return Catalogue(language, _flat(found["texts"]), tuple(found["months"]), tuple(found["weekdays"]))


def spoken() -> list[str]:
    """The languages that the shop can write in."""
    return sorted(language for language, found in _files().items() if "texts" in found)


@cache
def keywords() -> Mapping[str, frozenset[str]]:
    """For each intent the words that mean it, in every language; lower case."""
    words: dict[str, set[str]] = {}
    for found in _files().values():
        for intent, phrases in found.get("keywords", {}).items():
            words.setdefault(intent, set()).update(_phrases(phrases))
    return {intent: frozenset(phrases) for intent, phrases in words.items()}


def _phrases(phrases: list[str] | str) -> list[str]:
    """A list of phrases, or single words in one text."""
    return phrases.split() if isinstance(phrases, str) else phrases


def _flat(texts: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in texts.items():
        match value:
            case str():
                flat[f"{prefix}{key}"] = value.strip()
            case _:
                flat |= _flat(value, f"{prefix}{key}.")
    return flat


@cache
def _files() -> Mapping[str, dict[str, Any]]:
    directory = files(__name__)
    found = [each for each in directory.iterdir() if each.name.endswith(".toml")]
    return {each.name.removesuffix(".toml"): tomllib.loads(each.read_text("utf-8")) for each in found}
