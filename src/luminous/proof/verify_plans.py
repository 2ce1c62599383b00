"""The plan that comes with a new customer. All that is written here is rolled back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from luminous.customers import resolve
from luminous.db import Connection, sql
from luminous.proof.verify_customers import INSERT_BY_HAND
from luminous.proof.verify_report import Wrong
from luminous.proof.verify_strangers import refusal_of, stranger

GUEST_DAYS = 30
UNIQUE_VIOLATION = "23505"


@dataclass(frozen=True, slots=True)
class Held:
    """A live subscription and its plan's terms."""

    plan_code: str
    status: str
    lasts: timedelta | None  # None: until something else is chosen
    price: int
    currency: str
    open_quote_limit: int


async def trigger_fires(conn: Connection) -> str:
    """Whoever inserts a customer, also without our code."""
    customer_id = await INSERT_BY_HAND.one(conn, phone=stranger().phone)
    held = await HELD.all(conn, customer_id=customer_id)
    if len(held) != 1:
        raise Wrong(f"an insert into customers was followed by {len(held)} live subscriptions, not by one")
    return "a bare insert into customers was followed by one subscription"


async def guest_subscription(conn: Connection) -> str:
    """The terms that a new customer gets."""
    customer = await resolve(conn, stranger())
    held = await HELD.maybe(conn, customer_id=customer.customer_id)
    if held is None:
        raise Wrong("the new customer has no subscription")
    terms = (
        f"{held.plan_code}, {held.status}, {held.lasts.days if held.lasts else 'endless'} days, "
        f"{held.price} {held.currency}, open quotations: {held.open_quote_limit}"
    )
    got = (held.plan_code, held.status, held.lasts, held.price, held.currency, held.open_quote_limit)
    if got != ("guest", "active", timedelta(days=GUEST_DAYS), 0, "UGX", 1):
        raise Wrong(
            f"{terms}; promised are guest, active, {GUEST_DAYS} days, 0 UGX, open quotations: 1. "
            "Look at the plan with code guest in subscription_plans"
        )
    return terms


async def one_live_subscription(conn: Connection) -> str:
    """The table itself refuses a second live subscription."""
    customer = await resolve(conn, stranger())
    states = [
        await refusal_of(conn, SUBSCRIBE.all(conn, customer_id=customer.customer_id, status=status))
        for status in ("active", "active", "cancel_scheduled")
    ]
    live = len(await HELD.all(conn, customer_id=customer.customer_id))
    if live != 1 or states[1:] != [UNIQUE_VIOLATION, UNIQUE_VIOLATION]:
        raise Wrong(f"a customer could be given {live} live subscriptions: the unique index is missing")
    return "a second active or cancel_scheduled subscription is refused"


HELD = sql("""
    select held.plan_code, held.status,
           held.end_date::timestamp - held.start_date::timestamp as lasts,  -- whole days, also in summer time
           plan.price, plan.currency, plan.open_quote_limit
      from subscriptions held
      join subscription_plans plan on plan.id = held.plan_id
     where held.customer_id = %(customer_id)s and held.status in ('active', 'cancel_scheduled')
""").into(Held)
SUBSCRIBE = sql("""
    insert into subscriptions (customer_id, plan_id, plan_code, status)
    select %(customer_id)s, id, code, %(status)s from subscription_plans limit 1
    returning id
""").into(UUID)
