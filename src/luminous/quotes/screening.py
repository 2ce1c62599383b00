"""The shop's list of goods that it does not buy, or only with care: read, matched, and published anew."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import normalize

from luminous.db import Connection, sql

Ruling = Literal["prohibited", "restricted"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the list."""

    ruling: Ruling
    goods: str  # as a customer reads it
    words: list[str]  # words and phrases that give it away
    advice: str


@dataclass(frozen=True, slots=True)
class GoodsList:
    """The list that counts now."""

    version: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the list names, and the word that gave it away. A hint to staff: words can mislead."""

    ruling: Ruling
    goods: str
    word: str
    advice: str


def screen(texts: Iterable[str], rules: Sequence[Rule]) -> list[Finding]:
    """What these texts (words, addresses, descriptions) may be about, prohibited goods first. Pure."""
    said = " ".join(f" {_plain(text)} " for text in texts)
    found = [
        Finding(rule.ruling, rule.goods, word, rule.advice)
        for rule in rules
        for word in rule.words
        if f" {_plain(word)} " in said
    ]
    first = {finding.goods: finding for finding in reversed(found)}  # one finding for each entry of the list
    return sorted(first.values(), key=lambda finding: (finding.ruling, finding.goods))


async def goods_list(conn: Connection) -> GoodsList:
    """The latest list. Version 0 without rules when none was ever published."""
    rules = await RULES.all(conn)
    return GoodsList(await VERSION.one(conn), tuple(rules))


async def publish(conn: Connection, rules: Sequence[Rule], by: str) -> int:
    """Publish the next list, whole, and return its version. Quotations that were sent keep theirs."""
    version = await PUBLISH.one(conn, by=by)
    for rule in rules:
        await ADD_RULE.run(
            conn,
            version=version,
            ruling=rule.ruling,
            goods=rule.goods,
            words=list(rule.words),
            advice=rule.advice,
        )
    return version


def _plain(text: str) -> str:
    """Lower case words with single spaces: an address gives its words too."""
    return " ".join(re.sub(r"[^\w]|_", " ", normalize("NFKC", text).casefold()).split())


VERSION = sql("select coalesce(max(version), 0) from goods_lists").into(int)

RULES = sql("""
    select ruling, goods, words, advice from goods_rules
     where version = (select max(version) from goods_lists)
     order by ruling, id
""").into(Rule)

PUBLISH = sql("insert into goods_lists (published_by) values (%(by)s) returning version").into(int)

ADD_RULE = sql("""
    insert into goods_rules (version, ruling, goods, words, advice)
    values (%(version)s, %(ruling)s, %(goods)s, %(words)s, %(advice)s)
""")
