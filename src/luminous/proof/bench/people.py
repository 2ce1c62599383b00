"""Numbered people and their messages, here and, by the same rules, in the scratch database's `bench` schema.

A number is enough to know a person's identifiers, so that millions of them need no memory.
"""

import random
import time
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from typing import Literal

from luminous.channels.meta.signature import HEADER, sign

Mix = Literal["returning", "new"]

IN_SQL = Path(__file__).with_name("people.sql")
MOST_PEOPLE = 1_000_000_000
NEW_AMONG_RETURNING = 0.05

_BODY = (
    '{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{'
    '"messaging_product":"whatsapp","metadata":{"display_phone_number":"256700000001",'
    '"phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Amina"},"wa_id":"%s",'
    '"user_id":"%s"}],"messages":[{"from":"%s","from_user_id":"%s","id":"%s","timestamp":"%d",'
    '"type":"text","text":{"body":"Hello, what does this cost in Kampala?"}}]},"field":"messages"}]}]}'
)
_HEAD = f"POST /webhooks/whatsapp HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{HEADER}: "


def wa_id(person: int) -> str:
    """The digits of a person's phone number."""
    return "256" + _digits(person)


def user_id(person: int) -> str:
    """A person's business-scoped user id."""
    return "UG.13491208" + _digits(person)


def message_id(message: int) -> str:
    """A message's wamid."""
    digest = md5(str(message).encode(), usedforsecurity=False).hexdigest().upper()
    return f"wamid.HBgMMjU2NzgyMjQwMTQ2FQIAEhgg{digest}AA=="


def message_body(person: int, message: int, sent_at: float) -> bytes:
    """The webhook's body that brings one message of one person."""
    phone, user = wa_id(person), user_id(person)
    return (_BODY % (phone, user, phone, user, message_id(message), sent_at)).encode()


def request(person: int, message: int, secret: str) -> bytes:
    """The whole HTTP request, signed."""
    raw = message_body(person, message, time.time())
    return f"{_HEAD}{sign(raw, secret)}\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw


def requests(mix: Mix, known: int, secret: str) -> Iterator[bytes]:
    """Endless requests, each of some person of the mix. known: how many people the database has."""
    while True:
        yield request(any_person(mix, known), any_message(), secret)


def any_person(mix: Mix, known: int) -> int:
    """Somebody: of the known ones (1, 2, ...) except for one newcomer in twenty, or always a newcomer."""
    if mix == "new" or random.random() < NEW_AMONG_RETURNING:  # noqa: S311 - a mix, no secret
        return random.randrange(known + 1, MOST_PEOPLE)  # noqa: S311
    return random.randint(1, known)  # noqa: S311


def any_message() -> int:
    """The number of a message that nobody sent yet."""
    return random.getrandbits(62)


def _digits(person: int) -> str:
    """Scrambled, so that neighbours in number are not neighbours in an index."""
    return f"{person * 618033989 % MOST_PEOPLE:09}"
