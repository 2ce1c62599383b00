"""`confirm`, `review` and `refund`: what staff say about money."""

import asyncio
from typing import Annotated, Literal

import typer

from luminous import money, notices, subscriptions
from luminous.cli.customers.look import the_one as the_customer
from luminous.cli.customers.paper import say
from luminous.cli.orders.named import Named as Order
from luminous.cli.orders.named import the_one as the_order
from luminous.cli.output import settings_with_database
from luminous.cli.payments.looking import Named, the_one
from luminous.cli.quotes.named import By, in_transaction
from luminous.db import Connection
from luminous.errors import PaymentRefused
from luminous.payments import Method, Payment, Settled
from luminous.shop import shop_of

Decision = Literal["apply", "owe-back", "nothing-came"]
DECISIONS: dict[Decision, Literal["apply", "owe_back", "nothing_came"]] = {
    "apply": "apply",
    "owe-back": "owe_back",
    "nothing-came": "nothing_came",
}

HowItCame = Annotated[Method, typer.Option(help="How it came.")]
Reference = Annotated[str, typer.Option(help="Of the transfer or the slip: it counts once.")]


def confirm(
    order: Order,
    amount: Annotated[str, typer.Argument(help="How much you have seen, as 45,000.")],
    method: HowItCame,
    reference: Reference,
    by: By,
) -> None:
    """Confirm money that came by hand. The exact price pays the order, and the customer gets the receipt."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> Settled:
        found = await the_order(conn, order)
        value = money.read_amount(amount, found.currency)
        return await notices.confirm_payment(
            conn, shop, found.id, amount=value, method=method, reference=reference, by=by
        )

    _say_settled(asyncio.run(in_transaction(settings, work)))


def confirm_plan(
    customer: Annotated[str, typer.Argument(help="Who chose it: an id, a number, a name.")],
    amount: Annotated[str, typer.Argument(help="How much you have seen, as 29,900.")],
    method: HowItCame,
    reference: Reference,
    by: By,
) -> None:
    """Confirm money that came by hand for a plan that the customer chose. The exact price begins it."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> Settled:
        customer_id = await the_customer(conn, customer, settings.shop_region)
        chosen = await subscriptions.chosen_last(conn, customer_id)
        if chosen is None:
            raise PaymentRefused(
                "They have chosen no plan. They do that with “upgrade”, on WhatsApp or the website."
            )
        value = money.read_amount(amount, chosen.currency)
        return await notices.confirm_plan_payment(
            conn, shop, chosen, amount=value, method=method, reference=reference, by=by
        )

    _say_settled(asyncio.run(in_transaction(settings, work)))


def _say_settled(settled: Settled) -> None:
    payment = settled.payment
    booked = f"{payment.pays_for}, {money.show(payment.amount, payment.currency)}"
    match settled.what:
        case "order_paid":
            say(f"It is order {settled.receipt_number}. The customer gets the receipt.")
        case "plan_active":
            say(f"The plan is active: {booked}. The customer is told.")
        case _:
            why = (payment.reason or "").replace("_", " ")
            command = f"luminous payments show {payment.name}"
            say(f"Recorded for {booked}, and not applied: {why}. Decide with `{command}`.")


def review(
    payment: Named,
    decision: Annotated[Decision, typer.Argument(help="What is to become of it.")],
    by: By,
    amount: Annotated[str, typer.Option(help="How much you have seen, where the provider never said.")] = "",
) -> None:
    """Decide about money that does not fit, or about a payment that the provider never answered for."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> Payment:
        found = await the_one(conn, payment)
        seen = money.read_amount(amount, found.currency) if amount else None
        return await notices.decide_payment(
            conn, shop, found.id, DECISIONS[decision], by=by, paid_amount=seen
        )

    decided = asyncio.run(in_transaction(settings, work))
    say(f"The payment is {decided.status.replace('_', ' ')}.")


def refund(
    payment: Named,
    amount: Annotated[str, typer.Argument(help="How much went back, as 45,000.")],
    reference: Annotated[str, typer.Option(help="Of the transfer that sent it back.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why, for staff.")] = "refund",
) -> None:
    """Record money that went back, and tell the customer. All of it ends the plan or undelivered order."""
    settings = settings_with_database()
    shop = shop_of(settings)

    async def work(conn: Connection) -> Payment:
        found = await the_one(conn, payment)
        value = money.read_amount(amount, found.currency)
        return await notices.record_refund(
            conn, shop, found.id, amount=value, reference=reference, reason=reason, by=by
        )

    after = asyncio.run(in_transaction(settings, work))
    say(f"The payment is {after.status.replace('_', ' ')}; the customer is told.")
