"""The phones of the simulator: who holds one, and what WhatsApp says about that person."""

import re
import secrets
from dataclasses import dataclass

from luminous.errors import InvalidPhone, LuminousError
from luminous.phone import parse_phone, parse_user_id
from luminous.simulator.store import Store
from luminous.text import clean_name

PEOPLE = (
    "Amina Nakato",
    "Joseph Okello",
    "Grace Achieng",
    "Moses Ssemwogerere",
    "Zainab Namutebi",
    "Brian Mugisha",
)
NETWORKS = ("70", "74", "75", "76", "77", "78")  # Ugandan mobile prefixes after the country code 256

# WhatsApp's rules for usernames (WhatsApp Cloud API, usernames).
_USERNAME = re.compile(r"(?!www)(?!.*\.\.)(?=.*[a-z])[a-z0-9_](?:[a-z0-9._]{1,33})[a-z0-9_]", re.ASCII)


class InvalidIdentity(LuminousError):
    """An identity that no phone can have; `field` names the part, the sentence says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Identity:
    """What a person's phone tells WhatsApp. `number` is digits with the country code."""

    name: str
    number: str
    user_id: str
    username: str  # empty: none
    is_number_hidden: bool


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of the simulator."""

    id: int
    name: str
    number: str
    user_id: str
    username: str
    is_number_hidden: bool
    typing_until: float


def all_phones(store: Store) -> list[Phone]:
    """Every phone, oldest first; when there is none, a new one is bought."""
    return store.rows(Phone, "select * from phones order by id") or [add_phone(store)]


def phone_by_id(store: Store, phone_id: int) -> Phone | None:
    """The phone, or None when it was removed."""
    return store.row(Phone, "select * from phones where id = :id", id=phone_id)


def phone_by_number(store: Store, number: str) -> Phone | None:
    """Who has the number (digits with the country code), or None."""
    return store.row(Phone, "select * from phones where number = :number", number=number)


def phone_by_user_id(store: Store, user_id: str) -> Phone | None:
    """Who has the business-scoped user id, or None."""
    return store.row(Phone, "select * from phones where user_id = :user_id", user_id=user_id)


def add_phone(store: Store) -> Phone:
    """A new phone for the next of a few people, with a number and a user id that nobody had."""
    used = store.rows(str, "select name from phones")
    name = next((name for name in PEOPLE if name not in used), f"Customer {len(used) + 1}")
    number = "256" + secrets.choice(NETWORKS) + f"{secrets.randbelow(10**7):07}"
    phone_id = store.insert(
        """
        insert into phones (name, number, user_id, username, is_number_hidden)
        values (:name, :number, :user_id, '', 0)
        """,
        name=name,
        number=number,
        user_id=f"UG.{secrets.randbelow(9 * 10**19) + 10**19}",
    )
    return Phone(phone_id, name, number, _user_id_of(store, phone_id), "", False, 0.0)


def _user_id_of(store: Store, phone_id: int) -> str:
    return store.rows(str, "select user_id from phones where id = :id", id=phone_id)[0]


def change_identity(store: Store, phone: Phone, identity: Identity) -> None:
    """Give the phone another identity. Raises InvalidIdentity."""
    named = Identity(
        name=identity.name.strip()[:400],
        number=_number(identity.number),
        user_id=identity.user_id.strip(),
        username=identity.username.strip().removeprefix("@").lower(),
        is_number_hidden=identity.is_number_hidden,
    )
    _check(store, phone, named)
    store.run(
        """
        update phones
           set name = :name, number = :number, user_id = :user_id, username = :username,
               is_number_hidden = :hidden
         where id = :id
        """,
        id=phone.id,
        name=named.name,
        number=named.number,
        user_id=named.user_id,
        username=named.username,
        hidden=int(named.is_number_hidden),
    )


def _number(typed: str) -> str:
    """Digits with the country code. A number with a plus is taken as it is, so that odd ones can be tried."""
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", typed.strip(), re.ASCII):
        return typed.strip()[1:]
    try:
        return parse_phone(typed)[1:]
    except InvalidPhone as error:
        raise InvalidIdentity("number", str(error)) from error


def _check(store: Store, phone: Phone, named: Identity) -> None:
    if parse_user_id(named.user_id) is None:
        raise InvalidIdentity(
            "user_id", "Two capital letters, a dot, then letters or digits, such as UG.13491208655302741918."
        )
    if named.username and not _USERNAME.fullmatch(named.username):
        raise InvalidIdentity(
            "username",
            "3 to 35 of a–z, 0–9, dot and underscore, with at least one letter; no dot at the ends.",
        )
    if named.is_number_hidden and not named.username:
        raise InvalidIdentity("username", "Who hides the number has a username; choose one.")
    holder = phone_by_number(store, named.number)
    if holder and holder.id != phone.id:
        raise InvalidIdentity("number", f"{shown(holder)} has that number. Change that phone first.")
    holder = phone_by_user_id(store, named.user_id)
    if holder and holder.id != phone.id:
        raise InvalidIdentity("user_id", f"{shown(holder)} has that user id; nobody shares one.")


def shown(phone: Phone) -> str:
    """A name to call the phone by, also when its profile has none that shows."""
    return clean_name(phone.name) or f"+{phone.number}"


def remove_phone(store: Store, phone_id: int) -> None:
    """Throw the phone away with its chat. The shop keeps its customer."""
    store.run("delete from phones where id = :id", id=phone_id)


def show_typing(store: Store, phone_id: int, until: float) -> None:
    """Let the phone show that the shop is typing, until then (Unix seconds; 0 ends it)."""
    store.run("update phones set typing_until = :until where id = :id", id=phone_id, until=until)
