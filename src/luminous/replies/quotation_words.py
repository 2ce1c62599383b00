"""What we say about requests, quotations and what became of them. A button names quotation and version."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from luminous import money
from luminous.catalogues import Catalogue
from luminous.messages import Attachment, Button, Content, Row, TemplateUse
from luminous.quotes import Accepted, Line, Requested, Standing
from luminous.replies.wording import buttons, plain, short
from luminous.subscriptions import Entitlements, Offer

MOST_ROWS = 10
MOST_NAMED = 6  # of the goods or quotations in one message
LONGEST_TITLE = 40
PDF = "application/pdf"


def noted(words: Catalogue, asked: Requested) -> Content:
    """Something was added to a request."""
    if asked.quotation.status != "collecting":
        return Content(words.say("request.answered", name=asked.quotation.name))
    if asked.is_new:
        text = words.say("request.noted", name=asked.quotation.name)
    else:
        items = words.count("request.items", asked.items)
        text = words.say("request.added", name=asked.quotation.name, items=items)
    return Content(text, buttons=buttons(words, "done"))


def complete(words: Catalogue, quotation: Standing) -> Content:
    """A request is with staff now."""
    items = words.count("request.items", quotation.items)
    text = words.say("request.complete", name=quotation.name, items=items)
    return Content(text, buttons=(bound(words, quotation, "withdraw"),))


def nothing_to_complete(words: Catalogue, latest: Standing | None) -> Content:
    """“That is all”, and nothing is being added to."""
    if latest is None or not latest.is_open:
        return Content(words.say("request.nothing"))
    return Content(words.say("request.already", name=latest.name))


def limit_reached(
    words: Catalogue, plan: Entitlements, opened: Sequence[Standing], offers: Sequence[Offer]
) -> Content:
    """The plan allows no more: how many are open, which, and what an upgrade gives."""
    better = next((offer for offer in offers if offer.open_quote_limit > plan.open_quote_limit), None)
    if better is None:
        then = words.say("limit.highest")
    else:
        then = words.say(
            "limit.upgrade",
            plan=better.name,
            quotations=words.count("plan.quotations", better.open_quote_limit),
            fee=plain(better.service_fee_percent),
        )
    lines = [
        words.say("limit.line", name=each.name, title=title(each), status=status(words, each))
        for each in opened[:MOST_NAMED]
    ]
    if len(opened) > MOST_NAMED:
        lines.append(words.say("quotation.more", number=len(opened) - MOST_NAMED))
    text = words.say(
        "limit.text",
        quotations=words.count("plan.quotations", len(opened)),
        plan=plan.plan_name,
        limit=plan.open_quote_limit,
        open="\n".join(lines),
        then=then,
    )
    offered = ("upgrade", "quotes", "person") if better else ("quotes", "person")
    return Content(text, buttons=buttons(words, *offered))


def quotation(
    words: Catalogue, sent: Standing, lines: Sequence[Line], zone: ZoneInfo
) -> tuple[Content, TemplateUse]:
    """The price, with its document and its buttons; and what says so outside the 24 hours."""
    goods = [
        words.say("quotation.goods", quantity=line.quantity, description=short(line.description, 70))
        for line in lines
        if line.kind == "goods"
    ]
    if len(goods) > MOST_NAMED:
        goods = [*goods[:MOST_NAMED], words.say("quotation.more", number=len(goods) - MOST_NAMED)]
    text = words.say(
        "quotation.text" if sent.version == 1 else "quotation.revised",
        name=sent.name,
        total=total(sent),
        goods="\n".join(goods),
        day=last_day(words, sent, zone),
    )
    filename = words.say("quotation.filename", name=f"{sent.name}-{sent.version}")
    document = Attachment("quotation", str(sent.version_id), filename, PDF)
    until = words.say("quotation.end_of_day", day=last_day(words, sent, zone))
    template = TemplateUse("quotation_ready", (title(sent) or sent.name, total(sent), until), words.language)
    return Content(text, buttons=decisions(words, sent), attachment=document), template


def my_quotations(words: Catalogue, plan: Entitlements, found: Sequence[Standing]) -> Content:
    """The customer's quotations, each a row that shows it."""
    if not found:
        return Content(words.say("quotation.none"), buttons=buttons(words, "price"))
    text = words.say(
        "quotation.list",
        quotations=words.count("plan.quotations", plan.open_quotes),
        limit=plan.open_quote_limit,
        plan=plan.plan_name,
    )
    rows = tuple(_row(words, each) for each in found[:MOST_ROWS])
    return Content(text, rows=rows, label=words.say("buttons.open_quotes"))


def one(words: Catalogue, shown: Standing, zone: ZoneInfo) -> Content:
    """One quotation as it stands, with what can be done about it."""
    lines = [words.say("quotation.one", name=shown.name, title=title(shown), status=status(words, shown))]
    if shown.total is not None and shown.status in ("sent", "accepted"):
        lines.append(words.say("quotation.total", total=total(shown)))
    if shown.status == "sent":
        lines.append(words.say("quotation.until", day=last_day(words, shown, zone)))
        lines.append(words.say("quotation.in_words", name=shown.name, version=shown.version))
    return Content("\n".join(lines), buttons=_what_next(words, shown))


def accepted(words: Catalogue, outcome: Accepted, zone: ZoneInfo) -> Content:
    """It was accepted, now or before."""
    if outcome.quotation.order_status != "awaiting_payment":
        return Content(
            words.say("quotation.paid", name=outcome.quotation.name), buttons=buttons(words, "orders")
        )
    until = outcome.last_moment.astimezone(zone)
    text = words.say(
        "quotation.accepted" if outcome.is_first else "quotation.accepted_before",
        name=outcome.quotation.name,
        total=money.show(outcome.amount, outcome.currency),
        day=words.weekday(until),
        time=f"{until:%H:%M}",
    )
    return Content(text, buttons=(_pay(words, outcome.order_id),))


def declined(words: Catalogue, quotation: Standing) -> Content:
    """The customer does not want it."""
    return Content(words.say("quotation.declined", name=quotation.name), buttons=buttons(words, "person"))


def withdrawn(words: Catalogue, quotation: Standing) -> Content:
    """The customer took it back; or it was too late for that."""
    if quotation.status == "withdrawn":
        return Content(words.say("quotation.withdrawn", name=quotation.name))
    return Content(
        words.say("quotation.cannot_withdraw", name=quotation.name, status=status(words, quotation)),
        buttons=buttons(words, "quotes", "person"),
    )


def refused(words: Catalogue, why: str, quotation: Standing | None, zone: ZoneInfo) -> Content:
    """A button that does not count any more: how things stand, and what can be done."""
    if quotation is None:
        return Content(words.say("quotation.unknown"), buttons=buttons(words, "quotes"))
    if why == "revised":
        return Content(words.say("quotation.being_revised", name=quotation.name))
    if why == "replaced" and quotation.status == "sent":
        text = words.say(
            "quotation.replaced",
            name=quotation.name,
            total=total(quotation),
            day=last_day(words, quotation, zone),
        )
        return Content(text, buttons=decisions(words, quotation))
    return Content(
        words.say("quotation.over", name=quotation.name, status=status(words, quotation)),
        buttons=_what_next(words, quotation) or buttons(words, "quotes"),
    )


def asked(words: Catalogue, quotation: Standing) -> Content:
    """After “Ask about it”."""
    return Content(words.say("quotation.asked", name=quotation.name))


def which(words: Catalogue, found: Sequence[Standing]) -> Content:
    """“Accept” as a word: which one is meant, as rows that show it. Deciding takes its own button."""
    rows = tuple(_row(words, each) for each in found[:MOST_ROWS])
    return Content(words.say("quotation.which"), rows=rows, label=words.say("buttons.open_quotes"))


def run_out(words: Catalogue, name: str, id_: UUID, version: int) -> Content:
    """Nobody decided in time."""
    again = Button(choice(id_, version, "again"), words.say("buttons.again"))
    return Content(words.say("quotation.run_out", name=name), buttons=(again,))


def rejected(words: Catalogue, quotation: Standing) -> Content:
    """Goods that the shop does not buy."""
    return Content(words.say("quotation.rejected", name=quotation.name, reason=quotation.reason or ""))


def question(words: Catalogue, quotation: Standing) -> Content:
    """Staff need to know something first."""
    return Content(words.say("quotation.question", name=quotation.name, question=quotation.reason or ""))


def withdrawn_by_us(words: Catalogue, quotation: Standing) -> Content:
    """Staff took it back."""
    return Content(words.say("quotation.withdrawn_by_us", name=quotation.name, reason=quotation.reason or ""))


def choice(quotation_id: UUID, version: int, verb: str) -> str:
    """What a button sends: it means this quotation, as it stood in this version."""
    return f"quote:{quotation_id}:{version}:{verb}"


def bound(words: Catalogue, quotation: Standing, verb: str) -> Button:
    """A button of this version."""
    return Button(choice(quotation.id, quotation.version, verb), words.say(f"buttons.{verb}"))


def decisions(words: Catalogue, quotation: Standing) -> tuple[Button, ...]:
    """Accept, decline, ask."""
    return tuple(bound(words, quotation, verb) for verb in ("accept", "decline", "ask"))


def status(words: Catalogue, quotation: Standing) -> str:
    """How it stands, in words; an accepted one by its payment."""
    if quotation.status == "accepted" and quotation.order_status is not None:
        known = quotation.order_status in ("awaiting_payment", "cancelled_unpaid")
        return words.say(f"status.{quotation.order_status if known else 'ordered'}")
    return words.say(f"status.{quotation.status}")


def title(quotation: Standing) -> str:
    """What it is about, in a few words."""
    return short(quotation.title or "", LONGEST_TITLE)


def total(quotation: Standing) -> str:
    """Its price."""
    return money.show(quotation.total or 0, quotation.currency or "UGX")


def last_day(words: Catalogue, quotation: Standing, zone: ZoneInfo) -> str:
    """The day at whose end it runs out."""
    assert quotation.last_moment is not None  # noqa: S101 - only what was sent is shown with a day
    return words.weekday(quotation.last_moment.astimezone(zone))


def _row(words: Catalogue, quotation: Standing) -> Row:
    named = quotation.name if quotation.total is None else f"{quotation.name} · {total(quotation)}"
    described = f"{status(words, quotation)} · {title(quotation)}"
    return Row(choice(quotation.id, quotation.version, "show"), short(named, 24), short(described, 72))


def _what_next(words: Catalogue, quotation: Standing) -> tuple[Button, ...]:
    match quotation.status:
        case "collecting":
            return (*buttons(words, "done"), bound(words, quotation, "withdraw"))
        case "requested" | "info_needed" | "draft":
            return (bound(words, quotation, "withdraw"), bound(words, quotation, "ask"))
        case "sent":
            return decisions(words, quotation)
        case "accepted" if quotation.order_id is not None and quotation.is_open:
            return (_pay(words, quotation.order_id),)
        case "declined" | "expired" | "withdrawn":
            return (bound(words, quotation, "again"),)
        case _:
            return ()


def _pay(words: Catalogue, order_id: UUID) -> Button:
    return Button(f"order:{order_id}:pay", words.say("buttons.pay"))
