"""What becomes of the shop's messages with time, and all that WhatsApp tells the shop."""

import json
from datetime import UTC, datetime

from luminous.channels.meta.payload import parse
from luminous.messages import Received
from luminous.simulator import announcements, chats, phones, wire
from luminous.simulator.changes import Change, Shape, mark_announced
from luminous.simulator.chats import Message, Status
from luminous.simulator.network import Network
from luminous.simulator.switches import strikes
from luminous.text import Json

# Seconds after the message was accepted, or after the step before.
SENT_AFTER, DELIVERED_AFTER, READ_AFTER, FAILED_AFTER = 0.1, 0.25, 0.8, 0.4
LATE_SECONDS = 10  # with the switch for late statuses
FINEST = 0.05


def advance(network: Network) -> float | None:
    """Move every message that is due one step on; how soon the next is due in seconds, or None."""
    now = network.now()
    waits: list[float] = []
    moving = chats.on_their_way(network.store)
    for phone_id in [phone_id for phone_id in network.open_phones if network.is_open(phone_id)]:
        moving += chats.unread_by(network.store, phone_id)
    for message in moving:
        status, after = _next_step(message)
        left = message.changed_at + after - now
        if left > 0:
            waits.append(left)
            continue
        with network.store.together():
            chats.move(network.store, message, status)
            tell_status(network, message, status)
        network.bell.ring()
        waits.append(FINEST)
    return max(min(waits), FINEST) if waits else None


def _next_step(message: Message) -> tuple[Status, float]:
    if message.error_code is not None:
        return "failed", FAILED_AFTER
    if message.status == "accepted":
        return "sent", SENT_AFTER
    return ("delivered", DELIVERED_AFTER) if message.status == "sent" else ("read", READ_AFTER)


def tell_status(network: Network, message: Message, status: Status) -> None:
    """Owe the shop a status webhook, unless a switch swallows it."""
    if strikes(network.store, "no_statuses"):
        return
    phone = phones.phone_by_id(network.store, message.phone_id) if message.phone_id else None
    change = wire.status_change(network.settings, phone, message, status, network.now())
    late = LATE_SECONDS if strikes(network.store, "delay_statuses") else 0
    _owe(network, change, message.phone_id, message.id, late)


def tell_message(network: Network, phone: phones.Phone, message: Message) -> None:
    """Owe the shop the webhook of a message that a person wrote."""
    with_key = strikes(network.store, "identity_checks")
    change = wire.message_change(network.settings, phone, message, with_identity_key=with_key)
    _owe(network, change, message.phone_id, message.id)


def tell(network: Network, change: Json) -> None:
    """Owe the shop a webhook that concerns no phone."""
    _owe(network, change, None)


def announce(network: Network, change: Change, shape: Shape) -> None:
    """Owe the shop the webhook that tells of a new number. Each time it is a message of its own."""
    told = announcements.announcement(network.settings, change, shape, chats.new_wamid())
    with network.store.together():
        mark_announced(network.store, change, shape, _name_at_the_shop(told))
        _owe(network, told, change.phone_id)


def _name_at_the_shop(told: Json) -> str | None:
    """The id under which the shop keeps it. One shape has no message id, and the shop makes one."""
    (event, *_) = parse(wire.body([told]).encode(), datetime.now(UTC))
    return event.external_id if isinstance(event, Received) else None


def _owe(
    network: Network, change: Json, phone_id: int | None, message_id: int | None = None, late: float = 0
) -> None:
    network.store.insert(
        """
        insert into updates (message_id, phone_id, change, due_at)
        values (:message_id, :phone_id, :change, :due_at)
        """,
        message_id=message_id,
        phone_id=phone_id,
        change=json.dumps(change),
        due_at=network.now() + late,
    )
    network.bell.ring()
