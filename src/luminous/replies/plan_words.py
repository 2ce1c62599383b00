"""What we say about buying, keeping and ending a plan."""

from collections.abc import Sequence
from datetime import datetime

from luminous import money
from luminous.catalogues import Catalogue
from luminous.messages import Button, Content, Row, TemplateUse
from luminous.replies.wording import buttons, plain, short
from luminous.subscriptions import Chosen, Ending, Offer, Subscription

MOST = 9  # plans that are offered at once: a list has ten rows


def upgrade(words: Catalogue, shop: str, offers: Sequence[Offer]) -> Content:
    """The plans that can be bought, each a row."""
    if not offers:
        return Content(words.say("upgrade.none"), buttons=buttons(words, "plan"))
    offers = offers[:MOST]
    plans = "\n".join(_in_one_line(words, offer) for offer in offers)
    rows = tuple(
        Row(f"plan:buy:{offer.code}", short(offer.name, 24), short(_in_a_row(words, offer), 72))
        for offer in offers
    )
    text = words.say("upgrade.text", shop=shop, plans=plans)
    return Content(text, rows=rows, label=words.say("buttons.open_plans"))


def chosen(words: Catalogue, choice: Chosen) -> Content:
    """A plan was chosen: what it costs, and how it is paid."""
    price = money.show(choice.amount, choice.currency)
    text = words.say("upgrade.chosen", plan=choice.plan_name, price=price)
    return Content(text, buttons=(Button(f"plan:pay:{choice.id}", words.say("buttons.pay")),))


def not_on_sale(words: Catalogue) -> Content:
    """A plan that was taken off sale, or that is not above theirs any more."""
    return Content(words.say("upgrade.not_on_sale"), buttons=buttons(words, "upgrade", "plan"))


def cancelled(words: Catalogue, ending: Ending | None, ends_at: datetime | None) -> Content:
    """After “Cancel my plan”."""
    if ending is None or ends_at is None:
        return Content(words.say("plan.nothing_to_cancel"))
    text = words.say("plan.cancelled", plan=ending.plan_name, day=words.day(ends_at))
    return Content(text, buttons=(Button("plan:keep_plan", words.say("buttons.keep_plan")),))


def kept(words: Catalogue, ending: Ending | None, ends_at: datetime | None) -> Content:
    """After “Keep my plan”."""
    if ending is None or ends_at is None:
        return Content(words.say("plan.nothing_to_keep"), buttons=buttons(words, "plan"))
    return Content(words.say("plan.kept", plan=ending.plan_name, day=words.day(ends_at)))


def ends_soon(words: Catalogue, ending: Ending, ends_at: datetime) -> tuple[Content, TemplateUse]:
    """Once, some days before a plan ends."""
    day = words.day(ends_at)
    text = words.say("plan.ends_soon", plan=ending.plan_name, day=day)
    renew = Button(f"plan:buy:{ending.plan_code}", words.say("buttons.renew"))
    return Content(text, buttons=(renew,)), TemplateUse(
        "plan_ending", (ending.plan_name, day), words.language
    )


def ended(words: Catalogue, ending: Ending, ends_at: datetime) -> Content:
    """A plan is over, and Guest has taken its place."""
    text = words.say("plan.ended", plan=ending.plan_name, day=words.day(ends_at))
    return Content(text, buttons=buttons(words, "upgrade"))


def confirmed(words: Catalogue, bought: Subscription, ends_at: datetime) -> tuple[Content, TemplateUse]:
    """The payment has arrived: the plan is theirs."""
    day = words.day(ends_at)
    text = words.say("plan.confirmed", plan=bought.plan_name, day=day)
    return Content(text), TemplateUse("plan_confirmed", (bought.plan_name, day), words.language)


def _in_one_line(words: Catalogue, offer: Offer) -> str:
    return words.say(
        "upgrade.one",
        plan=offer.name,
        price=money.show(offer.price, offer.currency),
        days=offer.duration_days,
        fee=plain(offer.service_fee_percent),
        shipping=plain(offer.shipping_discount_percent),
        quotations=words.count("plan.quotations", offer.open_quote_limit),
    )


def _in_a_row(words: Catalogue, offer: Offer) -> str:
    return words.say(
        "upgrade.row",
        price=money.show(offer.price, offer.currency),
        fee=plain(offer.service_fee_percent),
        quotations=words.count("plan.quotations", offer.open_quote_limit),
    )
