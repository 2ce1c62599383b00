"""What to do about everything that one customer wrote since the last answer. Pure: no clock, no database.

A message with an intent (a button, a keyword, STOP) is answered. All others together are one request, or get
at most one reply; a greeting comes at most once in ten minutes: every reply is billed. What an act comes to
(is the plan's limit reached, does that button still count) is the database's answer, worded in `doing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from luminous.accounts import Site
from luminous.catalogues import Catalogue, catalogue
from luminous.inbox import Message
from luminous.messages import Content
from luminous.quotes import Letterhead, pieces_of
from luminous.replies import wording
from luminous.replies.acts import (
    Act,
    ChangePlan,
    Complete,
    Connect,
    DecideInWords,
    Disown,
    HandOver,
    Opening,
    Pay,
    Request,
    Say,
    SendLink,
    SetConsent,
    Show,
    TakeNumber,
)
from luminous.replies.commands import Command, command_of
from luminous.replies.intents import (
    Intent,
    ShopIntent,
    asks_for_something,
    connect_code,
    decision_in_words,
    intent_of,
    is_for_a_person,
    shared_number,
    wants_an_answer,
)
from luminous.replies.order_acts import OrderAct
from luminous.replies.order_commands import order_in_words
from luminous.subscriptions import Entitlements

ABOUT_THE_ACCOUNT = ("account", "not_me")


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop, as its customers know it."""

    name: str
    timezone: ZoneInfo
    language: str = "en"
    number: str = ""  # of WhatsApp, E.164; empty: documents show no way to it
    site: Site | None = None  # the website, where there is one
    region: str = "UG"  # of numbers that are written without their country
    takes_momo: bool = False  # MTN Mobile Money can be asked for
    other_ways_to_pay: str = ""  # as customers read them; empty: a person says them

    @property
    def words(self) -> Catalogue:
        """What it says, in its language."""
        return catalogue(self.language)

    @property
    def letterhead(self) -> Letterhead:
        """The shop on a document."""
        return Letterhead(self.name, self.number, self.timezone.key, self.language)


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
    is_silent: bool = False  # nothing is said: they had too many answers just now
    has_offer: bool = False  # a quotation waits for their decision
    is_proven: bool = True  # False: the number may have changed hands, so that nothing personal is said

    @property
    def words(self) -> Catalogue:
        """What is said, in the shop's language."""
        return self.shop.words

    @property
    def name_to_say(self) -> str | None:
        """The customer's name, where it is surely they who read it."""
        return self.customer_name if self.is_proven else None

    @property
    def plan_ends_at(self) -> datetime | None:
        """The plan's end on the shop's wall clock."""
        return self.on_the_wall(self.plan.valid_until)

    def on_the_wall(self, at: datetime | None) -> datetime | None:
        """An instant on the shop's wall clock."""
        return None if at is None else at.astimezone(self.shop.timezone)


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
    pressed: list[Step] = []
    spoken: list[Message] = []
    silent: list[Message] = []
    shared: list[Step] = []
    for message in messages:
        if (phone := shared_number(message)) is not None and context.is_proven:
            noted = TakeNumber(phone, wording.number_noted(context.words))
            shared.append(Step((message,), "shared number", (noted,)))
            continue
        command = command_of(message.choice) or (not message.choice and _command_in_words(context, message))
        if command and message.group_id is None:
            pressed.append(_press(context, message, command))
            continue
        intent = intent_of(message) if wants_an_answer(message) else None
        if intent in ABOUT_THE_ACCOUNT and context.shop.site is None:
            intent = None
        if intent is None and message.choice is not None:
            intent = "menu"  # a button of long ago asks for nothing that is known today
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
        return steps + _for_the_person(context, asked, spoken) + pressed
    speech = _answer_speech(context, spoken, asked, has_pressed=bool(pressed))
    return steps + speech + _answer_intents(context, asked) + pressed


def _command_in_words(context: Context, message: Message) -> DecideInWords | Connect | OrderAct | None:
    """What says by itself what it is about: a decision on a quotation, the code that the website shows."""
    code = connect_code(message) if context.shop.site else None
    said = Connect(*code) if code else decision_in_words(message)
    if said is None and not context.with_person:  # a number may be meant for the person who answers
        said = order_in_words(message)
    return said


def _press(context: Context, message: Message, command: Command | DecideInWords | Connect) -> Step:
    """A button that says what it is about works at any time, also while a person has the conversation."""
    if not context.is_proven:
        return Step((message,), "has to be recognised first", _recognise(context))
    return Step((message,), "pressed a button" if message.choice else "said what to do", (command,))


def _for_the_person(
    context: Context, asked: dict[Intent, list[Message]], spoken: list[Message]
) -> list[Step]:
    """While a person has the conversation the bot is silent; STOP, START and one's own account work."""
    consent: dict[Intent, list[Message]] = {}
    waiting = list(spoken)
    for intent, said in asked.items():
        if intent in ("stop", "start", *ABOUT_THE_ACCOUNT):
            consent[intent] = said
        else:
            waiting += said
    steps = [Step(tuple(waiting), "a person answers")] if waiting else []
    return steps + _answer_intents(context, consent)


def _answer_speech(
    context: Context, spoken: list[Message], asked: dict[Intent, list[Message]], *, has_pressed: bool
) -> list[Step]:
    """Words, pictures and greetings: one request, one reply to all of them, or none."""
    if not spoken and not asked:
        return []
    wanted = [message for message in spoken if asks_for_something(message)]
    handed = [message for message in spoken if is_for_a_person(message)]
    is_new = context.is_proven and not context.was_greeted and "stop" not in asked
    greets = is_new or not (context.was_greeted_recently or asked or has_pressed)
    opening: Opening | None = ("welcome" if is_new else "greeting") if greets else None
    said = tuple(spoken)
    if handed or (wanted and not context.is_proven):
        return [Step(said, "for a person", _pass_on(context, opening))]
    if wanted:
        pieces = [piece for each in wanted for piece in pieces_of(each.kind, each.text, each.id)]
        return [Step(said, "request", (Request(tuple(pieces), opening),))]
    if opening is None:
        return [Step(said, "courtesy")] if said else []
    if opening == "greeting" and context.has_offer and context.is_proven and not asked:
        return [Step(said, opening, (DecideInWords("show", greets=True),))]
    # What they asked for is answered right below it, with its own buttons.
    is_answered = bool(asked) or has_pressed
    hello = opened(context, opening, Content("")) if is_answered else _hello(context, opening)
    return [Step(said, opening, (Say(hello, greets=True),))]


def opened(context: Context, opening: Opening | None, content: Content) -> Content:
    """What is said, after the welcome or the greeting where one is due."""
    words, shop = context.words, context.shop
    match opening:
        case None:
            return content
        case "welcome":
            text = wording.opening_welcome(
                words, shop.name, context.customer_name, context.plan, context.plan_ends_at, content.text
            )
        case "greeting":
            text = wording.opening_greeting(words, shop.name, context.name_to_say, content.text)
    return replace(content, text=text)


def _hello(context: Context, opening: Opening) -> Content:
    shop, words = context.shop, context.words
    if opening == "welcome":
        return wording.welcome(words, shop.name, context.customer_name, context.plan, context.plan_ends_at)
    return wording.greeting(words, shop.name, context.name_to_say)


def _pass_on(context: Context, opening: Opening | None) -> tuple[Act, ...]:
    """Something that a person reads first: a place, somebody's number, a wish from a number in doubt."""
    reads = opened(context, opening, wording.a_person_reads_it(context.words))
    return (Say(reads, greets=opening is not None), HandOver("asks for something"))


def _recognise(context: Context) -> tuple[Act, ...]:
    return (Say(wording.who_is_writing(context.words)), HandOver("has to be recognised first"))


def _answer_intents(context: Context, asked: dict[Intent, list[Message]]) -> list[Step]:
    return [Step(tuple(said), intent, _acts(context, intent)) for intent, said in asked.items()]


def _acts(context: Context, intent: Intent) -> tuple[Act, ...]:
    match intent:
        case "price":
            return (Say(wording.how_to_ask(context.words)),)
        case "person":
            return (Say(wording.handed_over(context.words)), HandOver("asked for a person"))
        case "menu":
            return (Say(wording.menu(context.words, has_website=context.shop.site is not None)),)
        case "stop":
            return (SetConsent("opted_out"), Say(wording.stopped(context.words, context.shop.name)))
        case _ if not context.is_proven:
            return _recognise(context)
        case "start":
            return (SetConsent("opted_in"), Say(wording.started(context.words, context.shop.name)))
        case _:
            return (_act_for_the_shop(intent),)


def _act_for_the_shop(intent: ShopIntent) -> Act:
    match intent:
        case "done":
            return Complete()
        case "pay":
            return Pay()
        case "account":
            return SendLink()
        case "not_me":
            return Disown()
        case "quotes" | "orders" | "track" | "plan" | "upgrade":
            return Show(intent)
        case "cancel_plan" | "keep_plan":
            return ChangePlan(intent)
        case "accept" | "decline" | "ask" | "again" | "withdraw":
            return DecideInWords(intent)
