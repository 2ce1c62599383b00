"""What the shop was told, and what it may therefore never get wrong.

The ledger knows who wrote what. It never looks into how the shop decides; it only asks whether what the
shop holds afterwards fits what is true and could be known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from luminous.messages import Outgoing

from .desk import Books, Record, Sent
from .world import NAMES, Announcement, Letter, Message, Person, World, whose

STALE = timedelta(days=45)
BY_STAFF = ("confirmed", "mistake", "undone_merge")
UNDECIDED = ("unproven_number", "disputed_number")
PERSONAL = re.compile("|".join(NAMES) + r"|Your plan|\*Guest User\*")


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has a number, or left it."""

    at: datetime
    person: Person
    has_it: bool

    def __str__(self) -> str:
        return "has it" if self.has_it else "left it"


class Ledger:
    """Every letter that arrived, whose each record is, and who proved last to have a number."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.arrived: dict[str, Letter] = {}
        self.owners: dict[UUID, Person] = {}
        self.proofs: dict[str, list[Proof]] = {}  # of each number
        self.wrong: list[str] = []

    def took(
        self, letter: Letter, record: UUID | None, decision: str | None, before: Books, books: Books
    ) -> None:
        """A letter was taken for a record with a decision; the books around it are what the shop held."""
        self.arrived[letter.wamid] = letter
        if record is None or decision is None or decision == "unproven_number":
            return
        expected = self._expected(letter, before)
        if expected and books.survivor(record) != books.survivor(expected):
            self.wrong.append(f"it was taken for {short(record)}, and is known to be of {short(expected)}")
        person = whose(letter)
        found = books.record(record)
        if isinstance(letter, Message):
            self.owners.setdefault(record, person)
            if letter.phone and decision not in UNDECIDED and books.holder(letter.phone) == found:
                self.proved(letter.phone, person, letter.sent_at)
        elif decision != "announced_conflict" and letter.left:
            self.proved(letter.left, person, letter.happened_at, has_it=False)
        for told in self._announcements():  # also those that came before anybody was known
            if told.person is person and told.change.to_phone and books.holder(told.change.to_phone) == found:
                self.proved(told.change.to_phone, person, told.happened_at)

    def _announcements(self) -> Iterator[Announcement]:
        return (letter for letter in self.arrived.values() if isinstance(letter, Announcement))

    def _changes_of(self, user_id: str | None) -> list[Announcement]:
        """The announcements that gave a user id up."""
        return [told for told in self._announcements() if user_id and told.change.from_user_id == user_id]

    def _expected(self, letter: Letter, before: Books) -> UUID | None:
        """The record that a letter surely belongs to; None where none is known or staff have to say."""
        if isinstance(letter, Message):
            phone, user_id, sent_at = letter.phone, letter.user_id, self.world.by_the_machine(letter.sent_at)
        else:
            phone, user_id = letter.change.from_phone, letter.change.from_user_id
            sent_at = self.world.by_the_machine(letter.happened_at)
        person = whose(letter)
        if person.is_parted:
            return None
        for held in reversed(before.history):
            if held.value == user_id and held.cause != "mistake":
                return held.customer_id
        if any(told is not letter for told in self._changes_of(user_id)):
            return None  # the user id was given up before: it says nothing about the number
        if any(
            held.value == phone and held.cause in BY_STAFF and held.from_at > sent_at
            for held in before.history
        ):
            return None  # staff moved records about meanwhile
        for record in holders_at(before, phone, sent_at)[:1]:
            is_theirs = self.owner(record.id, before) is person and record.user_id in (
                None,
                user_id or record.user_id,
            )
            if is_theirs and not is_doubtful(before, record, None, sent_at):
                return record.id
        return None

    def proved(self, number: str, person: Person, at: datetime, *, has_it: bool = True) -> None:
        self.proofs.setdefault(number, []).append(Proof(at, person, has_it))

    def _has_left(self, phone: str, but_not: Person, at: datetime) -> bool:
        """True when it was announced of somebody else that they left the number after that moment."""
        return any(
            told.left == phone and told.person is not but_not and told.happened_at >= at
            for told in self._announcements()
        )

    def owner(self, record: UUID | None, books: Books) -> Person | None:
        """Whose record it is, also through merges."""
        for one, person in self.owners.items():
            if books.survivor(one) == record:
                return person
        return None

    def broken(self, books: Books) -> Iterator[str]:
        """Every promise that the books break."""
        yield from books.broken
        yield from self.wrong
        yield from self._mixed(books)
        yield from self._split(books)
        yield from self._stolen(books)

    def _mixed(self, books: Books) -> Iterator[str]:
        """No record ever holds two people."""
        people: dict[UUID, set[Person]] = {}
        for entry in books.inbox:
            letter = self.arrived.get(entry.wamid)
            record = books.survivor(entry.customer_id)
            if isinstance(letter, Message) and record and entry.decision != "unproven_number":
                people.setdefault(record, set()).add(letter.author)
        for held in books.history:
            record = books.survivor(held.customer_id)
            if held.kind == "whatsapp_user_id" and record and held.cause != "mistake":
                people.setdefault(record, set()).add(self.world.user_ids[held.value])
        for record, person in self.owners.items():
            if survivor := books.survivor(record):
                people.setdefault(survivor, set()).add(person)
        for record, those in people.items():
            if len(those) > 1:
                yield f"the record {short(record)} holds {' and '.join(sorted(map(str, those)))}"

    def _split(self, books: Books) -> Iterator[str]:
        """A user id stands with one record for ever, and all that came with it lies there."""
        records: dict[str, set[UUID]] = {}
        for held in books.history:
            if held.kind == "whatsapp_user_id" and held.cause != "mistake":
                records.setdefault(held.value, set()).add(
                    books.survivor(held.customer_id) or held.customer_id
                )
        for entry in books.inbox:
            letter = self.arrived.get(entry.wamid)
            if isinstance(letter, Message) and letter.user_id and entry.decision != "unproven_number":
                records.setdefault(letter.user_id, set()).update(
                    filter(None, [books.survivor(entry.customer_id)])
                )
        for user_id, those in records.items():
            if len(those) > 1 and not self.world.user_ids[user_id].is_parted:
                yield f"{user_id} has the records {', '.join(sorted(map(short, those)))}"

    def _stolen(self, books: Books) -> Iterator[str]:
        """A number stands with who proved last to have it, by WhatsApp's clock; a user id with its person."""
        for record in books.records.values():
            owner = self.owner(record.id, books)
            if owner and record.user_id and self.world.user_ids[record.user_id] is not owner:
                yield f"{record.user_id} stands on the record of {owner}"
            last = self.last_proof(record.phone) if owner and record.phone else None
            if last and (last.person is owner) != last.has_it:
                yield f"{record.phone} stands on the record of {owner}; {last.person} {last}"

    def last_proof(self, number: str) -> "Proof | None":
        return max(self.proofs.get(number, []), key=lambda proof: proof.at, default=None)

    def leaked(self, books: Books, out: Outgoing, sent: Sent) -> Iterator[str]:
        """What was sent and should not have reached whom it reaches, as far as the shop could know."""
        owner = self.owner(books.survivor(sent.customer_id), books)
        text = out.content.text
        names = [name for name in NAMES if name in text]
        if owner and any(name != owner.name for name in names):
            yield f"“{text}” of {owner} names somebody else"
        if sent.is_impersonal or sent.decision == "unproven_number":
            if PERSONAL.search(text):
                yield f"“{text}” is personal and answers what nobody proved"
            return
        if out.to is None:
            reached = self.world.user_ids[out.recipient] if out.recipient else None
        else:
            reached = self.world.has_number(out.to)
            last = self.last_proof(out.to)
            is_known = (last is not None and last.person is not owner) or books.is_in_doubt(sent.customer_id)
            if reached is not owner and not is_known:
                return  # they lost the number, and nobody told
        if reached and owner and reached is not owner:
            yield f"“{text}” of {owner} reaches {reached}"

    def is_undecidable(self, books: Books, letter: Letter) -> bool:
        """True when the number alone would say who it is, and the books have another without any sign of it.

        These are exactly what nobody can know: within 45 days, with the same keys or none, somebody else
        has the number and no user id tells them apart.
        """
        if isinstance(letter, Announcement):
            return self._is_undecidable_change(books, letter)
        at = self.world.by_the_machine(letter.sent_at)
        writer = books.holder(None, letter.user_id)
        phones = [letter.phone, *(each.change.to_phone for each in self._changes_of(letter.user_id))]
        for record in (each for phone in phones if phone for each in holders_from(books, phone, at)):
            if self.owner(record.id, books) is letter.author or is_doubtful(
                books, record, letter.key_hash, at
            ):
                continue
            if letter.user_id is None or (record.user_id is None and not (writer and writer.phone)):
                return True
        return bool(
            not letter.user_id
            and letter.phone
            and self._has_left(letter.phone, letter.author, letter.sent_at)
        )

    def _is_undecidable_change(self, books: Books, letter: Announcement) -> bool:
        change, at = letter.change, self.world.by_the_machine(letter.happened_at)
        if not (change.from_user_id and self._was_seen(books, change.from_user_id)):
            for record in holders_from(books, change.from_phone, at):
                is_theirs = self.owner(record.id, books) is letter.person
                if not is_theirs and (change.from_user_id is None or record.user_id is None):
                    return True
            if change.from_phone and self._has_left(change.from_phone, letter.person, letter.happened_at):
                return True
        newest = books.holder(change.to_phone)
        return bool(
            newest
            and self.owner(newest.id, books) is not letter.person
            and (change.to_user_id is None or newest.user_id is None)
            and any(
                held.value == change.to_phone
                and held.customer_id == newest.id
                and at - timedelta(minutes=5) <= held.from_at <= at + timedelta(days=1)
                for held in books.history
            )
        )

    def _was_seen(self, books: Books, user_id: str) -> bool:
        return any(held.value == user_id for held in books.history)


def holders_at(books: Books, phone: str | None, at: datetime) -> list[Record]:
    """On whose records the number stood at that moment, the latest first."""
    then = [
        books.record(held.customer_id)
        for held in sorted(books.history, key=lambda held: held.from_at, reverse=True)
        if phone
        and held.value == phone
        and held.from_at <= at
        and (held.until_at is None or held.until_at >= at)
    ]
    return list(filter(None, then))


def holders_from(books: Books, phone: str | None, at: datetime) -> list[Record]:
    """On whose records the number stood at that moment or first after it, and stands now."""
    later = [held for held in books.history if phone and held.value == phone and held.from_at > at]
    first = min(later, key=lambda held: held.from_at, default=None)
    now = books.holder(phone)
    found = [*holders_at(books, phone, at), first and books.record(first.customer_id), now]
    return list({record.id: record for record in found if record}.values())


def is_doubtful(books: Books, record: Record, key_hash: str | None, at: datetime) -> bool:
    """True when the record is silent for long, or what is known of it says that the number may have moved."""
    return (
        record.seen_at < at - STALE
        or bool(key_hash and record.key_hash and key_hash != record.key_hash)
        or books.is_in_doubt(record.id)
    )


def short(record: UUID) -> str:
    return str(record)[:4]
