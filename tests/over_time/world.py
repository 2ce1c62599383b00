"""Who is who. People, their phones and their numbers as they are, whatever the shop knows of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from luminous.messages import ChannelName, IdentityChange
from luminous.phone import Phone, UserId

NAMES = ("Amina", "Bosco", "Christine", "Daudi")
NUMBERS = tuple(Phone(f"+25677200000{n}") for n in range(1, 6))


@dataclass(eq=False, slots=True)
class Person:
    """Somebody with one phone or two."""

    name: str
    phones: "list[Handset]" = field(default_factory=list["Handset"])
    is_parted: bool = False  # staff took two of their records apart: they stay two

    def __str__(self) -> str:
        return self.name


@dataclass(eq=False, slots=True)
class Handset:
    """One phone and its WhatsApp. A new number always means a new user id."""

    owner: Person
    number: Phone | None  # None: the operator took it, and nothing can be sent
    user_id: UserId
    key_hash: str
    hides_number: bool = False


@dataclass(eq=False, slots=True)
class Message:
    """Something that a person wrote, as it travels."""

    wamid: str
    author: Person
    channel: ChannelName
    phone: Phone | None
    user_id: UserId | None
    key_hash: str | None
    text: str
    sent_at: datetime

    def __str__(self) -> str:
        ids = " ".join(filter(None, (self.phone, self.user_id, self.key_hash)))
        return f"{self.wamid} “{self.text}” of {self.author} ({self.channel}: {ids})"


@dataclass(eq=False, slots=True)
class Announcement:
    """What WhatsApp says of a change, in one of its shapes."""

    wamid: str
    person: Person
    change: IdentityChange
    happened_at: datetime

    @property
    def left(self) -> Phone | None:
        """The number that it says was left."""
        return self.change.from_phone if self.change.from_phone != self.change.to_phone else None

    def __str__(self) -> str:
        old = f"{self.change.from_phone or '-'}/{self.change.from_user_id or '-'}"
        new = f"{self.change.to_phone or '-'}/{self.change.to_user_id or '-'}"
        return f"{self.wamid}: {self.person} changed from {old} to {new}"


Letter = Message | Announcement


def whose(letter: Letter) -> Person:
    """Who wrote it, or of whom it tells."""
    return letter.author if isinstance(letter, Message) else letter.person


class World:
    """Everybody, and what is under way to the shop. Its time never stands still."""

    def __init__(self) -> None:
        self.people = [Person(name) for name in NAMES]
        self.user_ids: dict[str, Person] = {}
        self.under_way: list[Letter] = []
        self.passed = timedelta()  # how much later it is than on the machine's clock
        self._now = datetime.now(UTC)
        self._ids = count(1)
        self._wamids = count(1)

    def now(self) -> datetime:
        """The time of the story, later with every question."""
        later = self._now + timedelta(microseconds=1)
        self._now = max(datetime.now(UTC) + self.passed, later)
        return self._now

    def by_the_machine(self, moment: datetime) -> datetime:
        """A moment of the story on the machine's clock, where everything past was moved into the past."""
        return moment - self.passed

    def phones(self) -> Iterator[Handset]:
        """Every phone that can send."""
        for person in self.people:
            yield from (phone for phone in person.phones if phone.number)

    def has_number(self, number: str) -> Person | None:
        """Whom a message to the number reaches now."""
        return next((phone.owner for phone in self.phones() if phone.number == number), None)

    def free_numbers(self) -> list[Phone]:
        return [number for number in NUMBERS if self.has_number(number) is None]

    def registers(self, phone: Handset, number: Phone) -> None:
        """WhatsApp starts anew on a number: new user id, new keys."""
        serial = next(self._ids)
        phone.number, phone.user_id, phone.key_hash = number, UserId(f"UG.{1000 + serial}"), f"key{serial}"
        self.user_ids[phone.user_id] = phone.owner

    def reinstalls(self, phone: Handset) -> None:
        """The same account with new keys."""
        phone.key_hash = f"key{next(self._ids)}"

    def new_wamid(self) -> str:
        return f"wamid.{next(self._wamids)}"
