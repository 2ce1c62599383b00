"""Raw webhook bodies at an erasure: what names the person is cut out of them.

A body is kept only to be read again, so one that names the person is emptied. Where a piece of somebody
else's still waits in it (an open dead letter), only what names the person is cut: nobody's message is
lost for another one's sake.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql
from luminous.text import Json

BATCH = 10_000  # ids of bodies read through by one statement


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier of a person. until_at: somebody else may have it since; None while it is theirs."""

    value: str
    until_at: datetime | None

    @property
    def as_sent(self) -> str:
        """As WhatsApp writes it: a number without its plus."""
        return self.value.lstrip("+")


@dataclass(frozen=True, slots=True)
class _Body:
    id: int
    body: bytes
    open_positions: list[str]


async def forget_named(conn: Connection, names: Collection[Named], after_id: int = 0) -> int:
    """Empty or cut every body since `after_id` that names the person, and return the last id read."""
    last_id = await LAST_ID.one(conn)
    first_id = max(after_id, await BEFORE_FIRST_ID.one(conn))
    for start in range(first_id, last_id if names else first_id, BATCH):
        bodies = await NAMING.all(
            conn,
            after_id=start,
            up_to_id=start + BATCH,
            names=[name.as_sent.encode() for name in names],
            until=[name.until_at for name in names],
        )
        await _forget(conn, bodies, names)
    return last_id


async def forget_linked(conn: Connection, customer_id: UUID, names: Collection[Named]) -> None:
    """Empty or cut the bodies that the person's messages came in."""
    await _forget(conn, await LINKED.all(conn, customer_id=customer_id), names)


async def _forget(conn: Connection, bodies: Sequence[_Body], names: Collection[Named]) -> None:
    for each in bodies:
        rest, gone = without(each.body, [name.as_sent for name in names])
        others = [position for position in each.open_positions if not _is_within(position, gone)]
        await SET_BODY.run(conn, id=each.id, body=rest if others else b"")
        await RESOLVE.run(conn, body_id=each.id, still_open=others)


def without(body: bytes, names: Sequence[str]) -> tuple[bytes, list[str]]:
    """The body with null in place of the innermost list entries that hold a name, and where those stood.

    Nothing is left of what cannot be read.
    """
    gone: list[str] = []
    try:
        rest = _without(json.loads(body), "", names, gone)
        return json.dumps(rest).encode(), gone
    except (ValueError, RecursionError):
        return b"", ["body"]


def _without(value: Json, position: str, names: Sequence[str], gone: list[str]) -> Json:
    match value:
        case dict():
            return {key: _without(each, _at(position, key), names, gone) for key, each in value.items()}
        case list():
            rest = [_without(each, f"{position}[{n}]", names, gone) for n, each in enumerate(value)]
            named = [n for n, each in enumerate(rest) if _holds(each, names)]
            gone += [f"{position}[{n}]" for n in named]
            return [None if n in named else each for n, each in enumerate(rest)]
        case _:
            return value


def _at(position: str, key: str) -> str:
    """As the positions of dead letters are written: `entry[0].changes[0].messages[2]`, without `value`."""
    return position if key == "value" else f"{position}.{key}" if position else key


def _holds(value: Json, names: Sequence[str]) -> bool:
    text = json.dumps(value)
    return any(name in text for name in names)


def _is_within(position: str, pieces: Collection[str]) -> bool:
    return any(
        piece in ("body", position) or position.startswith((f"{piece}.", f"{piece}[")) for piece in pieces
    )


BEFORE_FIRST_ID = sql("select coalesce(min(id) - 1, 0) from webhook_bodies").into(int)
LAST_ID = sql("select coalesce(max(id), 0) from webhook_bodies").into(int)

NAMING = sql("""
    select body.id, body.body, array(select position from dead_letters
                                      where body_id = body.id and resolved_at is null) as open_positions
      from webhook_bodies body
     where body.id > %(after_id)s and body.id <= %(up_to_id)s
       and exists (select from unnest(%(names)s::bytea[], %(until)s::timestamptz[]) as named (name, until_at)
                    where received_at <= coalesce(until_at, 'infinity') and position(name in body.body) > 0)
       for no key update of body
""").into(_Body)

LINKED = sql("""
    select body.id, body.body, array(select position from dead_letters
                                      where body_id = body.id and resolved_at is null) as open_positions
      from webhook_bodies body
     where body.id in (select body_id from inbox
                        where customer_id in (select records_of_person(%(customer_id)s)))
       for no key update of body
""").into(_Body)

SET_BODY = sql("update webhook_bodies set body = %(body)s where id = %(id)s and body <> %(body)s")

RESOLVE = sql("""
    update dead_letters set resolved_at = now(), next_attempt_at = null
     where body_id = %(body_id)s and resolved_at is null and position <> all(%(still_open)s::text[])
""")
