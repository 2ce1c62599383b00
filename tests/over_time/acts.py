"""What can happen. Each act looks at the world as it is, and is passed over where it has nothing to do."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

from luminous.messages import IdentityChange
from luminous.phone import UserId

from .story import Story
from .world import Announcement, Handset, Message, whose

TEXTS = ("hello", "plan", "START", "price", "https://shop.example/shoes", "thank you")
Act = Callable[[Story, Random], Awaitable[bool]]  # False: there was nothing to do


async def writes(story: Story, random: Random) -> bool:
    """Somebody writes; mostly it arrives at once."""
    phones = list(story.world.phones())
    if not phones:
        return False
    letter = message(story, random, random.choice(phones))
    if random.random() < 0.3:
        story.world.under_way.append(letter)
        story.tell(f"{letter} is under way")
        return True
    await story.deliver(letter)
    return True


def message(story: Story, random: Random, phone: Handset) -> Message:
    """What a person sends now: Meta shows the number, the user id or both, the gateway the number alone."""
    shows = random.choices(["both", "number", "gateway"], [8, 1, 2])[0]
    if phone.hides_number and shows != "gateway":
        shows = "user id"
    return Message(
        wamid=story.world.new_wamid(),
        author=phone.owner,
        channel="gateway" if shows == "gateway" else "meta",
        phone=None if shows == "user id" else phone.number,
        user_id=phone.user_id if shows in ("both", "user id") else None,
        key_hash=phone.key_hash if shows in ("both", "number") and random.random() < 0.5 else None,
        text=random.choice(TEXTS),
        sent_at=story.world.now(),
    )


async def arrives(story: Story, random: Random) -> bool:
    """Something that was under way arrives; now and then it stays under way as well, and comes twice."""
    if not story.world.under_way:
        return False
    letter = random.choice(story.world.under_way)
    if random.random() < 0.8:
        story.world.under_way.remove(letter)
    await story.deliver(letter)
    return True


async def arrive_at_once(story: Story, random: Random) -> bool:
    """One person's two messages, or a message and an announcement, in two processes."""
    writers = [letter for letter in story.world.under_way if isinstance(letter, Message)]
    if not writers:
        return False
    first = random.choice(writers)
    others = [
        letter for letter in story.world.under_way if letter is not first and whose(letter) is first.author
    ]
    phone = next((phone for phone in story.world.phones() if phone.owner is first.author), None)
    if not others and phone is None:
        return False
    second = random.choice(others) if others or phone is None else message(story, random, phone)
    pair = [first, second] if random.random() < 0.5 else [second, first]
    for letter in pair:
        if letter in story.world.under_way:
            story.world.under_way.remove(letter)
    await story.deliver_both(*pair)
    return True


async def answers(story: Story, random: Random) -> bool:
    """The shop answers and sends."""
    return await story.answer()


async def hides_or_shows(story: Story, random: Random) -> bool:
    phones = list(story.world.phones())
    if not phones:
        return False
    phone = random.choice(phones)
    phone.hides_number = not phone.hides_number
    story.tell(f"{phone.owner} {'hides' if phone.hides_number else 'shows'} {phone.number}")
    return True


async def reinstalls(story: Story, random: Random) -> bool:
    phones = list(story.world.phones())
    if not phones:
        return False
    phone = random.choice(phones)
    story.world.reinstalls(phone)
    story.tell(f"{phone.owner} installs WhatsApp anew on {phone.number}: {phone.key_hash}")
    return True


async def changes_number(story: Story, random: Random) -> bool:
    """Somebody moves to a free number, perhaps another's of before. WhatsApp may say so, sometime."""
    phones, free = list(story.world.phones()), story.world.free_numbers()
    if not phones or not free:
        return False
    await story.pass_time(timedelta(minutes=20))
    phone = random.choice(phones)
    old = (phone.number, phone.user_id)
    story.world.registers(phone, random.choice(free))
    story.tell(f"{phone.owner} moves from {old[0]} {old[1]} to {phone.number} {phone.user_id}")
    moment = story.world.now()
    for _ in range(random.choices([0, 1, 2], [3, 5, 4])[0]):
        change = in_some_shape(random, IdentityChange(*old, phone.number, phone.user_id))
        said = Announcement(story.world.new_wamid(), phone.owner, change, moment)
        if random.random() < 0.5:
            await story.deliver(said)
        else:
            story.world.under_way.append(said)
            story.tell(f"{said} is under way")
    await story.pass_time(timedelta(minutes=20))
    return True


def in_some_shape(random: Random, told: IdentityChange) -> IdentityChange:
    """What an announcement tells of a change; its shapes differ in that alone."""
    return random.choice(
        [
            told,
            told,
            IdentityChange(told.from_phone, None, told.to_phone, None),
            IdentityChange(None, told.from_user_id, None, told.to_user_id),
            IdentityChange(told.to_phone, told.from_user_id, told.to_phone, told.to_user_id),
            IdentityChange(told.from_phone, told.from_user_id, told.to_phone, None),
        ]
    )


async def loses_number(story: Story, random: Random) -> bool:
    """The operator takes a number back."""
    phones = list(story.world.phones())
    if not phones:
        return False
    phone = random.choice(phones)
    story.tell(f"{phone.owner} loses {phone.number}")
    phone.number = None
    return True


async def gets_number(story: Story, random: Random) -> bool:
    """Somebody without a number, or who buys a second phone, gets a free one, perhaps another's of before."""
    free = story.world.free_numbers()
    person = random.choice(story.world.people)
    without = [phone for phone in person.phones if phone.number is None]
    if not free or not (without or len(person.phones) < (2 if random.random() < 0.2 else 1)):
        return False
    await story.pass_time(timedelta(minutes=20))
    if not without:
        person.phones.append(Handset(person, None, UserId("UG.0"), "key0"))
    phone = without[0] if without else person.phones[-1]
    story.world.registers(phone, random.choice(free))
    story.tell(f"{person} has {phone.number} {phone.user_id} {phone.key_hash}")
    return True


async def time_passes(story: Story, random: Random) -> bool:
    await story.pass_time(timedelta(days=random.choice([1, 20, 44, 46, 60]), hours=1))
    return True
