"""What acts about money and parcels come to: the rooms do it, and what they answer becomes words."""

from uuid import UUID

from luminous import customers, orders, payments
from luminous.db import Connection
from luminous.errors import InvalidPhone, OrderRefused, PaymentRefused
from luminous.messages import Content
from luminous.orders import Order
from luminous.payments import Payable, Thing
from luminous.phone import Phone, parse_phone
from luminous.replies import order_words, payment_words
from luminous.replies.acts import HandOver, Pay, Say
from luminous.replies.decide import Context
from luminous.replies.order_acts import (
    Complain,
    NamePayer,
    OrderAct,
    PayFrom,
    PayOtherwise,
    Rate,
    SetAddress,
    Track,
)

Answers = list[Say | HandOver]


async def do_order(
    conn: Connection, context: Context, customer_id: UUID, act: OrderAct, cause: str | None
) -> Answers:
    """Do it and return what is to be said. cause: the id of the message that asked for it."""
    match act:
        case PayFrom():
            return await _pay_from(conn, context, customer_id, act.thing, act.number, cause)
        case PayOtherwise():
            return await _otherwise(conn, context, customer_id, act)
        case NamePayer():
            return await _name_payer(conn, context, customer_id, act.number, cause)
        case Track():
            return [Say(await _track(conn, context, customer_id, act))]
        case SetAddress():
            return [Say(await _address(conn, context, customer_id, act.address))]
        case Rate():
            return await _rate(conn, context, customer_id, act)
        case Complain():
            return await _complain(conn, context, customer_id, act.order_id, cause)


async def begin_to_pay(conn: Connection, context: Context, customer_id: UUID, act: Pay) -> Answers:
    """“Pay now”: from which number. With several things waiting, for which of them first."""
    words = context.words
    waiting = await payments.payable(conn, customer_id)
    wanted = act.order_id or act.subscription_id
    if wanted is not None:
        waiting = [each for each in waiting if each.id == wanted]
        if not waiting and act.order_id is not None:
            return [Say(await _not_payable(conn, context, customer_id, act.order_id))]
    if len(waiting) > 1:
        return [Say(payment_words.which_thing(words, waiting, None))]
    if not waiting:
        return [] if act.goes_on else [Say(await _nothing_to_pay(conn, context, customer_id, wanted))]
    if not context.shop.takes_momo:
        return _by_hand(context, waiting[0])
    own = await payments.own_number(conn, customer_id)
    if own is None and await _asks_for_phone(conn, context, customer_id, "payment"):
        return [Say(payment_words.share_number(words, waiting[0]))]
    can_pay = own if own is not None and payments.pays_with_momo(own) else None
    return [Say(payment_words.from_which(words, waiting[0], can_pay))]


async def _nothing_to_pay(
    conn: Connection, context: Context, customer_id: UUID, wanted: UUID | None = None
) -> Content:
    looked_at = await payments.looked_at(conn, customer_id)
    if wanted in looked_at if wanted else looked_at:
        return Content(context.words.say("pay.refused.review"))
    return payment_words.nothing_to_pay(context.words)


async def _not_payable(conn: Connection, context: Context, customer_id: UUID, order_id: UUID) -> Content:
    order = await orders.get(conn, order_id)
    is_looked_at = order_id in await payments.looked_at(conn, customer_id)
    if order is None or order.customer_id != customer_id or is_looked_at:
        return await _nothing_to_pay(conn, context, customer_id, order_id)
    return Content(context.words.say(f"pay.refused.{'paid' if order.paid_at else 'overdue'}"))


async def _pay_from(
    conn: Connection,
    context: Context,
    customer_id: UUID,
    thing: Thing,
    number: str | None,
    cause: str | None,
) -> Answers:
    what = await _waiting(conn, customer_id, thing)
    if what is None:
        return await begin_to_pay(conn, context, customer_id, _pay(thing))
    payer = Phone(number) if number else await payments.own_number(conn, customer_id)
    if payer is None:
        return [Say(payment_words.which_number(context.words, what))]
    if not context.shop.takes_momo:
        return _by_hand(context, what)
    start = payments.pay_order if thing.kind == "order" else payments.pay_subscription
    try:
        started = await start(conn, thing.id, payer, customer_id=customer_id, cause=cause)
    except PaymentRefused as refused:
        if refused.code == "not_mtn":
            return [Say(payment_words.no_momo(context.words, what, payer))]
        return [Say(Content(context.words.say(f"pay.refused.{refused.code}", minutes=refused.minutes)))]
    return [Say(payment_words.asked(context.words, started))]


async def _otherwise(conn: Connection, context: Context, customer_id: UUID, act: PayOtherwise) -> Answers:
    what = await _waiting(conn, customer_id, act.thing)
    if what is None:
        return await begin_to_pay(conn, context, customer_id, _pay(act.thing))
    if act.how == "other":
        return [Say(payment_words.which_number(context.words, what))]
    return _by_hand(context, what)


def _by_hand(context: Context, what: Payable) -> Answers:
    said = payment_words.by_hand(context.words, what, context.shop.other_ways_to_pay)
    return [Say(said), HandOver(f"pays {what.name} ({payment_words.price(what)}) another way")]


async def _name_payer(
    conn: Connection, context: Context, customer_id: UUID, number: str, cause: str | None
) -> Answers:
    waiting = await payments.payable(conn, customer_id)
    if not waiting:
        return [Say(await _nothing_to_pay(conn, context, customer_id))]
    try:
        payer = parse_phone(number, context.shop.region)
    except InvalidPhone:
        return [Say(payment_words.bad_number(context.words))]
    if len(waiting) > 1:
        return [Say(payment_words.which_thing(context.words, waiting, payer))]
    return await _pay_from(conn, context, customer_id, waiting[0].thing, payer, cause)


async def _waiting(conn: Connection, customer_id: UUID, thing: Thing) -> Payable | None:
    waiting = await payments.payable(conn, customer_id)
    return next((each for each in waiting if each.thing == thing), None)


def _pay(thing: Thing) -> Pay:
    return Pay(order_id=thing.id) if thing.kind == "order" else Pay(subscription_id=thing.id)


async def show_orders(conn: Connection, context: Context, customer_id: UUID, *, track: bool) -> Content:
    """“My orders”; “Where is my order?” shows the only one that is on its way at once."""
    found = await orders.of_customer(conn, customer_id)
    moving = [each for each in found if each.number is not None and each.status not in ("closed", "refunded")]
    if track and len(moving) == 1:
        return await _way(conn, context, moving[0])
    return order_words.orders(context.words, found)


async def _track(conn: Connection, context: Context, customer_id: UUID, act: Track) -> Content:
    if act.order_id is not None:
        order = await orders.get(conn, act.order_id)
    else:
        order = await orders.numbered(conn, act.number or 0)
    if order is None or order.customer_id != customer_id or order.number is None:
        return order_words.no_such_order(context.words)
    return await _way(conn, context, order)


async def _way(conn: Connection, context: Context, order: Order) -> Content:
    way = await orders.way_of(conn, order.id)
    return order_words.where(context.words, order, way, context.shop.timezone)


async def _address(conn: Connection, context: Context, customer_id: UUID, address: str | None) -> Content:
    """The address of the latest order that waits for one, or whose can be changed."""
    if address is None:
        return order_words.how_to_say_address(context.words)
    if len(address) > orders.LONGEST_ADDRESS:
        return order_words.address_too_long(context.words)
    found = await orders.of_customer(conn, customer_id)
    changeable = [e for e in found if e.status in orders.ADDRESSABLE]
    changeable.sort(key=lambda each: each.delivery_address is not None)
    if not changeable:
        return order_words.address_not_kept(context.words)
    try:
        order = await orders.set_address(conn, changeable[0].id, address, by="customer")
    except OrderRefused:
        return order_words.address_not_kept(context.words)
    needs_number = await _asks_for_phone(conn, context, customer_id, "delivery")
    return order_words.address_kept(context.words, order, asks_for_number=needs_number)


async def _asks_for_phone(
    conn: Connection, context: Context, customer_id: UUID, need: customers.Need
) -> bool:
    """True when they are to be asked for their hidden number now; once, so not while nothing is said."""
    return not context.is_silent and await customers.ask_for_phone(conn, customer_id, need)


async def _rate(conn: Connection, context: Context, customer_id: UUID, act: Rate) -> Answers:
    order = await orders.rate(conn, act.order_id, act.rating, customer_id=customer_id)
    if order is None:
        return [Say(order_words.no_such_order(context.words))]
    return [Say(order_words.rated(context.words, act.rating))]


async def _complain(
    conn: Connection, context: Context, customer_id: UUID, order_id: UUID, cause: str | None
) -> Answers:
    order = await orders.get(conn, order_id)
    if order is None or order.customer_id != customer_id or order.number is None:
        return [Say(order_words.no_such_order(context.words))]
    said = Say(order_words.complains(context.words, order))
    what = "the customer says that something is wrong"
    if await orders.complain(conn, order_id, what, customer_id=customer_id, cause=cause):
        return [said]
    return [said, HandOver(f"complains about order {order.number}")]
