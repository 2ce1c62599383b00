"""What to do about everything that one customer wrote since the last answer. Pure: no clock, no database.

A message with an intent (a button, a keyword, STOP) is answered. All others together get at most one
reply, and a greeting comes at most once in ten minutes: every reply is billed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from luminous.inbox import Message
from luminous.messages import Content
from luminous.phone import Phone
from luminous.replies import wording
from luminous.replies.intents import Intent, asks_for_something, intent_of, shared_number, wants_an_answer
from luminous.subscriptions import Entitlements


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop, as its customers know it."""

    name: str
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer depends on, besides the messages."""

    shop: Shop
    customer_name: str
    has_opted_out: bool
    plan: Entitlements
    was_greeted: bool
    was_greeted_recently: bool
    with_person: bool
    is_proven: bool = True  # False: the number may have changed hands, so that nothing personal is said

    @property
    def name_to_say(self) -> str | None:
        """The customer's name, where it is surely they who read it."""
        return self.customer_name if self.is_proven else None

    @property
    def plan_ends_at(self) -> datetime | None:
        """The plan's end on the shop's wall clock."""
        end = self.plan.valid_until
        return None if end is None else end.astimezone(self.shop.timezone)


@dataclass(frozen=True, slots=True)
class Say:
    """Owe the customer this reply. greets: it counts as a greeting."""

    content: Content
    greets: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the conversation to a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class SetConsent:
    """Record what the customer allows."""

    consent: Literal["opted_in", "opted_out"]


@dataclass(frozen=True, slots=True)
class TakeNumber:
    """They shared their own number. If we had asked for it, it is taken and `thanks` is said."""

    phone: Phone
    thanks: Content


Act = Say | HandOver | SetConsent | TakeNumber


@dataclass(frozen=True, slots=True)
class Step:
    """Messages, what was decided about them in a few words, and what to do."""

    messages: tuple[Message, ...]
    answer: str
    acts: tuple[Act, ...] = ()


def decide(context: Context, messages: Sequence[Message]) -> list[Step]:
    """Settle every message, in order of arrival."""
    has_opted_out = context.has_opted_out
    asked: dict[Intent, list[Message]] = {}
    spoken: list[Message] = []
    silent: list[Message] = []
    shared: list[Step] = []
    for message in messages:
        if (phone := shared_number(message)) is not None and context.is_proven:
            shared.append(Step((message,), "shared number", (TakeNumber(phone, wording.number_noted()),)))
            continue
        intent = intent_of(message) if wants_an_answer(message) else None
        if intent == "start" and not has_opted_out:
            intent = None  # nobody comes back who never left: it is a greeting
        has_opted_out = intent == "stop" or (has_opted_out and intent != "start")
        if intent is not None:
            # The later of STOP and START counts, so a word said again moves to the end.
            asked[intent] = [*asked.pop(intent, []), message]
        elif wants_an_answer(message):
            spoken.append(message)
        else:
            silent.append(message)

    steps = [*shared, Step(tuple(silent), "needs no answer")] if silent else shared
    if context.with_person:
        return steps + _for_the_person(context, asked, spoken)
    return steps + _answer_speech(context, spoken, asked) + _answer_intents(context, asked)


def _for_the_person(
    context: Context, asked: dict[Intent, list[Message]], spoken: list[Message]
) -> list[Step]:
    """While a person has the conversation the bot is silent; STOP and START count all the same."""
    consent: dict[Intent, list[Message]] = {}
    waiting = list(spoken)
    for intent, said in asked.items():
        if intent in ("stop", "start"):
            consent[intent] = said
        else:
            waiting += said
    steps = [Step(tuple(waiting), "a person answers")] if waiting else []
    return steps + _answer_intents(context, consent)


def _answer_speech(context: Context, spoken: list[Message], asked: dict[Intent, list[Message]]) -> list[Step]:
    """Words, pictures and greetings: one reply to all of them, or none."""
    if not spoken and not asked:
        return []
    asks = any(asks_for_something(message) for message in spoken)
    hand_over = (HandOver("asks for something"),) if asks else ()
    said = tuple(spoken)
    if context.is_proven and not context.was_greeted and "stop" not in asked:
        welcome = wording.welcome(
            context.shop.name, context.customer_name, context.plan, context.plan_ends_at, asks=asks
        )
        return [Step(said, "welcome", (Say(welcome, greets=True), *hand_over))]
    if not context.was_greeted_recently and not asked:
        greeting = wording.greeting(context.shop.name, context.name_to_say, asks=asks)
        return [Step(said, "greeting", (Say(greeting, greets=True), *hand_over))]
    if asks:
        return [Step(said, "request received", (Say(wording.request_received()), *hand_over))]
    return [Step(said, "courtesy")] if said else []


def _answer_intents(context: Context, asked: dict[Intent, list[Message]]) -> list[Step]:
    return [Step(tuple(said), intent, _acts(context, intent)) for intent, said in asked.items()]


def _acts(context: Context, intent: Intent) -> tuple[Act, ...]:
    match intent:
        case "plan" | "start" if not context.is_proven:
            return (Say(wording.who_is_writing()), HandOver("has to be recognised first"))
        case "price":
            return (Say(wording.how_to_ask()),)
        case "plan":
            return (Say(wording.my_plan(context.plan, context.plan_ends_at)),)
        case "person":
            return (Say(wording.handed_over()), HandOver("asked for a person"))
        case "menu":
            return (Say(wording.menu()),)
        case "stop":
            return (SetConsent("opted_out"), Say(wording.stopped(context.shop.name)))
        case "start":
            return (SetConsent("opted_in"), Say(wording.started(context.shop.name)))
