"""What an act comes to: the rooms do it, and what they answer becomes words. In the answer's transaction."""

from contextlib import suppress
from uuid import UUID

from luminous import quotes, subscriptions
from luminous.db import Connection
from luminous.errors import PlanNotOnSale, QuotationClosed
from luminous.messages import Content
from luminous.quotes import Refused, Standing
from luminous.replies import plan_words, quotation_words, wording
from luminous.replies.account import act_on_account
from luminous.replies.acts import (
    BuyPlan,
    ChangePlan,
    Complete,
    Connect,
    DecideInWords,
    DecideOn,
    Decision,
    Disown,
    ForTheShop,
    HandOver,
    Pay,
    Request,
    Say,
    SendLink,
    Show,
)
from luminous.replies.decide import Context, opened
from luminous.replies.order_doing import begin_to_pay, do_order, show_orders

Answers = list[Say | HandOver]


async def do(
    conn: Connection, context: Context, customer_id: UUID, act: ForTheShop, cause: str | None
) -> Answers:
    """Do it and return what is to be said. cause: the id of the message that asked for it."""
    match act:
        case Request():
            return await _request(conn, context, customer_id, act, cause)
        case Complete():
            return [Say(await _completed(conn, context, customer_id, cause))]
        case DecideOn():
            return await _decide_on(conn, context, customer_id, act, cause)
        case DecideInWords():
            return await _in_words(conn, context, customer_id, act, cause)
        case Show():
            return [Say(await _shown(conn, context, customer_id, act))]
        case BuyPlan():
            return [Say(await _bought(conn, context, customer_id, act.plan_code))]
        case ChangePlan():
            return [Say(await _changed(conn, context, customer_id, act))]
        case SendLink() | Connect() | Disown():
            return await act_on_account(conn, context, customer_id, act)
        case Pay():
            return await begin_to_pay(conn, context, customer_id, act)
        case _:
            return await do_order(conn, context, customer_id, act, cause)


async def _request(
    conn: Connection, context: Context, customer_id: UUID, act: Request, cause: str | None
) -> Answers:
    asked = await quotes.request(conn, customer_id, act.pieces, cause=cause)
    if asked is None:
        content = await _limit_reached(conn, context, customer_id)
    elif (
        asked.follows_closely
        and not asked.is_new
        and not act.greets
        and asked.quotation.status == "collecting"
    ):
        return []  # the button is right above: no bill for saying it again
    else:
        content = quotation_words.noted(context.words, asked)
    opening = "greeting" if asked is None and act.greets else act.opening  # who has reached it is not new
    return [Say(opened(context, opening, content), greets=act.greets)]


async def _completed(conn: Connection, context: Context, customer_id: UUID, cause: str | None) -> Content:
    done = await quotes.complete(conn, customer_id, cause=cause)
    if done is not None:
        return quotation_words.complete(context.words, done)
    latest = await quotes.of_customer(conn, customer_id, most=1)
    return quotation_words.nothing_to_complete(context.words, next(iter(latest), None))


async def _limit_reached(conn: Connection, context: Context, customer_id: UUID) -> Content:
    found = await quotes.of_customer(conn, customer_id, most=100)
    offers = await subscriptions.offers(conn, customer_id)
    plan = await subscriptions.entitlements(conn, customer_id)
    return quotation_words.limit_reached(
        context.words, plan, [each for each in found if each.is_open], offers
    )


async def _decide_on(
    conn: Connection, context: Context, customer_id: UUID, act: DecideOn, cause: str | None
) -> Answers:
    words, zone = context.words, context.shop.timezone
    id_, version = act.quotation_id, act.version
    match act.decision:
        case "accept":
            outcome = await quotes.accept(conn, id_, version, customer_id=customer_id, cause=cause)
            if isinstance(outcome, Refused):
                return [Say(quotation_words.refused(words, outcome.why, outcome.quotation, zone))]
            return [Say(quotation_words.accepted(words, outcome, zone))]
        case "decline":
            declined = await quotes.decline(conn, id_, version, customer_id=customer_id, cause=cause)
            if isinstance(declined, Refused):
                return [Say(quotation_words.refused(words, declined.why, declined.quotation, zone))]
            return [Say(quotation_words.declined(words, declined))]
        case _:
            quotation = await quotes.standing(conn, id_)
            if quotation is None or quotation.customer_id != customer_id:
                return [Say(quotation_words.refused(words, "unknown", None, zone))]
            return await _about(conn, context, quotation, act.decision, cause)


async def _about(
    conn: Connection, context: Context, quotation: Standing, decision: Decision, cause: str | None
) -> Answers:
    words, zone = context.words, context.shop.timezone
    match decision:
        case "ask":
            asks = f"asks about {quotation.name}"
            return [Say(quotation_words.asked(words, quotation)), HandOver(asks)]
        case "withdraw":
            with suppress(QuotationClosed):  # as it stands, it says so itself
                quotation = await quotes.withdraw(
                    conn, quotation.id, customer_id=quotation.customer_id, cause=cause
                )
            return [Say(quotation_words.withdrawn(words, quotation))]
        case "again":
            anew = await quotes.ask_again(conn, quotation.id, quotation.customer_id, cause=cause)
            if anew is not None:
                return [Say(quotation_words.complete(words, anew))]
            if quotation.status not in ("expired", "declined", "withdrawn"):
                return [Say(quotation_words.one(words, quotation, zone))]
            return [Say(await _limit_reached(conn, context, quotation.customer_id))]
        case _:
            return [Say(quotation_words.one(words, quotation, zone))]


async def _in_words(
    conn: Connection, context: Context, customer_id: UUID, act: DecideInWords, cause: str | None
) -> Answers:
    """A word alone does not say what it is about: what it may mean is shown, with the buttons that do."""
    decision = act.decision
    if act.number is not None:
        named = await quotes.numbered(conn, act.number)
        if named is None or named.customer_id != customer_id:
            return [Say(quotation_words.refused(context.words, "unknown", None, context.shop.timezone))]
        if act.version is None and decision in ("accept", "decline"):
            return [Say(quotation_words.one(context.words, named, context.shop.timezone))]
        meant = DecideOn(named.id, act.version or named.version, decision)
        return await _decide_on(conn, context, customer_id, meant, cause)
    found = await quotes.of_customer(conn, customer_id)
    candidates = [each for each in found if each.is_open] or found[:1]
    if decision in ("accept", "decline") or act.greets:
        candidates = [each for each in candidates if each.status == "sent"] or candidates
    if len(candidates) > 1:
        shown = quotation_words.which(context.words, candidates)
    elif candidates:
        shown = quotation_words.one(context.words, candidates[0], context.shop.timezone)
    else:
        shown = quotation_words.my_quotations(context.words, context.plan, [])
    return [Say(opened(context, "greeting" if act.greets else None, shown), greets=act.greets)]


async def _shown(conn: Connection, context: Context, customer_id: UUID, act: Show) -> Content:
    match act.topic:
        case "plan":
            return wording.my_plan(context.words, context.plan, context.plan_ends_at)
        case "upgrade":
            offers = await subscriptions.offers(conn, customer_id)
            return plan_words.upgrade(context.words, context.shop.name, offers)
        case "quotes":
            found = await quotes.of_customer(conn, customer_id)
            return quotation_words.my_quotations(context.words, context.plan, found)
        case "orders" | "track":
            return await show_orders(conn, context, customer_id, track=act.topic == "track")


async def _bought(conn: Connection, context: Context, customer_id: UUID, plan_code: str) -> Content:
    try:
        chosen = await subscriptions.choose(conn, customer_id, plan_code)
    except PlanNotOnSale:
        return plan_words.not_on_sale(context.words)
    return plan_words.chosen(context.words, chosen)


async def _changed(conn: Connection, context: Context, customer_id: UUID, act: ChangePlan) -> Content:
    if act.change == "cancel_plan":
        ending = await subscriptions.cancel(conn, customer_id)
        ends_at = context.on_the_wall(ending.end_date if ending else None)
        return plan_words.cancelled(context.words, ending, ends_at)
    kept = await subscriptions.keep(conn, customer_id)
    return plan_words.kept(context.words, kept, context.on_the_wall(kept.end_date if kept else None))
