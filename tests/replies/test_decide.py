"""What is decided about messages: how much is said, and to whom the bot is silent."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from luminous.inbox import Message
from luminous.quotes import Piece
from luminous.replies import Context, HandOver, Request, Say, SetConsent, Step, decide, wording
from luminous.replies.acts import BuyPlan, ChangePlan, Complete, DecideInWords, DecideOn, Pay, Show
from luminous.subscriptions import Entitlements
from tests.shop import KAMPALA

GUEST = Entitlements(
    plan_code="guest",
    plan_name="Guest User",
    price=0,
    currency="UGX",
    service_fee_percent=Decimal(15),
    service_fee_discount_percent=Decimal(0),
    shipping_discount_percent=Decimal(0),
    open_quote_limit=1,
    is_ending=False,
    is_trial=True,
    valid_until=datetime(2026, 12, 21, 22, 30, tzinfo=UTC),  # already the 22nd in Kampala
)


def message(text: str = "", kind: str = "text", choice: str | None = None, number: int = 1) -> Message:
    now = datetime.now(UTC)
    return Message(number, "meta", f"wamid.{number}", "1", kind, text, choice, None, False, True, now)


def context(
    *,
    greeted: bool = True,
    recently: bool = False,
    with_person: bool = False,
    opted_out: bool = False,
    proven: bool = True,
) -> Context:
    return Context(
        KAMPALA, "Amina Nakato", opted_out, GUEST, greeted, recently, with_person, is_proven=proven
    )


def texts(steps: list[Step]) -> list[str]:
    return [act.content.text for step in steps for act in step.acts if isinstance(act, Say)]


def acts(steps: list[Step]) -> list[object]:
    return [act for step in steps for act in step.acts if not isinstance(act, Say)]


NEW = context(greeted=False)
RETURNING = context()
JUST_GREETED = context(recently=True)
WITH_PERSON = context(with_person=True)


def test_first_words_get_one_welcome_with_shop_plan_and_how_to_stop() -> None:
    (said,) = texts(decide(NEW, [message("Hello"), message("Hi", number=2)]))

    assert "Hello Amina, welcome to Pearl Shopping!" in said
    assert "*Guest User* (free, valid until 22 December 2026, 1 open quotation at a time)" in said
    assert "STOP" in said


def test_first_words_that_ask_for_something_are_welcomed_and_become_a_request() -> None:
    steps = decide(NEW, [message("https://shop.example/shoes size 42")])

    pieces = (Piece("link", "size 42", "https://shop.example/shoes", inbox_id=1),)
    assert acts(steps) == [Request(pieces, "welcome")]
    assert texts(steps) == [], "the answer to the request is said with the welcome"


def test_returning_customer_is_greeted_differently_and_by_name() -> None:
    (said,) = texts(decide(RETURNING, [message("Hello again")]))

    assert said.startswith("Good to see you again Amina!")


@pytest.mark.parametrize(
    "words", ["Hello", "hello again!!", "Thank you 🙏", "👍", "OK", "Jambo", "Webale nnyo"]
)
def test_courtesy_within_ten_minutes_of_a_greeting_costs_no_reply(words: str) -> None:
    assert texts(decide(JUST_GREETED, [message(words)])) == []


@pytest.mark.parametrize(
    "asking",
    [
        message("I need a blender"),
        message("https://shop.example/x"),
        message("", kind="image"),
        message("", kind="audio"),
        message("", kind="document"),
    ],
)
def test_what_is_wanted_is_one_request_however_many_messages_it_takes(asking: Message) -> None:
    (step,) = decide(JUST_GREETED, [asking, message("thank you", number=2), message("two of them", number=3)])

    (act,) = step.acts
    assert isinstance(act, Request)
    assert [(piece.inbox_id, piece.words) for piece in act.pieces][-1] == (3, "two of them")
    assert {piece.inbox_id for piece in act.pieces} == {1, 3}
    assert len(step.messages) == 3


def test_a_place_or_a_contact_goes_to_a_person_and_is_no_request() -> None:
    for kind in ("location", "contacts"):
        steps = decide(JUST_GREETED, [message("0.3, 32.5", kind=kind)])

        assert texts(steps) == ["Thank you. A personal shopper will read your message and answer here."]
        assert acts(steps) == [HandOver("asks for something")]


def test_who_comes_back_while_a_quotation_waits_is_shown_it_with_the_greeting() -> None:
    waiting = replace(RETURNING, has_offer=True)

    assert acts(decide(waiting, [message("ok")])) == [DecideInWords("show", greets=True)]
    assert acts(decide(replace(JUST_GREETED, has_offer=True), [message("ok")])) == []
    assert acts(decide(replace(IN_DOUBT, has_offer=True), [message("ok")])) == []


def test_while_a_person_has_the_conversation_what_is_wanted_goes_to_them() -> None:
    assert acts(decide(WITH_PERSON, [message("https://shop.example/x")])) == []


QUOTATION = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
ACCEPT = f"quote:{QUOTATION}:2:accept"


@pytest.mark.parametrize(
    ("choice", "act"),
    [
        (ACCEPT, DecideOn(QUOTATION, 2, "accept")),
        (f"quote:{QUOTATION}:10:again", DecideOn(QUOTATION, 10, "again")),
        ("done", Complete()),
        ("plan:buy:standard", BuyPlan("standard")),
        ("plan:cancel_plan", ChangePlan("cancel_plan")),
        (f"order:{QUOTATION}:pay", Pay(order_id=QUOTATION)),
        (f"plan:pay:{QUOTATION}", Pay(subscription_id=QUOTATION)),
    ],
)
def test_a_button_says_what_it_is_about_and_works_while_a_person_has_the_conversation(
    choice: str, act: object
) -> None:
    pressed = message("Accept", "interactive", choice)
    for each in (NEW, RETURNING, JUST_GREETED, WITH_PERSON):
        assert [done for step in decide(each, [pressed]) for done in step.acts] == [act]

    assert acts(decide(IN_DOUBT, [pressed])) == [HandOver("has to be recognised first")]


@pytest.mark.parametrize(
    "choice",
    [
        "quote:1:1:accept",
        f"quote:{QUOTATION}:2:pay",
        f"quote:{QUOTATION}:-1:accept",
        f"quote:{QUOTATION}::accept",
        f"{ACCEPT} ",
        f"{ACCEPT}\n",
        ACCEPT.upper(),
        "quote:' or 1=1:1:accept",
        "plan:buy:",
        "plan:buy:a b",
        "order::pay",
        "a button of long ago",
    ],
)
def test_a_button_that_is_not_whole_asks_for_nothing_and_gets_the_menu(choice: str) -> None:
    (step,) = decide(JUST_GREETED, [message("An old button", "interactive", choice)])

    assert step.answer == "menu"


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("My quotations", Show("quotes")),
        ("Where is my order?", Show("track")),
        ("my orders", Show("orders")),
        ("My plan", Show("plan")),
        ("UPGRADE", Show("upgrade")),
        ("That's all!", Complete()),
        ("pay now", Pay()),
        ("Accept", DecideInWords("accept")),
        ("cancel my plan", ChangePlan("cancel_plan")),
    ],
)
def test_words_mean_what_their_buttons_mean(words: str, act: object) -> None:
    assert acts(decide(JUST_GREETED, [message(words)])) == [act]


@pytest.mark.parametrize(
    "kind", ["reaction", "edit", "revoke", "system", "request_welcome", "hologram", "unknown"]
)
def test_what_is_no_message_of_its_own_gets_no_answer_even_as_the_first(kind: str) -> None:
    (step,) = decide(NEW, [message("👍", kind=kind)])

    assert (step.answer, step.acts) == ("needs no answer", ())


def test_my_plan_says_the_terms_of_the_plan() -> None:
    said = wording.my_plan(KAMPALA.words, GUEST, JUST_GREETED.plan_ends_at)

    assert said.text.splitlines() == [
        "*Guest User* · free",
        "Valid until 22 December 2026",
        "Service fee: 15 %",
        "Shipping: standard rate",
        "Open quotations at a time: 1",
    ]


def test_asking_for_a_person_hands_over() -> None:
    steps = decide(JUST_GREETED, [message("Talk to a person", "interactive", "person")])

    assert acts(steps) == [HandOver("asked for a person")]
    assert len(texts(steps)) == 1


STOPS = """
STOP
stop
 Stop.
STOP!! 🙏
🛑 stop 🛑
stop all
STOPALL
Please stop
STOP please
stop it now
stop sending me messages
Stop sending me any more messages, thank you
stop sms
ＳＴＯＰ
unsubscribe
UNSUB
Unsubscribe me please
opt out
Opt-out
OPT OUT NOW
Lekera awo
lekera awo nsaba
Mulekere awo okumpeereza obubaka
LEKERA AWO ssebo 🙏
Komya
komya obubaka
Mukomye okumpandiikira
Yimiriza obubaka
Siyagala bubaka
siyagala bubaka bwammwe!
Acha
ACHA TAFADHALI
acha kunitumia ujumbe
Acha kuniandikia sasa
Sitisha
sitisha ujumbe zote
Simamisha matangazo
Komesha meseji
Niondoe
niondoe tafadhali, asante
Jiondoe
Sitaki ujumbe
sitaki ujumbe tena
"""
NOT_STOPS = """
don't stop
do not stop
never stop
non-stop flights
one stop shop
bus stop near Wandegeya
stop by tomorrow
can I stop by the shop?
stopwatch
I stopped by yesterday
why did you stop my order
the parcel should stop in Nairobi
unsubscribe my brother from plus
cancel
end
acha nione bei
Acha niulize
acha kwanza nifikirie
sitaki rangi hii
sitaki
simama hapo
siyagala langi eno
lekera awo omutwalo gwange mu Kampala
komya ku ssaawa mukaaga
I want to start
start my order tomorrow
when do you start
anza na bei
tandika ku bbeeyi
"""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("words", lines(STOPS))
def test_stop_in_its_forms_is_recorded_and_confirmed_once(words: str) -> None:
    steps = decide(RETURNING, [message(words), message(words, number=2)])

    assert acts(steps) == [SetConsent("opted_out")]
    assert len(texts(steps)) == 1


@pytest.mark.parametrize("words", lines(NOT_STOPS))
def test_near_misses_of_stop_and_start_change_nothing(words: str) -> None:
    assert not any(isinstance(act, SetConsent) for act in acts(decide(RETURNING, [message(words)])))


def test_stop_as_the_very_first_message_is_not_met_with_a_welcome() -> None:
    steps = decide(NEW, [message("STOP")])

    assert texts(steps) == [texts(decide(RETURNING, [message("STOP")]))[0]]


def test_of_stop_and_start_the_later_one_counts() -> None:
    said = [message("stop"), message("start", number=2), message("stop", number=3)]

    assert acts(decide(RETURNING, said)) == [SetConsent("opted_in"), SetConsent("opted_out")]


def test_start_from_somebody_who_never_left_is_a_greeting() -> None:
    assert decide(NEW, [message("Start")])[0].answer == "welcome"
    assert acts(decide(RETURNING, [message("START")])) == []
    for words in (
        "START",
        "start again",
        "Unstop",
        "subscribe 🎉",
        "Tandika",
        "ddamu",
        "Anza tena",
        "endelea!",
    ):
        assert acts(decide(context(opted_out=True), [message(words)])) == [SetConsent("opted_in")], words


def test_while_a_person_has_the_conversation_the_bot_is_silent_but_stop_still_counts() -> None:
    steps = decide(
        WITH_PERSON, [message("Hello"), message("My plan", "interactive", "plan"), message("STOP")]
    )

    assert acts(steps) == [SetConsent("opted_out")]
    assert [step.answer for step in steps] == ["a person answers", "stop"]


def test_every_message_is_settled_exactly_once() -> None:
    everything = [
        message(text, kind, choice, number)
        for number, (text, kind, choice) in enumerate(
            [
                ("Hello", "text", None),
                ("👍", "reaction", None),
                ("plan", "text", None),
                ("", "image", None),
                ("STOP", "text", None),
                ("x", "interactive", "person"),
                ("y", "interactive", "a button of long ago"),
            ]
        )
    ]

    for each in (NEW, RETURNING, JUST_GREETED, WITH_PERSON):
        settled = [m.id for step in decide(each, everything) for m in step.messages]
        assert sorted(settled) == list(range(len(everything)))


IN_DOUBT = context(proven=False)


@pytest.mark.parametrize(
    ("words", "choice"), [("Hello", None), ("My plan", None), ("", "plan"), ("START", None), ("menu", None)]
)
def test_from_a_number_that_may_have_changed_hands_nothing_personal_is_answered(
    words: str, choice: str | None
) -> None:
    for unproven in (IN_DOUBT, context(proven=False, greeted=False), context(proven=False, opted_out=True)):
        said = " ".join(texts(decide(unproven, [message(words, choice=choice)])))

        assert said
        assert "Amina" not in said
        assert "Guest" not in said
        assert "again" not in said.split("\n")[0]


def test_who_asks_for_a_plan_from_such_a_number_is_handed_to_a_person() -> None:
    assert acts(decide(IN_DOUBT, [message("my plan")])) == [HandOver("has to be recognised first")]


def test_stop_counts_from_such_a_number_and_start_does_not() -> None:
    assert SetConsent("opted_out") in acts(decide(IN_DOUBT, [message("STOP")]))
    opted_out = context(proven=False, opted_out=True)
    assert SetConsent("opted_in") not in acts(decide(opted_out, [message("START")]))
