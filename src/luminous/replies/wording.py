"""What the bot says in a conversation. The words are in `catalogues/`; which of them, and the buttons, here.

WhatsApp's limits: 1,024 characters beside buttons, 4,096 alone, 20 for a button's title.
Since October 2026 every reply is billed: say it once, and say all of it.
"""

import re
from datetime import datetime
from decimal import Decimal

from luminous import money
from luminous.catalogues import Catalogue
from luminous.messages import Button, Content, Row
from luminous.subscriptions import Entitlements

CONSENT_VERSION = "2026-11"  # of what we say about STOP and START: another one when these words change
_HOLE = re.compile(r"\n{3,}")
MENU_BUTTONS = ("price", "plan", "person")
MENU_ROWS = ("price", "quotes", "orders", "track", "plan", "upgrade", "person")


def welcome(words: Catalogue, shop: str, name: str, plan: Entitlements, ends_at: datetime | None) -> Content:
    """The first words to a new customer who asks for nothing yet."""
    said = opening_welcome(words, shop, name, plan, ends_at, words.say("welcome.then"))
    return Content(said, buttons=buttons(words, *MENU_BUTTONS))


def opening_welcome(
    words: Catalogue, shop: str, name: str, plan: Entitlements, ends_at: datetime | None, then: str
) -> str:
    """The first words to a new customer, and what follows from what they want; `then` may be empty."""
    plan_line = plan_in_one_line(words, plan, ends_at)
    said = words.say("welcome.text", name=called(name), shop=shop, plan=plan_line, then=then)
    return _HOLE.sub("\n\n", said).strip()  # where `then` or the plan's line is empty


def greeting(words: Catalogue, shop: str, name: str | None) -> Content:
    """To a customer who comes back and asks for nothing. name None: it is not sure that it is they."""
    said = opening_greeting(words, shop, name, words.say("greeting.then"))
    return Content(said, buttons=buttons(words, *MENU_BUTTONS))


def opening_greeting(words: Catalogue, shop: str, name: str | None, then: str) -> str:
    """To a customer who comes back, and what follows from what they want."""
    hello = (
        words.say("greeting.unknown", shop=shop)
        if name is None
        else words.say("greeting.again", name=called(name), shop=shop)
    )
    return f"{hello}\n\n{then}"


def menu(words: Catalogue, *, has_website: bool = False) -> Content:
    """What the bot can do."""
    ids = (*MENU_ROWS, "account") if has_website else MENU_ROWS
    rows = tuple(Row(id_, words.say(f"buttons.{id_}"), words.say(f"menu.{id_}")) for id_ in ids)
    return Content(words.say("menu.text"), rows=rows, label=words.say("buttons.open_menu"))


def how_to_ask(words: Catalogue) -> Content:
    """After “Ask for a price”."""
    return Content(words.say("how_to_ask.text"))


def a_person_reads_it(words: Catalogue) -> Content:
    """Something that a person looks at."""
    return Content(words.say("person.reads"))


def my_plan(words: Catalogue, plan: Entitlements, ends_at: datetime | None) -> Content:
    """After “My plan”."""
    until = plan_until(words, plan, ends_at)
    lines = [
        words.say("plan.title", plan=plan.plan_name, price=plan_price(words, plan)),
        until[:1].upper() + until[1:],
        words.say("plan.fee", percent=plain(plan.service_fee_percent)),
        words.say("plan.shipping", percent=discount(words, plan.shipping_discount_percent)),
        words.say("plan.open", limit=plan.open_quote_limit),
    ]
    if plan.price == 0:
        offered = buttons(words, "price", "upgrade", "person")
    else:
        change = "keep_plan" if plan.is_ending else "cancel_plan"
        offered = (*buttons(words, "upgrade"), Button(f"plan:{change}", words.say(f"buttons.{change}")))
    return Content("\n".join(lines), buttons=offered)


def who_is_writing(words: Catalogue) -> Content:
    """Somebody asks for what is a customer's own, from a number that may have changed hands."""
    return Content(words.say("person.who_is_writing"))


def handed_over(words: Catalogue) -> Content:
    """After “Talk to a person”."""
    return Content(words.say("person.handed_over"))


def number_noted(words: Catalogue) -> Content:
    """After the customer shared the number that we had asked for."""
    return Content(words.say("person.number_noted"))


def stopped(words: Catalogue, shop: str) -> Content:
    """After STOP."""
    return Content(words.say("consent.stopped", shop=shop), buttons=buttons(words, "start"))


def started(words: Catalogue, shop: str) -> Content:
    """After START."""
    return Content(words.say("consent.started", shop=shop))


def buttons(words: Catalogue, *ids: str) -> tuple[Button, ...]:
    """Buttons whose id is the intent that they stand for."""
    return tuple(Button(id_, words.say(f"buttons.{id_}")) for id_ in ids)


def plan_in_one_line(words: Catalogue, plan: Entitlements, ends_at: datetime | None) -> str:
    """The plan as the welcome says it."""
    return words.say(
        "plan.one_line",
        plan=plan.plan_name,
        price=plan_price(words, plan),
        until=plan_until(words, plan, ends_at),
        quotations=words.count("plan.quotations", plan.open_quote_limit),
    )


def plan_price(words: Catalogue, plan: Entitlements) -> str:
    """What a plan costs."""
    return words.say("plan.free") if plan.price == 0 else money.show(plan.price, plan.currency)


def plan_until(words: Catalogue, plan: Entitlements, ends_at: datetime | None) -> str:
    """Until when a plan is held."""
    if ends_at is None:
        return words.say("plan.no_end")
    return words.say("plan.ends" if plan.is_ending else "plan.valid", day=words.day(ends_at))


def discount(words: Catalogue, percent: Decimal) -> str:
    """A discount, or that there is none."""
    return words.say("plan.standard_rate") if percent == 0 else words.say("plan.off", percent=plain(percent))


def plain(percent: Decimal) -> str:
    """A percentage without zeros at its end: 9, not 9.00."""
    return f"{percent.normalize():f}"


def called(name: str) -> str:
    """The name as we say it to somebody: their first word, and nothing when it is too odd to say."""
    first = "" if name == "Customer" else " ".join(name.split()[:1])
    return f" {first}" if 0 < len(first) <= 40 else ""


def short(text: str, longest: int) -> str:
    """The text on one line, at most so many UTF-16 units, which is what WhatsApp may count."""
    line = " ".join(text.split())
    if _units(line) <= longest:
        return line
    while _units(line) > longest - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
