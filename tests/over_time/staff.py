"""What staff do. They call the number and learn who has it, so that they answer truly; at times they slip."""

from datetime import timedelta
from random import Random
from uuid import UUID

from .desk import Books, Question
from .story import Broken, Story
from .world import Message, Person


async def settles(story: Story, random: Random) -> bool:
    """Staff answer an open question, where calling the number can answer it."""
    books = await story.look()
    if not books.questions:
        return False
    question = random.choice(books.questions)
    is_same = truth(story, books, question)
    if is_same is None:
        return False
    story.tell(
        f"staff: {question.decision} of {str(question.holder_id)[:4]} is {'one' if is_same else 'two'}"
    )
    await story.desk.settle(question, is_same=is_same)
    story.books = None
    await note_what_was_settled(story, question, is_same=is_same)
    await story.check()
    return True


def truth(story: Story, books: Books, question: Question) -> bool | None:
    """One person, or two; None where a call does not tell."""
    holder = story.ledger.owner(question.holder_id, books)
    if question.decision == "unproven_number":
        writers = strangers(story, books, question)
        has_it = story.world.has_number(question.phone or "")
        return None if len(writers) != 1 or has_it not in writers else writers == {holder}
    if question.decision == "announced_conflict" and question.writer_id is None:
        changed = story.world.user_ids.get(question.user_id or "") or story.world.has_number(
            question.phone or ""
        )
        return None if changed is None else changed is holder
    writer = story.ledger.owner(question.writer_id, books)
    if question.phone and story.world.has_number(question.phone) is not writer:
        return None
    return writer is holder


def strangers(story: Story, books: Books, question: Question) -> set[Person | None]:
    """Who wrote what is not proven on the holder's record."""
    letters = (
        story.ledger.arrived.get(entry.wamid)
        for entry in books.inbox
        if entry.customer_id == question.holder_id and entry.decision == "unproven_number"
    )
    return {letter.author for letter in letters if isinstance(letter, Message)}


async def note_what_was_settled(story: Story, question: Question, *, is_same: bool) -> None:
    """Who has the number now, by what staff learnt."""
    books = await story.look()
    record = books.holder(question.phone)
    person = story.world.has_number(question.phone or "")
    if record and person:
        story.ledger.owners.setdefault(record.id, person)
        story.ledger.proved(question.phone or "", person, story.world.now())


async def merges(story: Story, random: Random) -> bool:
    """Two records of one person become one; perhaps they are taken apart again a day later."""
    books = await story.look()
    pairs = [
        (one, other)
        for one in books.records
        for other in books.records
        if one != other and is_one(story, books, one, other)
    ]
    if not pairs:
        return False
    one, other = random.choice(pairs)
    merge_id = await story.desk.merge(one, other, "confirmed")
    story.books = None
    story.tell(f"staff merge {str(one)[:4]} into {str(other)[:4]}")
    await story.check()
    if random.random() < 0.3:
        await story.pass_time(timedelta(days=1))
        person = story.ledger.owner(other, books)
        await story.desk.undo(merge_id)
        story.books = None
        story.tell("staff undo it")
        if person:
            person.is_parted = True
        await story.check()
    return True


def is_one(story: Story, books: Books, one: UUID, other: UUID) -> bool:
    owner = story.ledger.owner(one, books)
    return owner is not None and owner is story.ledger.owner(other, books)


async def slips(story: Story, random: Random) -> bool:
    """Two people are merged by mistake, which is noticed at once: both are as they were."""
    books = await story.look()
    if len(books.records) < 2:
        return False
    one, other = random.sample(sorted(books.records), 2)
    if is_one(story, books, one, other):
        return False
    await story.desk.undo(await story.desk.merge(one, other, "mistake"))
    story.books = None
    story.tell(f"staff merge {str(one)[:4]} into {str(other)[:4]} by mistake, and undo it")
    after = await story.look()
    if after.records != books.records:
        raise Broken("\n".join([*story.told, "", f"BROKEN: {books.records} became {after.records}"]))
    await story.check()
    return True
