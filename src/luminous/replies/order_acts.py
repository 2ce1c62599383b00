"""What a customer wants about money and parcels. `order_doing` does it, in the answer's transaction."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.payments import Thing


@dataclass(frozen=True, slots=True)
class PayFrom:
    """Ask a number to pay this. number None: the one that they write from."""

    thing: Thing
    number: str | None


@dataclass(frozen=True, slots=True)
class PayOtherwise:
    """Pay this from a number that is still to be said, or in another way than mobile money."""

    thing: Thing
    how: Literal["other", "by_hand"]


@dataclass(frozen=True, slots=True)
class NamePayer:
    """A number, and nothing else, was written: it pays what waits for a payment."""

    number: str


@dataclass(frozen=True, slots=True)
class Track:
    """Where is this order? By its id, or by the number of its receipt."""

    order_id: UUID | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class SetAddress:
    """Where to deliver. address None: how to say it."""

    address: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """How it was, 1 to 5."""

    order_id: UUID
    rating: int


@dataclass(frozen=True, slots=True)
class Complain:
    """Something is wrong with what was delivered."""

    order_id: UUID


OrderAct = PayFrom | PayOtherwise | NamePayer | Track | SetAddress | Rate | Complain
