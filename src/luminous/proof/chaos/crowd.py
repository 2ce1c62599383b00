"""Who writes, what, and in which webhooks: drawn once, before the run."""

import random
from dataclasses import dataclass, replace

from luminous.proof.chaos.plan import Plan
from luminous.proof.stage.bodies import Message, Person, webhook

MESSAGES_EACH = 6  # of one person, on average
BATCHES = 0.1  # of all webhooks
LARGEST_BATCH = 8
LONGEST_SPREAD = 2.0  # seconds by which a webhook may arrive before or after its turn
FEEDING = 0.9  # of the time in which things are killed

# What people write, and how often. Words of the menu are answered each time they are asked.
WORDS = {
    "Hello": 25,
    "price": 20,
    "plan": 20,
    "menu": 20,
    "thanks": 5,
    "stop": 3,
    "start": 3,
    "Can you get me https://shop.example/lamp ?": 3,
    "person": 1,
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """One body, when it is first due (seconds after the start), and the messages in it."""

    due_at: float
    body: bytes
    wamids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """All that will be posted. writers: of each message id, the number of the person."""

    webhooks: tuple[Webhook, ...]
    writers: dict[str, int]


def gather(plan: Plan, sent_at: int) -> Crowd:
    """Draw the people and everything that they write. sent_at: what all messages say, in Unix seconds."""
    dice = plan.dice("crowd")
    people = max(1, plan.webhooks // MESSAGES_EACH)
    writers: dict[str, int] = {}
    webhooks = [_webhook(plan, dice, number, people, writers, sent_at) for number in range(plan.webhooks)]
    return Crowd(tuple(webhooks), writers)


def addresses(writer: int) -> frozenset[str]:
    """Where a reply to this person may go."""
    whole = _whole(writer)
    return frozenset((f"+{whole.wa_id}", str(whole.user_id)))


def _webhook(
    plan: Plan, dice: random.Random, number: int, people: int, writers: dict[str, int], sent_at: int
) -> Webhook:
    """The next body. The crowd grows while it writes, so that somebody is new at any time."""
    known = 1 + people * number // plan.webhooks
    size = dice.randint(2, LARGEST_BATCH) if dice.random() < BATCHES else 1
    messages: list[Message] = []
    for place in range(size):
        writer = known - 1 if dice.random() < 0.25 else dice.randrange(known)
        (words,) = dice.choices(list(WORDS), list(WORDS.values()))
        wamid = f"wamid.CHAOS{plan.seed}.{number}.{place}"
        button = words in ("price", "plan", "menu") and dice.random() < 0.5
        messages.append(Message(_shown(writer, dice), wamid, words, button, sent_at))
        writers[wamid] = writer
    turn = number / plan.webhooks * plan.seconds * FEEDING
    spread = min(LONGEST_SPREAD, plan.seconds * (1 - FEEDING))
    due_at = max(0.0, turn + dice.uniform(-spread, spread))
    return Webhook(due_at, webhook(messages), tuple(message.wamid for message in messages))


def _shown(writer: int, dice: random.Random) -> Person:
    """What WhatsApp shows of this person now: one of five manners, each of which names them without doubt."""
    whole = _whole(writer)
    phone_alone, user_id_alone = replace(whole, user_id=None), replace(whole, wa_id=None)
    match writer % 5:
        case 0:
            return phone_alone
        case 1:
            return user_id_alone
        case 2:
            return whole
        case 3:
            return dice.choice((whole, phone_alone))
        case _:
            return dice.choice((whole, user_id_alone))


def _whole(writer: int) -> Person:
    return Person(f"Person {writer}", f"256772{writer:06}", f"UG.{10**12 + writer}")
