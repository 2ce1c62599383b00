"""What a message asks for, read from its button or from its words. Pure."""

import re
from typing import Literal, get_args
from unicodedata import normalize

from luminous.catalogues import keywords
from luminous.inbox import Message
from luminous.replies.acts import DecideInWords

ShopIntent = Literal[
    "done",
    "quotes",
    "orders",
    "track",
    "pay",
    "plan",
    "upgrade",
    "cancel_plan",
    "keep_plan",
    "accept",
    "decline",
    "ask",
    "again",
    "withdraw",
    "account",
    "not_me",
]
Intent = Literal["price", "person", "menu", "stop", "start"] | ShopIntent
INTENTS: tuple[Intent, ...] = ("price", "person", "menu", "stop", "start", *get_args(ShopIntent))

# Buttons answer with these ids; typed words count when they are all that was written. In every language.
WORDS: dict[Intent, frozenset[str]] = {intent: keywords()[intent] for intent in INTENTS}
INTENT_OF_WORDS: dict[str, Intent] = {words: intent for intent, phrases in WORDS.items() for words in phrases}

# STOP, and the words that may stand around it. Any other word makes it something else.
STOPS = keywords()["stop_words"]
AROUND_STOP = STOPS | keywords()["around_stop"]
WRITTEN_APART = {apart: apart.replace(" ", "") for apart in keywords()["written_apart"]}

# What people say without asking for anything.
COURTESIES = keywords()["courtesies"]

# Other kinds change or decorate something else (reaction, edit, revoke), or nobody knows them yet.
ANSWERED = frozenset(
    {"text", "image", "video", "sticker", "document", "audio", "voice", "location", "contacts", "button"}
    | {"interactive", "order", "unsupported"}
)


_DECISION = re.compile(r"(?:(.{1,30}) )?q ?(\d{1,9})(?: (\d{1,9}))?", re.ASCII)
WORDED = ("text", "button", "interactive")

# In the sentence that the website prepares: handle and code, eight characters each.
_CONNECT_CODE = re.compile(r"\bcode:?\s+([0-9A-Z]{8})-([0-9A-Z]{8})\b", re.IGNORECASE)


def intent_of(message: Message) -> Intent | None:
    """What the message asks for by name, or None."""
    for intent in WORDS:
        if message.choice == intent:
            return intent
    if message.kind not in WORDED:
        return None
    words = _plain(message.text)
    return "stop" if _says_stop(words) else INTENT_OF_WORDS.get(words)


def connect_code(message: Message) -> tuple[str, str] | None:
    """Handle and code that the website asked the person to send; None when there is none in it."""
    found = _CONNECT_CODE.search(message.text) if message.kind == "text" else None
    return (found[1], found[2]) if found else None


def is_for_a_person(message: Message) -> bool:
    """True for a place or somebody's number: nothing that could be priced."""
    return message.kind in ("location", "contacts")


def decision_in_words(message: Message) -> DecideInWords | None:
    """`accept Q-17-2`: a decision that says what it is about, for whoever has no buttons; else None."""
    match = _DECISION.fullmatch(_plain(message.text)) if message.kind in WORDED else None
    verb = "show" if match and not match[1] else INTENT_OF_WORDS.get(match[1]) if match else None
    if match is None or verb not in ("accept", "decline", "ask", "withdraw", "again", "show"):
        return None
    return DecideInWords(verb, int(match[2]), int(match[3]) if match[3] else None)


def _says_stop(words: str) -> bool:
    for apart, together in WRITTEN_APART.items():
        words = words.replace(apart, together)
    said = set(words.split())
    return bool(said & STOPS) and said <= AROUND_STOP


def wants_an_answer(message: Message) -> bool:
    """False for reactions, edits, group and system messages, and for kinds that nobody knows yet."""
    return message.group_id is None and message.kind in ANSWERED


def asks_for_something(message: Message) -> bool:
    """True for a link, a picture or words that go beyond a greeting: something for a person."""
    if message.kind in ("sticker", "unsupported") or is_for_a_person(message):
        return False
    if message.kind not in WORDED:
        return True
    return not COURTESIES.issuperset(_plain(message.text).split())


def _plain(text: str) -> str:
    """Lower case letters and digits with single spaces: `  STOP!! 🙏` and `ＳＴＯＰ` are `stop`."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", normalize("NFKC", text).casefold()).split())
