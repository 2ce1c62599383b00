"""What we say about paying: from which number, what was asked, why it failed and what to do next."""

from collections.abc import Sequence

import phonenumbers

from luminous import money
from luminous.catalogues import Catalogue
from luminous.messages import Button, Content, Row
from luminous.payments import Payable, Payment, Started
from luminous.phone import Phone, network_of
from luminous.replies.wording import buttons, short

FAILURES = (
    "refused",
    "expired",
    "no_wallet",
    "not_enough",
    "limit",
    "not_allowed",
    "provider",
    "never_asked",
)


def from_which(words: Catalogue, what: Payable, own: Phone | None) -> Content:
    """What it costs, and from which number it is paid. own: the customer's, where it can pay."""
    text = words.say("pay.ask", price=price(what), name=what.name)
    first = ()
    if own is not None:
        first = (Button(_id(what, "own"), words.say("buttons.pay_own", number=national(own))),)
    return Content(text, buttons=(*first, *_otherwise(words, what)))


def share_number(words: Catalogue, what: Payable) -> Content:
    """What it costs, to somebody whose number WhatsApp hides."""
    said = words.say("pay.share_number", price=price(what), name=what.name)
    return Content(said, asks_for_number=True)


def which_number(words: Catalogue, what: Payable) -> Content:
    """After “Another number”."""
    return Content(words.say("pay.which_number", price=price(what), name=what.name))


def which_thing(words: Catalogue, waiting: Sequence[Payable], number: Phone | None) -> Content:
    """Several things wait for a payment. number: the one that was named to pay."""
    rows = tuple(
        Row(_id(each, number) if number else _pay(each), short(each.name, 24), price(each))
        for each in waiting
    )
    return Content(words.say("pay.which_thing"), rows=rows, label=words.say("buttons.open_menu"))


def by_hand(words: Catalogue, what: Payable, ways: str) -> Content:
    """The other ways to pay; a person confirms them."""
    if not ways.strip():
        return Content(words.say("pay.by_hand_none", price=price(what), name=what.name))
    return Content(words.say("pay.by_hand", price=price(what), name=what.name, ways=ways.strip()))


def no_momo(words: Catalogue, what: Payable, number: Phone) -> Content:
    """A number of another network."""
    network = network_of(number) or "?"
    text = words.say("pay.not_mtn", number=national(number), network=network, name=what.name)
    return Content(text, buttons=_otherwise(words, what))


def asked(words: Catalogue, started: Started) -> Content:
    """The payer's phone shows the prompt now, or has shown it."""
    key = "pay.asked" if started.is_new else "pay.asked_before"
    shown = money.show(started.amount, started.currency)
    return Content(words.say(key, number=national(Phone(started.payer)), price=shown))


def nothing_to_pay(words: Catalogue) -> Content:
    """Nothing waits for a payment."""
    return Content(words.say("pay.nothing"), buttons=buttons(words, "quotes", "orders"))


def bad_number(words: Catalogue) -> Content:
    """What was written is no phone number."""
    return Content(words.say("pay.bad_number"))


def failed(words: Catalogue, what: Payable | None, payment: Payment) -> Content:
    """Why it failed, and what can be done. what None: it cannot be paid any more."""
    reason = payment.reason if payment.reason in FAILURES else "provider"
    number = national(Phone(payment.payer)) if payment.payer else ""
    why = words.say(f"pay.failed.{reason}", price=money.show(payment.amount, payment.currency), number=number)
    if what is None:
        return Content(f"{why} {words.say('pay.failed.over')}", buttons=buttons(words, "price", "person"))
    again = Button(_id(what, payment.payer or "own"), words.say("buttons.pay_again"))
    return Content(f"{why} {words.say('pay.failed.then')}", buttons=(again, *_otherwise(words, what)))


def no_answer_yet(words: Catalogue, payment: Payment) -> Content:
    """Five minutes, and the network has said nothing."""
    return Content(words.say("pay.stale", price=money.show(payment.amount, payment.currency)))


def a_person_looks(words: Catalogue, payment: Payment) -> Content:
    """Money has come that does not fit, or the network never answered."""
    if payment.paid_amount is None:
        return Content(words.say("pay.no_answer", price=money.show(payment.amount, payment.currency)))
    came = money.show(payment.paid_amount, payment.paid_currency or payment.currency)
    return Content(words.say("pay.review", price=came))


def price(what: Payable) -> str:
    """What it costs."""
    return money.show(what.amount, what.currency)


def national(number: Phone) -> str:
    """A number as people write it at home: `0772 123456`."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)


def _otherwise(words: Catalogue, what: Payable) -> tuple[Button, ...]:
    return tuple(Button(_id(what, how), words.say(f"buttons.pay_{how}")) for how in ("other", "by_hand"))


def _id(what: Payable, how: str) -> str:
    return f"pay:{what.kind}:{what.id}:{how}"


def _pay(what: Payable) -> str:
    return f"order:{what.id}:pay" if what.kind == "order" else f"plan:pay:{what.id}"
