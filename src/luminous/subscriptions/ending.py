"""How a plan ends: by the clock, cancelled for its end, or taken back. Guest follows at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Ending:
    """A plan that was paid for and ends, or has ended."""

    id: UUID
    customer_id: UUID
    plan_code: str
    plan_name: str
    end_date: datetime


async def cancel(conn: Connection, customer_id: UUID, *, by: str = "customer") -> Ending | None:
    """Let the customer's plan end when its time is over. None: nothing is held that ends (Guest)."""
    return await CANCEL.maybe(conn, customer_id=customer_id, by=by)


async def keep(conn: Connection, customer_id: UUID, *, by: str = "customer") -> Ending | None:
    """Undo `cancel`, as long as the plan is live by the clock. None: nothing was cancelled."""
    return await KEEP.maybe(conn, customer_id=customer_id, by=by)


async def revoke(conn: Connection, subscription_id: UUID, *, by: str) -> UUID | None:
    """Take a live plan back (a refund, staff) and return whose it was; None when it is not live."""
    return await REVOKE.maybe(conn, id=subscription_id, by=by)


async def end_those_over(conn: Connection) -> list[Ending]:
    """Settle what the clock has ended, at most 200 at once, and return those that were paid for.

    However long nobody did it: each customer's Guest plan begins at the instant at which the other ended.
    """
    return [ending for ending in await END_THOSE_OVER.all(conn) if ending.plan_code != "guest"]


async def those_ending_soon(conn: Connection) -> list[Ending]:
    """The paid plans that end within three days and whose holder was not told yet: once each, at most 200."""
    return await ENDING_SOON.all(conn)


CANCEL = sql("""
    update subscriptions
       set status = 'cancel_scheduled', changed_by = %(by)s, updated_at = now()
      from subscription_plans plan
     where customer_id = %(customer_id)s and plan.id = plan_id
       and status in ('active', 'cancel_scheduled') and end_date > now() and plan_code <> 'guest'
    returning subscriptions.id, customer_id, plan_code, plan.name as plan_name, end_date
""").into(Ending)

KEEP = sql("""
    update subscriptions
       set status = 'active', changed_by = %(by)s, updated_at = now()
      from subscription_plans plan
     where customer_id = %(customer_id)s and plan.id = plan_id
       and status = 'cancel_scheduled' and end_date > now()
    returning subscriptions.id, customer_id, plan_code, plan.name as plan_name, end_date
""").into(Ending)

REVOKE = sql("""
    with revoked as (
      update subscriptions set status = 'revoked', changed_by = %(by)s, updated_at = now()
       where id = %(id)s and status in ('active', 'cancel_scheduled')
      returning customer_id
    )
    insert into subscriptions (customer_id, plan_id, plan_code, status, currency, changed_by)
    select customer_id, plan.id, plan.code, 'active', plan.currency, %(by)s
      from revoked, subscription_plans plan where plan.code = 'guest'
    returning customer_id
""").into(UUID)

END_THOSE_OVER = sql("""
    with over as (
      select id from subscriptions
       where status in ('active', 'cancel_scheduled') and end_date <= now()
       order by end_date limit 200
         for no key update skip locked
    ), ended as (
      update subscriptions
         set status = 'expired', changed_by = 'clock', updated_at = now()
        from over where subscriptions.id = over.id
      returning subscriptions.id, customer_id, plan_id, plan_code, end_date
    ), guests as (
      insert into subscriptions (customer_id, plan_id, plan_code, status, start_date, currency, changed_by)
      select customer_id, plan.id, plan.code, 'active', end_date, plan.currency, 'clock'
        from ended, subscription_plans plan where plan.code = 'guest'
    )
    select ended.id, customer_id, plan_code, plan.name as plan_name, end_date
      from ended join subscription_plans plan on plan.id = plan_id
""").into(Ending)

ENDING_SOON = sql("""
    with soon as (
      select id from subscriptions
       where status = 'active' and plan_code <> 'guest' and reminded_at is null
         and end_date > now() and end_date <= now() + interval '3 days'
       order by end_date limit 200
         for no key update skip locked
    )
    update subscriptions
       set reminded_at = now(), updated_at = now()
      from soon, subscription_plans plan
     where subscriptions.id = soon.id and plan.id = plan_id
    returning subscriptions.id, customer_id, plan_code, plan.name as plan_name, end_date
""").into(Ending)
