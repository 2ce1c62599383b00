"""The identity of a phone as a person edits it, and what WhatsApp would not allow."""

import re
import unicodedata
from dataclasses import dataclass

from luminous.errors import InvalidPhone, LuminousError
from luminous.phone import parse_phone, parse_user_id
from luminous.simulator.phones import Phone, Shows, shown
from luminous.simulator.store import Store

LONGEST_NAME = 400

# WhatsApp's rules for usernames (WhatsApp Cloud API, usernames).
_USERNAME = re.compile(r"(?!www)(?!.*\.\.)(?=.*[a-z])[a-z0-9_](?:[a-z0-9._]{1,33})[a-z0-9_]", re.ASCII)


class InvalidIdentity(LuminousError):
    """An identity that no phone can have; `field` names the part, the sentence says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Identity:
    """What a person's phone tells WhatsApp, as it was typed."""

    name: str
    number: str
    user_id: str
    username: str  # empty: none
    shows: Shows


def change_identity(store: Store, phone: Phone, identity: Identity) -> None:
    """Give the phone another identity. Who hides the number gets a username. Raises InvalidIdentity."""
    name = identity.name.strip()[:LONGEST_NAME]
    username = identity.username.strip().removeprefix("@").lower()
    if identity.shows == "user_id" and not username:
        username = _username_for(store, phone, name)
    named = Identity(name, parse_number(identity.number), identity.user_id.strip(), username, identity.shows)
    _check(store, phone, named)
    store.run(
        """
        update phones
           set name = :name, number = :number, user_id = :user_id, username = :username,
               is_number_hidden = :hides_number, hides_user_id = :hides_user_id
         where id = :id
        """,
        id=phone.id,
        name=named.name,
        number=named.number,
        user_id=named.user_id,
        username=named.username,
        hides_number=int(named.shows == "user_id"),
        hides_user_id=int(named.shows == "number"),
    )


def _username_for(store: Store, phone: Phone, name: str) -> str:
    """A username made of the letters of a name, that no other phone here has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:28].rstrip("_")
    if not _USERNAME.fullmatch(wanted):
        wanted = "customer"
    taken = store.rows(
        int, "select 1 from phones where username = :username and id <> :id", username=wanted, id=phone.id
    )
    return f"{wanted}_{phone.id}" if taken else wanted


def parse_number(typed: str, field: str = "number") -> str:
    """Digits with the country code. A number with a plus is taken as it is, so that odd ones can be tried.

    Raises InvalidIdentity about the field.
    """
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", typed.strip(), re.ASCII):
        return typed.strip()[1:]
    try:
        return parse_phone(typed)[1:]
    except InvalidPhone as error:
        raise InvalidIdentity(field, str(error)) from error


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
    refuse_taken_number(store, phone, named.number, "number")
    holder = store.row(Phone, "select * from phones where user_id = :user_id", user_id=named.user_id)
    if holder and holder.id != phone.id:
        raise InvalidIdentity("user_id", f"{shown(holder)} has that user id; nobody shares one.")


def refuse_taken_number(store: Store, phone: Phone, number: str, field: str) -> None:
    """Raise InvalidIdentity about the field when another phone has the number."""
    holder = store.row(Phone, "select * from phones where number = :number", number=number)
    if holder and holder.id != phone.id:
        raise InvalidIdentity(field, f"{shown(holder)} has that number. Change that phone first.")
