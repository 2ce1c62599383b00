"""The owner's plans and fee. Quotations that were sent keep what they were priced with."""

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from luminous import money, quotes, subscriptions
from luminous.cli.customers.paper import NOTHING, count, facts, print_as_json, say
from luminous.cli.output import AsJson, in_database, print_table, settings_with_database
from luminous.db import Connection
from luminous.errors import LuminousError
from luminous.quotes import ShopTerms
from luminous.subscriptions import Changes, Plan

app = typer.Typer(no_args_is_help=True, help="Plans, the service fee and rounding: what the owner decides.")

Percent = Annotated[str | None, typer.Option(metavar="PERCENT")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the plans, the base fee and the rounding."""

    async def work(conn: Connection) -> tuple[list[Plan], ShopTerms]:
        return await subscriptions.plans(conn), await quotes.shop_terms(conn)

    plans, terms = asyncio.run(in_database(settings_with_database(), work))
    if as_json:
        print_as_json({"plans": plans, "shop": terms})
        return
    rows = [_row(plan, terms) for plan in plans]
    print_table("Plans", ("plan", "price", "days", "fee", "shipping", "open", "holders"), rows)
    facts(
        [
            ("base fee", f"{plain(terms.base_fee_percent)} % of the goods"),
            ("rounding", f"each line of a price to {count(terms.rounding_step, 'shilling')}"),
        ]
    )


@app.command("set")
def set_(
    code: Annotated[str, typer.Argument(metavar="PLAN", help="Its code, from `list`.")],
    name: Annotated[str | None, typer.Option(help="How customers read it.")] = None,
    price: Annotated[str | None, typer.Option(help="For one period, in shillings.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long one period is.")] = None,
    fee_discount: Percent = None,
    shipping_discount: Percent = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Open quotations at a time.")] = None,
    on_sale: Annotated[bool | None, typer.Option("--on-sale/--off-sale", help="Can it be bought?")] = None,
) -> None:
    """Change a plan. Whoever holds it has the new discounts in their next quotation, and keeps its time."""
    changes = Changes(
        name=name,
        price=None if price is None else money.read_amount(price, "UGX"),
        duration_days=days,
        service_fee_discount_percent=read_percent(fee_discount),
        shipping_discount_percent=read_percent(shipping_discount),
        open_quote_limit=limit,
        is_active=on_sale,
    )
    if changes == Changes():
        raise LuminousError("Say what changes: --price, --days, --limit, … `luminous plans set --help`.")
    changed = asyncio.run(
        in_database(
            settings_with_database(), lambda conn: subscriptions.change_plan(conn, code.lower(), changes)
        )
    )
    if not changed:
        raise LuminousError(f"There is no plan {code}. `luminous plans list` shows them.")
    say(f"Changed. Quotations that were sent keep the old terms of {code.lower()}.")


@app.command("fee")
def fee(
    base: Annotated[str | None, typer.Option(metavar="PERCENT", help="The base service fee.")] = None,
    round_to: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Each line of a price is a multiple of it.")
    ] = None,
) -> None:
    """Show or change the base service fee and the rounding of prices."""
    percent = read_percent(base)

    async def work(conn: Connection) -> ShopTerms:
        return await quotes.set_shop_terms(conn, base_fee_percent=percent, rounding_step=round_to)

    terms = asyncio.run(in_database(settings_with_database(), work))
    step = count(terms.rounding_step, "shilling")
    say(f"The base fee is {plain(terms.base_fee_percent)} % of the goods; each line is rounded to {step}.")


def read_percent(text: str | None) -> Decimal | None:
    """A percentage as a person types it. Raises LuminousError."""
    if text is None:
        return None
    try:
        percent = Decimal(text.strip().rstrip("%").strip())
    except InvalidOperation:
        percent = Decimal(-1)
    if not (percent.is_finite() and 0 <= percent <= 100 and percent == percent.quantize(Decimal("0.01"))):
        raise LuminousError(f"“{text}” is not a percentage between 0 and 100, such as 15 or 12.5.")
    return percent


def plain(percent: Decimal) -> str:
    """A percentage without zeros at its end."""
    return f"{percent.normalize():f}"


def _row(plan: Plan, terms: ShopTerms) -> tuple[str, ...]:
    left = terms.base_fee_percent * (100 - plan.service_fee_discount_percent) / 100
    return (
        plan.code + ("" if plan.is_active else " (off sale)"),
        money.show(plan.price, plan.currency),
        str(plan.duration_days),
        f"{plain(left)} %",
        f"−{plain(plan.shipping_discount_percent)} %" if plan.shipping_discount_percent else NOTHING,
        str(plan.open_quote_limit),
        f"{plan.holders:,}",
    )
