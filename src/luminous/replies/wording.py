"""Every text that the bot sends. To change what customers read, change it here.

WhatsApp's limits: 1,024 characters beside buttons, 4,096 alone, 20 for a button's title.
Since October 2026 every reply is billed: say it once, and say all of it.
"""

from datetime import datetime
from decimal import Decimal

from luminous.messages import Button, Content
from luminous.subscriptions import Entitlements

PRICE = Button("price", "Ask for a price")
PLAN = Button("plan", "My plan")
PERSON = Button("person", "Talk to a person")
START = Button("start", "Start again")
MENU = (PRICE, PLAN, PERSON)

CONSENT_VERSION = "2026-11"  # of what we say about STOP and START: another one when these words change
A_PERSON_READS_IT = "Thank you. A personal shopper will read your message and answer here."


def welcome(shop: str, name: str, plan: Entitlements, ends_at: datetime | None, *, asks: bool) -> Content:
    """The first words to a new customer. asks: they want something already, and a person looks at it."""
    return Content(
        f"Hello{_called(name)}, welcome to {shop}! 👋\n\n"
        "Send us a product link, a photo or a description. A personal shopper answers with one price "
        "in shillings, everything included.\n\n"
        f"{plan_in_one_line(plan, ends_at)}\n\n"
        f"{A_PERSON_READS_IT if asks else 'What would you like to do?'}\n\n"
        "Write STOP whenever you want no more news from us.",
        buttons=() if asks else MENU,  # the bot is silent where a person answers: no button that does nothing
    )


def greeting(shop: str, name: str | None, *, asks: bool) -> Content:
    """To a customer who comes back. name None: it is not sure that it is they."""
    hello = "Hello!" if name is None else f"Good to see you again{_called(name)}!"
    wish = A_PERSON_READS_IT if asks else "What can we do for you today?"
    buttons = () if asks else MENU
    return Content(f"{hello} This is {shop}.\n\n{wish}", buttons=buttons)


def menu() -> Content:
    """What the bot can do."""
    return Content("What would you like to do?", buttons=MENU)


def how_to_ask() -> Content:
    """After “Ask for a price”."""
    return Content(
        "Send the product's link, a photo or a description, with size, colour and how many you need. "
        "A personal shopper answers here with one price in shillings, everything included."
    )


def request_received() -> Content:
    """A link, a photo or words: something that a person prices."""
    return Content(A_PERSON_READS_IT)


def my_plan(plan: Entitlements, ends_at: datetime | None) -> Content:
    """After “My plan”."""
    lines = [
        f"*{plan.plan_name}* · {_price(plan)}",
        _capitalized(_until(plan, ends_at)),
        f"Service fee: {_discount(plan.service_fee_discount_percent)}",
        f"Shipping: {_discount(plan.shipping_discount_percent)}",
        f"Open quotations at a time: {plan.open_quote_limit}",
    ]
    return Content("\n".join(lines), buttons=(PRICE, PERSON))


def who_is_writing() -> Content:
    """Somebody asks for what is a customer's own, from a number that may have changed hands."""
    return Content(
        "Before we show an account, we make sure that it is yours: this number may have belonged to somebody "
        "else. A person from our team will ask you here."
    )


def handed_over() -> Content:
    """After “Talk to a person”."""
    return Content(
        "A person from our team answers you here as soon as they can. "
        "You need not write again; what you send meanwhile reaches them too."
    )


def number_noted() -> Content:
    """After the customer shared the number that we had asked for."""
    return Content("Thank you. We have your number, and go on with your order.")


def stopped(shop: str) -> Content:
    """After STOP."""
    return Content(
        f"Done. {shop} sends you no more news. When you write to us we still answer. "
        "Write START to hear from us again.",
        buttons=(START,),
    )


def started(shop: str) -> Content:
    """After START."""
    return Content(f"Welcome back! {shop} keeps you informed again. Write STOP to end that.")


def plan_in_one_line(plan: Entitlements, ends_at: datetime | None) -> str:
    """The plan as the welcome says it."""
    quotations = (
        "1 open quotation" if plan.open_quote_limit == 1 else f"{plan.open_quote_limit} open quotations"
    )
    terms = f"{_price(plan)}, {_until(plan, ends_at)}, {quotations} at a time"
    return f"Your plan: *{plan.plan_name}* ({terms})."


def _called(name: str) -> str:
    """The name as we say it to somebody: their first word, and nothing when it is too odd to say."""
    first = "" if name == "Customer" else " ".join(name.split()[:1])
    return f" {first}" if 0 < len(first) <= 40 else ""


def _price(plan: Entitlements) -> str:
    return "free" if plan.price == 0 else f"{plan.price:,} {plan.currency}"


def _until(plan: Entitlements, ends_at: datetime | None) -> str:
    if ends_at is None:
        return "no end date"
    return f"{'ends on' if plan.is_ending else 'valid until'} {ends_at.day} {ends_at:%B %Y}"


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _discount(percent: Decimal) -> str:
    return "standard rate" if percent == 0 else f"{percent.normalize():f} % off"
