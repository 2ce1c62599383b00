"""Finding a customer by what a person types: a name, a number, an id, of today or of before."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from luminous.customers.glance import Glance, glance
from luminous.db import Connection, sql
from luminous.errors import InvalidPhone
from luminous.phone import parse_user_id, parse_wa_id, read_phone
from luminous.text import clean_text

MOST = 20
LONGEST = 300

_DIGITS = re.compile(r"[\d\s().+-]*\d[\d\s().+-]*", re.ASCII)
# Numbers that WhatsApp and a telephone write differently: Brazil's and Argentina's 9, Mexico's 1.
_SPELLINGS = (
    (re.compile(r"\+55(\d\d)9?(\d{8})"), (r"+55\1\2", r"+559\1\2", r"+55\g<1>9\2")),
    (re.compile(r"\+521?(\d{10})"), (r"+52\1", r"+521\1")),
    (re.compile(r"\+549?(\d{10})"), (r"+54\1", r"+549\1")),
)


@dataclass(frozen=True, slots=True)
class Held:
    """An identifier that named a customer, from when until when, and why it came and went."""

    customer_id: UUID
    kind: Literal["phone_number", "whatsapp_user_id"]
    value: str
    from_at: datetime
    until_at: datetime | None  # None while it is theirs
    cause: str
    until_cause: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A record that fits, and when each identifier that was asked for was its own."""

    record: Glance
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the text may mean."""

    id: UUID | None = None
    identifiers: tuple[str, ...] = ()
    ending: str | None = None  # the last digits of a number
    name: str | None = None


async def find(conn: Connection, text: str, region: str) -> list[Found]:
    """Every record that fits, at most 20: live ones first, and whoever wrote last before the others.

    The text is a customer's id, a WhatsApp user id, a phone number in any form a person types
    (in `region` without a country code), the last digits of one, or a part of a name. Identifiers
    are found with whoever ever had them, and merged records under their own id.
    """
    wanted = meaning_of(text, region)
    ids = await FIND.all(
        conn,
        id=wanted.id,
        identifiers=list(wanted.identifiers),
        ending=wanted.ending,
        name=wanted.name,
        most=MOST,
    )
    records = await glance(conn, ids)
    asked_for = [each for each in await held_by(conn, ids) if _is_asked_for(each, wanted)]
    return [Found(records[one], tuple(held for held in asked_for if held.customer_id == one)) for one in ids]


async def held_by(conn: Connection, customer_ids: Collection[UUID]) -> list[Held]:
    """Everything that ever named these customers, in the order in which it came."""
    return await HELD.all(conn, ids=list(customer_ids))


def meaning_of(text: str, region: str) -> Wanted:
    """What a person means who types this."""
    text = clean_text(text, LONGEST).strip()
    if (user_id := parse_user_id(text)) is not None:
        return Wanted(identifiers=(user_id,))
    try:
        return Wanted(id=UUID(text))
    except ValueError:
        pass
    if (phone := _typed(text, region)) is not None:
        return Wanted(identifiers=(phone, *_spellings(phone)))
    if _DIGITS.fullmatch(text):  # no number that can be dialled: as WhatsApp writes one, or its last digits
        digits = re.sub(r"\D", "", text, flags=re.ASCII)
        wa_id = parse_wa_id(digits)
        return Wanted(identifiers=(wa_id, *_spellings(wa_id)) if wa_id else (), ending=digits)
    return Wanted(name=text) if text else Wanted()


def _typed(text: str, region: str) -> str | None:
    try:
        return read_phone(text, region).phone
    except InvalidPhone:
        return None


def _spellings(phone: str) -> set[str]:
    """The number as the other side writes it, where the two differ."""
    written: set[str] = set()
    for pattern, forms in _SPELLINGS:
        if match := pattern.fullmatch(phone):
            written.update(map(match.expand, forms))
    return written


def _is_asked_for(held: Held, wanted: Wanted) -> bool:
    return held.value in wanted.identifiers or bool(
        wanted.ending and held.kind == "phone_number" and held.value.endswith(wanted.ending)
    )


FIND = sql("""
    with fitting as (
      select id from customers where id = %(id)s::uuid
      union
      select customer_id from customer_identifiers
       where kind in ('phone_number', 'whatsapp_user_id') and value = any(%(identifiers)s::text[])
      union
      select customer_id from customer_identifiers
       where kind = 'phone_number' and right(value, length(%(ending)s::text)) = %(ending)s::text
      union
      select id from customers where strpos(lower(display_name), lower(%(name)s::text)) > 0
    )
    select id from fitting join customers using (id)
     order by deleted_at is not null, last_seen_at desc nulls last, id
     limit %(most)s
""").into(UUID)

HELD = sql("""
    select customer_id, kind, value, from_at, until_at, cause, until_cause
      from customer_identifiers
     where customer_id = any(%(ids)s)
     order by from_at, id
""").into(Held)
