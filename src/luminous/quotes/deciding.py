"""How a quotation ends: accepted, declined, withdrawn, rejected, or run out. One guarded statement each.

A button says which version it belongs to, and only the version that counts can be decided on: what was
pressed late, twice, or under an older offer changes nothing, and the answer says how things stand.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from luminous import outbox
from luminous.db import Connection, sql
from luminous.quotes.drafting import closed
from luminous.quotes.standing import Standing, standing


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted version, and the order that waits for its payment."""

    quotation: Standing
    order_id: UUID
    amount: int
    currency: str
    pay_until: datetime
    is_first: bool  # False: it was accepted before

    @property
    def last_moment(self) -> datetime:
        """The last instant at which a payment can be started: on the day that people are told."""
        return self.pay_until - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed.

    why: `replaced` a newer version counts; `revised` a newer one is being made; `over` the quotation has
    ended as its status says; `unknown` there is no such quotation, or it is somebody else's.
    """

    why: Literal["replaced", "revised", "over", "unknown"]
    quotation: Standing | None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of an accepted version, as far as its acceptance goes."""

    id: UUID
    amount: int
    currency: str
    pay_until: datetime


@dataclass(frozen=True, slots=True)
class RunOut:
    """A quotation that nobody decided on in time."""

    id: UUID
    number: int
    customer_id: UUID
    version: int


async def accept(
    conn: Connection,
    quotation_id: UUID,
    version: int,
    *,
    customer_id: UUID,
    by: str = "customer",
    cause: str | None = None,
) -> Accepted | Refused:
    """Accept this version: its price is locked, its order waits for the payment. Again: the same order."""
    order = await ACCEPT.maybe(
        conn, id=quotation_id, version=version, customer_id=customer_id, by=by, cause=cause
    )
    is_first = order is not None
    if is_first:
        await _forget_offer(conn, customer_id, quotation_id)
    refused = await refusal(conn, quotation_id, version, customer_id)
    if order is None and refused.quotation is not None and refused.quotation.status == "accepted":
        order = await ORDER_OF.maybe(conn, id=quotation_id, version=version)
    if order is None or refused.quotation is None:
        return refused
    return Accepted(refused.quotation, order.id, order.amount, order.currency, order.pay_until, is_first)


async def decline(
    conn: Connection,
    quotation_id: UUID,
    version: int,
    *,
    customer_id: UUID,
    reason: str | None = None,
    cause: str | None = None,
) -> Standing | Refused:
    """The customer does not want this version. Returns how it stands then."""
    changed = await DECLINE.run(
        conn, id=quotation_id, version=version, customer_id=customer_id, reason=reason, cause=cause
    )
    if changed:
        await _forget_offer(conn, customer_id, quotation_id)
    found = await refusal(conn, quotation_id, version, customer_id)
    is_declined = changed or (found.quotation is not None and found.quotation.status == "declined")
    return found.quotation if is_declined and found.quotation is not None else found


async def withdraw(
    conn: Connection,
    quotation_id: UUID,
    *,
    customer_id: UUID | None = None,
    by: str = "customer",
    reason: str | None = None,
    cause: str | None = None,
) -> Standing:
    """Take back what nobody has decided on. customer_id: it has to be theirs. Raises QuotationClosed."""
    changed = await WITHDRAW.run(
        conn, id=quotation_id, customer_id=customer_id, by=by, reason=reason, cause=cause
    )
    found = await _now(conn, quotation_id, changed, "withdrawn")
    await _forget_offer(conn, found.customer_id, quotation_id)
    return found


async def _forget_offer(conn: Connection, customer_id: UUID, quotation_id: UUID) -> None:
    """It is decided on: what still waits to be said about it, as on the website it may, is old news."""
    await outbox.forget_waiting(conn, customer_id, f"quotation:{quotation_id}:")


async def reject(conn: Connection, quotation_id: UUID, *, by: str, reason: str) -> Standing:
    """The shop does not buy this; `reason` is what the customer reads. Raises QuotationClosed."""
    return await _now(
        conn, quotation_id, await REJECT.run(conn, id=quotation_id, by=by, reason=reason), "rejected"
    )


async def ask(conn: Connection, quotation_id: UUID, *, by: str, question: str) -> Standing:
    """Ask the customer something before it is priced; their next words answer. Raises QuotationClosed."""
    changed = await ASK.run(conn, id=quotation_id, by=by, question=question)
    return await _now(conn, quotation_id, changed, "info_needed")


async def run_out(conn: Connection) -> list[RunOut]:
    """Settle what the clock has ended, at most 200 at once. None of it could be accepted any more."""
    return await RUN_OUT.all(conn)


async def refusal(conn: Connection, quotation_id: UUID, version: int, customer_id: UUID) -> Refused:
    """How the quotation stands for somebody who pressed a button of that version."""
    found = await standing(conn, quotation_id)
    if found is None or found.customer_id != customer_id:
        return Refused("unknown", None)
    if found.status in ("requested", "info_needed", "draft"):
        return Refused("revised", found)
    return Refused("replaced" if found.version != version else "over", found)


async def _now(conn: Connection, quotation_id: UUID, changed: int, wanted: str) -> Standing:
    found = await standing(conn, quotation_id)
    if found is None or not (changed or found.status == wanted):
        raise await closed(conn, quotation_id)
    return found


# Whoever is quickest of accept, revise, decline, withdraw and the clock changes the row; the others find it
# changed.
ACCEPT = sql("""
    with accepted as (
      update quotations
         set status = 'accepted', changed_by = %(by)s, cause = %(cause)s, reason = null, updated_at = now()
        from quotation_versions offered
       where quotations.id = %(id)s and customer_id = %(customer_id)s
         and status = 'sent' and version = %(version)s
         and quotation_id = quotations.id and offered.number = %(version)s and valid_until > now()
      returning customer_id, offered.id as version_id, total, currency, valid_until
    )
    insert into orders (customer_id, quotation_version_id, amount, currency, pay_until)
    select customer_id, version_id, total, currency, greatest(valid_until, now() + interval '60 minutes')
      from accepted
    returning id, amount, currency, pay_until
""").into(Order)

ORDER_OF = sql("""
    select orders.id, amount, orders.currency, pay_until
      from orders join quotation_versions offered on offered.id = quotation_version_id
     where quotation_id = %(id)s and offered.number = %(version)s
""").into(Order)

DECLINE = sql("""
    update quotations
       set status = 'declined', changed_by = 'customer', cause = %(cause)s, reason = %(reason)s,
           updated_at = now()
      from quotation_versions offered
     where quotations.id = %(id)s and customer_id = %(customer_id)s
       and status = 'sent' and version = %(version)s
       and quotation_id = quotations.id and offered.number = %(version)s and valid_until > now()
""")

WITHDRAW = sql("""
    update quotations
       set status = 'withdrawn', changed_by = %(by)s, cause = %(cause)s, reason = %(reason)s,
           updated_at = now()
     where id = %(id)s and customer_id = coalesce(%(customer_id)s, customer_id)
       and (status in ('collecting', 'requested', 'info_needed', 'draft')
            or status = 'sent' and exists (select from quotation_versions
                                            where quotation_id = quotations.id and number = version
                                              and valid_until > now()))
""")

REJECT = sql("""
    update quotations
       set status = 'rejected', changed_by = %(by)s, cause = null, reason = %(reason)s, updated_at = now()
     where id = %(id)s and status in ('collecting', 'requested', 'info_needed', 'draft')
""")

ASK = sql("""
    update quotations
       set status = 'info_needed', changed_by = %(by)s, cause = null, reason = %(question)s,
           updated_at = now()
     where id = %(id)s and status in ('collecting', 'requested', 'info_needed', 'draft')
""")

RUN_OUT = sql("""
    with over as (
      select quotations.id
        from quotations
        join quotation_versions offered on offered.quotation_id = quotations.id and offered.number = version
       where status = 'sent' and offered.valid_until <= now()
       order by offered.valid_until limit 200
         for no key update of quotations skip locked
    )
    update quotations
       set status = 'expired', changed_by = 'clock', cause = null, reason = null, updated_at = now()
      from over
     where quotations.id = over.id and status = 'sent'
    returning quotations.id, number, customer_id, version
""").into(RunOut)
