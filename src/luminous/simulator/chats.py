"""The messages between the phones and the shop, as the phones know them."""

import base64
import json
import secrets
import time
from dataclasses import dataclass
from typing import Literal

from luminous.simulator.store import Store
from luminous.text import Json

WINDOW_SECONDS = 24 * 3600  # free-form messages, from the customer's last own one (WhatsApp Cloud API)

SHOWN = 200  # of a chat

Status = Literal["waiting", "taken", "accepted", "sent", "delivered", "read", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `content` is the type's own object as JSON text; times are Unix seconds."""

    id: int
    phone_id: int | None
    wamid: str
    is_from_shop: bool
    kind: str
    content: str
    quoted_wamid: str | None
    addressed_to: str | None
    echo: str | None
    status: Status
    error_code: int | None
    created_at: float
    changed_at: float


def write_from_phone(
    store: Store, phone_id: int, kind: str, content: Json, quoted_wamid: str | None = None
) -> Message:
    """The person writes: kept as waiting until the shop answers the webhook with 200."""
    return _write(store, phone_id, kind, content, quoted_wamid=quoted_wamid, status="waiting")


def write_from_shop(
    store: Store,
    phone_id: int | None,
    kind: str,
    content: Json,
    *,
    addressed_to: str,
    quoted_wamid: str | None = None,
    echo: str | None = None,
    error_code: int | None = None,
    is_dropped: bool = False,
) -> Message:
    """The shop's message was accepted. phone_id None: for a number that no phone here has."""
    return _write(
        store,
        phone_id,
        kind,
        content,
        is_from_shop=True,
        addressed_to=addressed_to,
        quoted_wamid=quoted_wamid,
        echo=echo,
        error_code=error_code,
        status="dropped" if is_dropped else "accepted",
    )


def _write(
    store: Store,
    phone_id: int | None,
    kind: str,
    content: Json,
    *,
    status: Status,
    is_from_shop: bool = False,
    addressed_to: str | None = None,
    quoted_wamid: str | None = None,
    echo: str | None = None,
    error_code: int | None = None,
) -> Message:
    wamid = new_wamid()
    store.insert(
        """
        insert into messages (phone_id, wamid, is_from_shop, kind, content, quoted_wamid, addressed_to, echo,
                              status, error_code, created_at, changed_at)
        values (:phone_id, :wamid, :is_from_shop, :kind, :content, :quoted_wamid, :addressed_to, :echo,
                :status, :error_code, :now, :now)
        """,
        phone_id=phone_id,
        wamid=wamid,
        is_from_shop=int(is_from_shop),
        kind=kind,
        content=json.dumps(content),
        quoted_wamid=quoted_wamid,
        addressed_to=addressed_to,
        echo=echo,
        status=status,
        error_code=error_code,
        now=time.time(),
    )
    message = message_by_wamid(store, wamid)
    assert message is not None  # noqa: S101 - inserted in the line above
    return message


def new_wamid() -> str:
    """A message id of the shape that WhatsApp gives."""
    return "wamid.HBgM" + base64.b64encode(secrets.token_bytes(39)).decode()


def message_by_wamid(store: Store, wamid: str) -> Message | None:
    """The message, or None when nobody here has it."""
    return store.row(Message, "select * from messages where wamid = :wamid", wamid=wamid)


def message_by_id(store: Store, message_id: int) -> Message | None:
    """The message, or None when it went with its phone."""
    return store.row(Message, "select * from messages where id = :id", id=message_id)


def latest(store: Store, phone_id: int, count: int = SHOWN) -> list[Message]:
    """The last messages of a phone's chat, oldest first."""
    newest_first = store.rows(
        Message,
        "select * from messages where phone_id = :phone_id order by id desc limit :count",
        phone_id=phone_id,
        count=count,
    )
    return newest_first[::-1]


def is_window_open(store: Store, phone_id: int, now: float) -> bool:
    """Whether the shop may write freely: a real message came from this phone within 24 hours.

    Nothing counts that was written before the number became this phone's.
    """
    last = store.row(
        float,
        """
        select max(messages.created_at)
          from messages
          join phones on phones.id = phone_id and phones.registered_at <= messages.created_at
         where phone_id = :phone_id and not is_from_shop and kind <> 'reaction'
        """,
        phone_id=phone_id,
    )
    return last is not None and now - last <= WINDOW_SECONDS


def move(store: Store, message: Message, status: Status) -> None:
    """Set what became of a message."""
    store.run(
        "update messages set status = :status, changed_at = :now where id = :id",
        id=message.id,
        status=status,
        now=time.time(),
    )


def mark_taken(store: Store, message_ids: list[int]) -> None:
    """The shop has them: its webhook answered 200."""
    for message_id in message_ids:
        store.run(
            "update messages set status = 'taken', changed_at = :now where id = :id and status = 'waiting'",
            id=message_id,
            now=time.time(),
        )


def mark_read_until(store: Store, message: Message) -> None:
    """The shop read this message of a phone, and so every earlier one of that phone."""
    store.run(
        """
        update messages set status = 'read', changed_at = :now
         where phone_id = :phone_id and not is_from_shop and id <= :id
        """,
        phone_id=message.phone_id,
        id=message.id,
        now=time.time(),
    )


def on_their_way(store: Store) -> list[Message]:
    """The shop's messages that have not reached their phone yet, oldest first."""
    return store.rows(
        Message,
        "select * from messages where is_from_shop and status in ('accepted', 'sent') order by id",
    )


def unread_by(store: Store, phone_id: int) -> list[Message]:
    """The shop's messages that reached this phone and were not looked at, oldest first."""
    return store.rows(
        Message,
        """
        select * from messages
         where is_from_shop and status = 'delivered' and phone_id = :phone_id order by id
        """,
        phone_id=phone_id,
    )


def unread_counts(store: Store) -> dict[int, int]:
    """How many of the shop's messages each phone has not shown yet, by phone id."""
    rows = store.rows(
        _Unread,
        """
        select phone_id, count(*) as count from messages
         where is_from_shop and status = 'delivered' and phone_id is not null
         group by phone_id
        """,
    )
    return {row.phone_id: row.count for row in rows}


@dataclass(frozen=True, slots=True)
class _Unread:
    phone_id: int
    count: int
