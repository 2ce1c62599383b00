"""What happens to phones: a new number, a sold SIM card, WhatsApp installed again. Each is noted."""

import time
from dataclasses import dataclass
from typing import Literal

from luminous.simulator.identities import parse_number, refuse_taken_number
from luminous.simulator.phones import Phone, Shows, add_phone, new_number, new_user_id, phone_by_id
from luminous.simulator.store import Store

Kind = Literal["changed_number", "sold", "bought", "reinstalled", "registered"]
Timing = Literal["early", "late", "never"]  # before the next message, when a person says so, not at all
Shape = Literal["numbers", "numbers_and_ids", "ids", "ids_in_words", "old_id_writes", "own_field"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a phone. Numbers are digits; empty where there is none."""

    id: int
    phone_id: int
    kind: Kind
    name: str
    shows: Shows
    old_number: str
    new_number: str
    old_user_id: str
    new_user_id: str
    shape: Shape | Literal[""]
    timing: Timing | Literal[""]
    wamid: str | None  # under which the shop keeps the last announcement
    announced_at: float | None
    at: float

    @property
    def hides_number(self) -> bool:
        """Whether the shop got no number of the phone."""
        return self.shows == "user_id"

    @property
    def is_held_back(self) -> bool:
        """Whether an announcement waits for somebody to send it."""
        return self.timing == "late" and self.announced_at is None


def change_number(store: Store, phone: Phone, typed: str, shape: Shape, timing: Timing) -> Change:
    """The person moves to another number, and WhatsApp gives a new user id. Nothing is announced yet.

    typed: the new number; empty for one that nobody had. Raises InvalidIdentity about `new_number`.
    """
    number = parse_number(typed, "new_number") if typed.strip() else new_number(store)
    refuse_taken_number(store, phone, number, "new_number")
    user_id = new_user_id()
    with store.together():
        _name(store, phone, number, user_id)
        return _note(store, phone, "changed_number", number, user_id, shape, timing)


def sell_sim(store: Store, seller: Phone, buyer: Phone | None, *, goes_on: bool) -> Phone:
    """The number goes to another phone, which registers it anew; returns that phone. No event tells it.

    buyer None: somebody new. goes_on: the seller gets a new number, else the phone has no WhatsApp.
    """
    with store.together():
        buyer = buyer or add_phone(store)
        _name(store, seller, new_number(store), new_user_id())
        _register(store, seller, has_whatsapp=goes_on)
        _note(store, seller, "sold", *_names(store, seller) if goes_on else ("", ""))
        _name(store, buyer, seller.number, new_user_id())
        _register(store, buyer)
        _note(store, buyer, "bought", *_names(store, buyer))
    return buyer


def register(store: Store, phone: Phone) -> None:
    """A phone without WhatsApp gets a SIM card with a number that nobody had."""
    with store.together():
        _register(store, phone)
        _note(store, phone, "registered", phone.number, phone.user_id)


def reinstall(store: Store, phone: Phone) -> None:
    """WhatsApp is installed again: number and user id stay, the key is another one."""
    with store.together():
        _renew_key(store, phone)
        _note(store, phone, "reinstalled", phone.number, phone.user_id)


def _name(store: Store, phone: Phone, number: str, user_id: str) -> None:
    store.run(
        "update phones set number = :number, user_id = :user_id where id = :id",
        id=phone.id,
        number=number,
        user_id=user_id,
    )


def _names(store: Store, phone: Phone) -> tuple[str, str]:
    now = phone_by_id(store, phone.id)
    return (now.number, now.user_id) if now else ("", "")


def _register(store: Store, phone: Phone, *, has_whatsapp: bool = True) -> None:
    """The number is the phone's from now on: a new key, and the shop's 24 hours have not begun."""
    _renew_key(store, phone)
    store.run(
        "update phones set has_whatsapp = :has_whatsapp, registered_at = :now where id = :id",
        id=phone.id,
        has_whatsapp=int(has_whatsapp),
        now=time.time(),
    )


def _renew_key(store: Store, phone: Phone) -> None:
    store.run("update phones set identity_key = lower(hex(randomblob(8))) where id = :id", id=phone.id)


def _note(
    store: Store,
    phone: Phone,
    kind: Kind,
    number: str,
    user_id: str,
    shape: Shape | Literal[""] = "",
    timing: Timing | Literal[""] = "",
) -> Change:
    """Keep what happened to the phone, which is given as it was before."""
    had = phone.has_whatsapp
    change_id = store.insert(
        """
        insert into changes (phone_id, kind, name, shows, old_number, new_number, old_user_id,
                             new_user_id, shape, timing, at)
        values (:phone_id, :kind, :name, :shows, :old_number, :new_number, :old_user_id,
                :new_user_id, :shape, :timing, :now)
        """,
        phone_id=phone.id,
        kind=kind,
        name=phone.name,
        shows=phone.shows,
        old_number=phone.number if had else "",
        new_number=number,
        old_user_id=phone.user_id if had else "",
        new_user_id=user_id,
        shape=shape,
        timing=timing,
        now=time.time(),
    )
    return store.rows(Change, "select * from changes where id = :id", id=change_id)[0]


def changes_of(store: Store, phone_id: int, since: float = 0) -> list[Change]:
    """What happened to the phone since then (Unix seconds), oldest first."""
    return store.rows(
        Change,
        "select * from changes where phone_id = :phone_id and at >= :since order by id",
        phone_id=phone_id,
        since=since,
    )


def last_number_change(store: Store, phone_id: int) -> Change | None:
    """The last change of number of this phone, or None."""
    return store.row(
        Change,
        """
        select * from changes where phone_id = :phone_id and kind = 'changed_number'
         order by id desc limit 1
        """,
        phone_id=phone_id,
    )


def held_back(store: Store, phone_id: int) -> list[Change]:
    """The changes of number that the shop was not told yet and shall be, oldest first."""
    return [change for change in changes_of(store, phone_id) if change.is_held_back]


def change_by_id(store: Store, change_id: int) -> Change | None:
    """The change, or None when it went with its phone."""
    return store.row(Change, "select * from changes where id = :id", id=change_id)


def mark_announced(store: Store, change: Change, shape: Shape, wamid: str | None) -> None:
    """WhatsApp told the shop, in this shape. wamid None: the shop keeps nothing of it."""
    store.run(
        "update changes set shape = :shape, wamid = :wamid, announced_at = :now where id = :id",
        id=change.id,
        shape=shape,
        wamid=wamid,
        now=time.time(),
    )
