"""Quotations as tests need them, each at its place."""

from decimal import Decimal
from uuid import UUID

from luminous import quotes
from luminous.db import Connection, sql
from luminous.quotes import Basket, Goods, Letterhead, Piece, Standing
from luminous.quotes.standing import Status
from tests.database.people import PHONE, add

KAMPALA = Letterhead("Pearl Shopping", "+256700000001", "Africa/Kampala", "en")
SHOES = Basket((Goods("Nike Air Max 90, size 42", 1, 12999, "USD"),), 120_000, 60_000, 10_000)
LINK = Piece("link", "size 42", "https://shop.example/shoes")


async def a_customer(conn: Connection, plan: str = "guest", phone: str = PHONE) -> UUID:
    """A customer who has this plan, and a shop that has a rate for dollars."""
    await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
    customer_id = await add(conn, phone)
    if plan != "guest":
        await PLAN.run(conn, id=customer_id, plan=plan)
    return customer_id


async def requested(conn: Connection, customer_id: UUID) -> Standing:
    """A complete request."""
    assert await quotes.request(conn, customer_id, [LINK])
    found = await quotes.complete(conn, customer_id)
    assert found
    return found


async def sent(conn: Connection, customer_id: UUID, basket: Basket = SHOES) -> Standing:
    """A quotation that the customer can decide on."""
    quotation = await requested(conn, customer_id)
    draft = await quotes.draft(conn, quotation.id, basket, by="Aisha")
    return await quotes.send(conn, quotation.id, draft.version, KAMPALA, by="Aisha")


async def in_status(conn: Connection, customer_id: UUID, status: Status) -> Standing:
    """A quotation that came to this status by the way that leads there."""
    if status == "collecting":
        asked = await quotes.request(conn, customer_id, [LINK])
        assert asked
        return asked.quotation
    if status in ("requested", "info_needed", "draft", "rejected"):
        quotation = await requested(conn, customer_id)
        match status:
            case "info_needed":
                await quotes.ask(conn, quotation.id, by="Aisha", question="Which size?")
            case "draft":
                await quotes.draft(conn, quotation.id, SHOES, by="Aisha")
            case "rejected":
                await quotes.reject(conn, quotation.id, by="Aisha", reason="We do not buy this.")
            case _:
                pass
    else:
        quotation = await sent(conn, customer_id)
        match status:
            case "accepted":
                await quotes.accept(conn, quotation.id, 1, customer_id=customer_id)
            case "declined":
                await quotes.decline(conn, quotation.id, 1, customer_id=customer_id)
            case "withdrawn":
                await quotes.withdraw(conn, quotation.id, customer_id=customer_id)
            case "expired":
                await time_passes(conn)
                await quotes.run_out(conn)
            case _:
                pass
    found = await quotes.standing(conn, quotation.id)
    assert found
    assert found.status == status
    return found


async def time_passes(conn: Connection, days: int = 8) -> None:
    """Everything that was offered, ordered and subscribed happened so many days earlier than it did."""
    await conn.execute("alter table quotation_versions disable trigger trg_quotation_versions_stay")
    for statement in (OFFERED_EARLIER, ORDERED_EARLIER, SUBSCRIBED_EARLIER):
        await statement.run(conn, days=days)
    await conn.execute("alter table quotation_versions enable trigger trg_quotation_versions_stay")


PLAN = sql("""
    with over as (
      update subscriptions set status = 'superseded'
       where customer_id = %(id)s and status = 'active' returning customer_id
    )
    insert into subscriptions (customer_id, plan_id, plan_code, status, end_date)
    select customer_id, plan.id, plan.code, 'active', now() + interval '30 days'
      from over, subscription_plans plan where plan.code = %(plan)s
""")
OFFERED_EARLIER = sql("""
    update quotation_versions
       set sent_at = sent_at - make_interval(days => %(days)s),
           valid_until = valid_until - make_interval(days => %(days)s)
     where sent_at is not null
""")
ORDERED_EARLIER = sql("update orders set pay_until = pay_until - make_interval(days => %(days)s)")
SUBSCRIBED_EARLIER = sql("""
    update subscriptions
       set start_date = start_date - make_interval(days => %(days)s),
           end_date = end_date - make_interval(days => %(days)s)
""")
