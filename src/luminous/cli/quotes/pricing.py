"""`price`, `revise` (the same, for what was sent) and `send`: a draft, its lines, and the message."""

import asyncio
import re
from typing import Annotated

import typer

from luminous import money, notices, quotes
from luminous.cli.customers.paper import command, print_as_json, say
from luminous.cli.output import AsJson, settings_with_database
from luminous.cli.quotes.looking import print_price
from luminous.cli.quotes.named import By, Quotation, in_transaction, the_one
from luminous.db import Connection
from luminous.errors import LuminousError, QuotationClosed
from luminous.quotes import Basket, Draft, Goods, Price, Standing
from luminous.shop import shop_of

Items = Annotated[
    list[str] | None,
    typer.Option(
        "--item", help="“2 x 129.99 USD Nike Air Max 90”, once for each product. Replaces them all."
    ),
]
Shillings = Annotated[str | None, typer.Option(metavar="SHILLINGS")]
Note = Annotated[str | None, typer.Option(help="What the document says beside the price.")]
Clear = Annotated[
    str | None, typer.Option(help="Why it may be priced although the list of goods names it: kept with it.")
]

_ITEM = re.compile(r"(?:(\d{1,6})\s*[x×*]\s*)?([\d.,]+)\s*([A-Za-z]{3})\s+(\S.*)", re.ASCII | re.DOTALL)


REVISE = "Replace what was sent by a new version, and `send` that: the old one cannot be accepted any more."


def price(
    context: typer.Context,
    quotation: Quotation,
    by: By,
    item: Items = None,
    shipping: Shillings = None,
    customs: Shillings = None,
    last_mile: Shillings = None,
    note: Note = None,
    clear: Clear = None,
    as_json: AsJson = False,
) -> None:
    """Price a request, or change a draft: what is not given stays. Nothing is said to the customer yet.

    Goods are in their own currency, the other costs in shillings. Fee and discounts come from the plan.
    """
    given = _Given(item, shipping, customs, last_mile, note, clear)
    _draft(quotation, by, given, as_json, revises=context.info_name == "revise")


def send(
    quotation: Quotation,
    by: By,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is sent.")] = False,
) -> None:
    """Send the draft with its document and buttons. Rates, plan and fee of this moment are frozen."""
    settings = settings_with_database()
    found, priced = asyncio.run(in_transaction(settings, lambda conn: _as_it_is(conn, quotation)))
    print_price(priced.lines)
    if not yes and not typer.confirm("\nSend it to the customer?"):
        say("Nothing was sent.")
        raise typer.Exit(1)

    async def work(conn: Connection) -> tuple[Standing, object]:
        shop = shop_of(settings)
        return await notices.send_quotation(conn, shop, found.id, found.version, by=by)

    sent, owed = asyncio.run(in_transaction(settings, work))
    until = sent.last_moment.astimezone(settings.timezone) if sent.last_moment else None
    say(f"{sent.name}, version {sent.version}, is valid until {until:%A %d %B, %H:%M}." if until else "")
    if owed == "never wrote":
        say("This customer never wrote to us: nobody was told. Give them the document: luminous quote pdf")


class _Given:
    """What was typed. None: as it was."""

    def __init__(
        self,
        items: list[str] | None,
        shipping: str | None,
        customs: str | None,
        last_mile: str | None,
        note: str | None,
        clearance: str | None,
    ) -> None:
        self.goods = None if items is None else tuple(read_item(each) for each in items)
        self.shipping, self.customs, self.last_mile = map(_shillings, (shipping, customs, last_mile))
        self.note, self.clearance = note, clearance

    def basket(self, was: Basket) -> Basket:
        """What was there, with what was typed in its place."""
        return Basket(
            self.goods or was.goods,
            was.shipping if self.shipping is None else self.shipping,
            was.customs if self.customs is None else self.customs,
            was.last_mile if self.last_mile is None else self.last_mile,
        )


def _draft(quotation: str, by: str, given: _Given, as_json: bool, *, revises: bool) -> None:
    async def work(conn: Connection) -> tuple[Standing, Draft]:
        found = await the_one(conn, quotation)
        if revises and found.status not in ("sent", "draft"):
            raise QuotationClosed(f"{found.name} was not sent. Price it: luminous quote price {found.name}")
        if not revises and found.status == "sent":
            raise QuotationClosed(
                f"{found.name} was sent, and the customer may accept it now. To replace it: "
                f"luminous quote revise {found.name}"
            )
        return found, await _priced(conn, found, given, by)

    found, drafted = asyncio.run(in_transaction(settings_with_database(), work))
    if as_json:
        print_as_json(drafted)
        return
    print_price(drafted.price.lines)
    for finding in drafted.findings:
        say(f"\n{finding.ruling}: {finding.goods} (“{finding.word}”). {finding.advice}", "yellow")
    say(f"\n{found.name}, version {drafted.version}, is a draft. The customer has not seen it. Next:")
    command(f"luminous quote send {found.name}")


async def _priced(conn: Connection, found: Standing, given: _Given, by: str) -> Draft:
    detail = await quotes.detail(conn, found.id)
    was = detail.offers[-1] if detail and detail.offers else None
    basket = given.basket(quotes.basket_of(detail.lines if detail else ()))
    return await quotes.draft(
        conn,
        found.id,
        basket,
        by=by,
        note=given.note if given.note is not None else was.note if was else "",
        clearance=given.clearance or (was.clearance if was else None),
    )


async def _as_it_is(conn: Connection, quotation: str) -> tuple[Standing, Price]:
    """The draft, priced with the terms of now: what `send` will freeze."""
    found = await the_one(conn, quotation)
    if found.status == "sent":
        raise QuotationClosed(
            f"{found.name} was sent already. To replace it: luminous quote revise {found.name}"
        )
    if found.status != "draft":
        raise QuotationClosed(f"{found.name} has no price to send: it is {found.status.replace('_', ' ')}.")
    detail = await quotes.detail(conn, found.id)
    basket = quotes.basket_of(detail.lines if detail else ())
    return found, quotes.price(basket, await quotes.terms_for(conn, found.customer_id))


def read_item(text: str) -> Goods:
    """One product as staff type it: `2 x 129.99 USD Nike Air Max 90`. Raises LuminousError."""
    match = _ITEM.fullmatch(text.strip())
    if match is None:
        raise LuminousError(
            f"“{text}” is not a product. Write quantity, price, currency and name: "
            "2 x 129.99 USD Nike Air Max 90"
        )
    currency = money.read_currency(match[3])
    description = " ".join(match[4].split())[:500]
    return Goods(description, int(match[1] or 1), money.read_amount(match[2], currency), currency)


def _shillings(text: str | None) -> int | None:
    return None if text is None else money.read_amount(text, "UGX")
