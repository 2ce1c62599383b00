"""What a message asks for, read from its button or from its words. Pure."""

import re
from typing import Literal
from unicodedata import normalize

from luminous.inbox import Message
from luminous.messages import SHARED_NUMBER
from luminous.phone import Phone, parse_wa_id

Intent = Literal["price", "plan", "person", "menu", "stop", "start"]

# Buttons answer with these ids; typed words count when they are all that was written.
WORDS: dict[Intent, frozenset[str]] = {
    "price": frozenset({"price", "ask for a price", "quote", "quotation"}),
    "plan": frozenset({"plan", "my plan", "subscription", "my subscription"}),
    "person": frozenset({"person", "talk to a person", "human", "agent", "talk to someone"}),
    "menu": frozenset({"menu", "help", "options"}),
    "stop": frozenset({"siyagala bubaka", "siyagala bubaka bwammwe", "sitaki ujumbe", "sitaki ujumbe tena"}),
    "start": frozenset(
        {"start", "start again", "unstop", "subscribe", "opt in", "resume"}
        | {"tandika", "tandika nate", "ddamu", "ddamu otandike", "weyongere"}  # Luganda
        | {"anza", "anza tena", "endelea", "niunge tena", "nataka ujumbe"}  # Swahili
    ),
}
INTENT_OF_WORDS: dict[str, Intent] = {words: intent for intent, phrases in WORDS.items() for words in phrases}

# STOP in English, Luganda and Swahili, and the words that may stand around it: "please stop sending me
# messages". Any other word makes it something else: "stop by the shop", "acha nione bei".
STOPS = frozenset(
    """
    stop stopall unsubscribe unsub optout
    lekeraawo mulekereawo komya mukomye yimiriza
    acha sitisha simamisha komesha niondoe jiondoe
    """.split()  # noqa: SIM905 - words read best as words
)
AROUND_STOP = STOPS | frozenset(
    """
    please it this now all sending me any more messages message sms texts promotions ads news thanks thank you
    nsaba bambi ssebo nnyabo kati mwebale webale okumpeereza okumpandiikira obubaka bubaka bwammwe byonna
    tafadhali naomba sasa kunitumia kuniandikia ujumbe meseji matangazo zote tena asante
    """.split()  # noqa: SIM905
)
WRITTEN_APART = {"opt out": "optout", "lekera awo": "lekeraawo", "mulekere awo": "mulekereawo"}

# What people say without asking for anything, in English, Luganda and Swahili.
COURTESIES = frozenset(
    """
    start hello helo hallo hi hey hiya yo again there everyone team sir madam
    good morning afternoon evening day night great fine nice yes no ok okay please bye goodbye
    thanks thank thanx thx you very much so
    gyebale gyebaleko ko ssebo nnyabo oli otya wasuze osiibye webale nnyo
    jambo habari mambo salaam asante asanti sana
    """.split()  # noqa: SIM905 - a word list reads best as words
)

# Other kinds change or decorate something else (reaction, edit, revoke), or nobody knows them yet.
ANSWERED = frozenset(
    {"text", "image", "video", "sticker", "document", "audio", "voice", "location", "contacts", "button"}
    | {"interactive", "order", "unsupported"}
)


WORDED = ("text", "button", "interactive")


def intent_of(message: Message) -> Intent | None:
    """What the message asks for by name, or None."""
    for intent in WORDS:
        if message.choice == intent:
            return intent
    if message.kind not in WORDED:
        return None
    words = _plain(message.text)
    return "stop" if _says_stop(words) else INTENT_OF_WORDS.get(words)


def _says_stop(words: str) -> bool:
    for apart, together in WRITTEN_APART.items():
        words = words.replace(apart, together)
    said = set(words.split())
    return bool(said & STOPS) and said <= AROUND_STOP


def shared_number(message: Message) -> Phone | None:
    """The person's own number, where they pressed WhatsApp's button that shares it."""
    if message.kind != "contacts" or not (message.choice or "").startswith(SHARED_NUMBER):
        return None
    return parse_wa_id((message.choice or "").removeprefix(SHARED_NUMBER).removeprefix("+"))


def wants_an_answer(message: Message) -> bool:
    """False for reactions, edits, group and system messages, and for kinds that nobody knows yet."""
    return message.group_id is None and message.kind in ANSWERED


def asks_for_something(message: Message) -> bool:
    """True for a link, a picture or words that go beyond a greeting: something for a person."""
    if message.kind in ("sticker", "unsupported"):
        return False
    if message.kind not in WORDED:
        return True
    return not COURTESIES.issuperset(_plain(message.text).split())


def _plain(text: str) -> str:
    """Lower case letters and digits with single spaces: `  STOP!! 🙏` and `ＳＴＯＰ` are `stop`."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", normalize("NFKC", text).casefold()).split())
