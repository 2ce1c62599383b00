"""What we say about an order: its receipt, its way, where it is to go, how it was."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from luminous import money
from luminous.catalogues import Catalogue
from luminous.messages import Attachment, Button, Content, Row, TemplateUse
from luminous.orders import ADDRESSABLE, LONGEST_ADDRESS, Milestone, Order, Reached
from luminous.replies.wording import buttons, short

MOST = 9


def receipt(words: Catalogue, order: Order) -> tuple[Content, TemplateUse]:
    """It is paid: the receipt, and where it is to be delivered."""
    price = money.show(order.amount, order.currency)
    number = str(order.number)
    text = words.say("receipt.text", price=price, name=f"Q-{order.quotation_number}", number=number)
    then = words.say("address.ask") if order.delivery_address is None else words.say("receipt.then")
    file = Attachment(
        "receipt", str(order.id), words.say("receipt.filename", number=number), "application/pdf"
    )
    content = Content(f"{text}\n\n{then}", buttons=(_track(words, order),), attachment=file)
    return content, TemplateUse("payment_confirmed", (price, number), words.language)


def reached(words: Catalogue, order: Order, milestone: Milestone) -> tuple[Content, TemplateUse]:
    """The parcel has come as far as this."""
    number = str(order.number)
    if milestone == "delivered":
        rows = tuple(
            Row(f"order:{order.id}:rate:{rating}", "★" * rating, words.say(f"rating.{rating}"))
            for rating in (5, 4, 3, 2, 1)
        )
        wrong = Row(f"order:{order.id}:complain", words.say("rating.wrong"), words.say("rating.wrong_means"))
        text = words.say("rating.ask", number=number)
        content = Content(text, rows=(*rows, wrong), label=words.say("buttons.rate"))
        return content, TemplateUse("delivered_rating", (number,), words.language)
    said = words.say(f"milestone_notice.{milestone}", number=number)
    used = TemplateUse("order_milestone", (number, words.say(f"milestone.{milestone}")), words.language)
    return Content(said, buttons=(_track(words, order),)), used


def where(words: Catalogue, order: Order, way: Sequence[Reached], zone: ZoneInfo) -> Content:
    """Where an order is: its way so far, and where it goes."""
    lines = [
        words.say(
            "track.step",
            milestone=words.say(f"milestone.{each.milestone}"),
            day=words.day(each.reached_at.astimezone(zone)),
        )
        for each in way
    ]
    title = words.say("track.title", number=order.number, title=short(order.title, 60))
    state = "" if order.status in ("paid", *_NAMES) else "\n" + words.say(f"order_status.{order.status}")
    address = words.say("track.address", address=order.delivery_address or words.say("track.no_address"))
    can_change = order.status in ADDRESSABLE
    change = (Button("address", words.say("buttons.address")),) if can_change else ()
    return Content(
        f"{title}\n\n" + "\n".join(lines) + f"{state}\n\n{address}",
        buttons=(*change, *buttons(words, "person")),
    )


def orders(words: Catalogue, found: Sequence[Order]) -> Content:
    """“My orders”: each a row that shows where it is."""
    if not found:
        return Content(words.say("orders.none"), buttons=buttons(words, "price", "quotes"))
    rows = tuple(
        Row(
            f"order:{each.id}:{'pay' if each.number is None else 'track'}",
            short(name(words, each), 24),
            short(f"{status(words, each)} · {money.show(each.amount, each.currency)} · {each.title}", 72),
        )
        for each in found[:MOST]
    )
    text = words.say("orders.list", orders="\n".join(_line(words, each) for each in found[:MOST]))
    return Content(text, rows=rows, label=words.say("buttons.open_orders"))


def no_such_order(words: Catalogue) -> Content:
    """A number that is not one of theirs."""
    return Content(words.say("track.unknown"), buttons=buttons(words, "orders", "person"))


def how_to_say_address(words: Catalogue) -> Content:
    """After “Where to deliver”."""
    return Content(words.say("address.ask"))


def address_kept(words: Catalogue, order: Order, *, asks_for_number: bool) -> Content:
    """The address of an order was noted. asks_for_number: whoever delivers could not call them yet."""
    kept = words.say("address.kept", name=name(words, order), address=order.delivery_address or "")
    if not asks_for_number:
        return Content(kept)
    return Content(f"{kept}\n\n{words.say('address.share_number')}", asks_for_number=True)


def address_too_long(words: Catalogue) -> Content:
    """The address has more words than a rider can read."""
    return Content(words.say("address.too_long", most=str(LONGEST_ADDRESS)))


def address_not_kept(words: Catalogue) -> Content:
    """There is no order whose address could be changed."""
    return Content(words.say("address.too_late"), buttons=buttons(words, "orders", "person"))


def rated(words: Catalogue, rating: int) -> Content:
    """Thanks, and for a low one a person."""
    return Content(words.say("rating.thanks" if rating >= 4 else "rating.sorry"))


def complains(words: Catalogue, order: Order) -> Content:
    """Something is wrong: a person takes over."""
    return Content(words.say("rating.complains", number=order.number))


def unpaid(words: Catalogue, quotation_number: int) -> Content:
    """The time to pay is over."""
    return Content(
        words.say("order_ended.unpaid", name=f"Q-{quotation_number}"), buttons=buttons(words, "price")
    )


def cancelled(words: Catalogue, order: Order) -> Content:
    """Staff ended it."""
    key = "order_ended.refund_due" if order.status == "refund_due" else "order_ended.cancelled"
    price = money.show(order.amount, order.currency)
    return Content(words.say(key, name=name(words, order), reason=order.reason or "", price=price))


def refunded(words: Catalogue, what: str, amount: int, currency: str, reference: str) -> Content:
    """Money went back."""
    return Content(
        words.say("order_ended.refunded", price=money.show(amount, currency), name=what, reference=reference)
    )


def name(words: Catalogue, order: Order) -> str:
    """What the customer calls it: an order only once it is paid."""
    if order.number is None:
        return f"Q-{order.quotation_number}"
    return words.say("orders.name", number=order.number)


def status(words: Catalogue, order: Order) -> str:
    """Where it stands, in a few words."""
    if order.milestone is not None and order.status in ("paid", "sourcing", *_NAMES):
        return words.say(f"milestone.{order.milestone}")
    return words.say(f"order_status.{order.status}")


def _line(words: Catalogue, order: Order) -> str:
    price = money.show(order.amount, order.currency)
    return words.say(
        "orders.line",
        name=name(words, order),
        title=short(order.title, 40),
        total=price,
        status=status(words, order),
    )


def _track(words: Catalogue, order: Order) -> Button:
    return Button(f"order:{order.id}:track", words.say("buttons.track"))


_NAMES = ("purchased", "at_hub", "in_transit", "customs", "out_for_delivery", "delivered")
