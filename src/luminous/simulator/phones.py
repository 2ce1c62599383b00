"""The phones of the simulator: who holds one, and what WhatsApp says about that person."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
MTN = ("77", "78")  # the first phone can pay by itself

Shows = Literal["both", "number", "user_id"]  # which identifiers the shop gets with a message


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone of the simulator. `number` is digits with the country code."""

    id: int
    name: str
    number: str
    user_id: str
    username: str  # empty: none
    is_number_hidden: bool
    typing_until: float
    hides_user_id: bool
    has_whatsapp: bool  # False: its SIM card was sold; number and user id are those to come
    identity_key: str
    registered_at: float

    @property
    def shows(self) -> Shows:
        """Which identifiers the shop gets with a message."""
        return "user_id" if self.is_number_hidden else "number" if self.hides_user_id else "both"


def all_phones(store: Store) -> list[Phone]:
    """Every phone, oldest first; when there is none, a new one is bought."""
    return store.rows(Phone, "select * from phones order by id") or [add_phone(store)]


def phone_by_id(store: Store, phone_id: int) -> Phone | None:
    """The phone, or None when it was removed."""
    return store.row(Phone, "select * from phones where id = :id", id=phone_id)


def phone_by_number(store: Store, number: str) -> Phone | None:
    """Whose WhatsApp has the number (digits with the country code), or None."""
    return store.row(Phone, "select * from phones where number = :number and has_whatsapp", number=number)


def phone_by_user_id(store: Store, user_id: str) -> Phone | None:
    """Whose WhatsApp has the business-scoped user id, or None."""
    return store.row(Phone, "select * from phones where user_id = :user_id and has_whatsapp", user_id=user_id)


def add_phone(store: Store, name: str | None = None) -> Phone:
    """A new phone with a number and a user id that nobody had. name None: the next of a few people."""
    phone_id = store.insert(
        """
        insert into phones (name, number, user_id, username, is_number_hidden, identity_key)
        values (:name, :number, :user_id, '', 0, lower(hex(randomblob(8))))
        """,
        name=_next_name(store) if name is None else name,
        number=new_number(store, MTN if not store.rows(int, "select 1 from phones limit 1") else NETWORKS),
        user_id=new_user_id(),
    )
    added = phone_by_id(store, phone_id)
    assert added is not None  # noqa: S101 - inserted in the lines above
    return added


def _next_name(store: Store) -> str:
    used = store.rows(str, "select name from phones")
    return next((name for name in PEOPLE if name not in used), f"Customer {len(used) + 1}")


def new_number(store: Store, networks: Sequence[str] = NETWORKS) -> str:
    """A Ugandan mobile number that no phone here has or had, as digits."""
    while True:
        number = "256" + secrets.choice(networks) + f"{secrets.randbelow(10**7):07}"
        if not store.rows(
            int,
            """
            select 1 from phones where number = :number
            union all
            select 1 from changes where old_number = :number
            """,
            number=number,
        ):
            return number


def new_user_id() -> str:
    """A business-scoped user id that nobody had."""
    return f"UG.{secrets.randbelow(9 * 10**19) + 10**19}"


def shown(phone: Phone) -> str:
    """A name to call the phone by, also when its profile has none that shows."""
    return clean_name(phone.name) or f"+{phone.number}"


def labels(phones: list[Phone]) -> list[tuple[Phone, str]]:
    """Each phone with a name to call it by; phones of one name also get their last digits."""
    names = Counter(shown(phone) for phone in phones)
    return [
        (phone, f"{shown(phone)} …{phone.number[-3:]}" if names[shown(phone)] > 1 else shown(phone))
        for phone in phones
    ]


def remove_phone(store: Store, phone_id: int) -> None:
    """Throw the phone away with its chat. The shop keeps its customer."""
    store.run("delete from phones where id = :id", id=phone_id)


def show_typing(store: Store, phone_id: int, until: float) -> None:
    """Let the phone show that the shop is typing, until then (Unix seconds; 0 ends it)."""
    store.run("update phones set typing_until = :until where id = :id", id=phone_id, until=until)
