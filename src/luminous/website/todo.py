"""What needs the person's own action now, most pressing first: the top of their overview."""

from dataclasses import dataclass
from uuid import UUID

from luminous import customers, orders, payments, quotes, subscriptions
from luminous.accounts import Visitor
from luminous.db import Connection, sql

GOES_SOMEWHERE = frozenset(orders.ADDRESSABLE) - frozenset(orders.PAYABLE)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody wrote from the customer's number, and it may have been somebody else."""

    id: int
    phone_number: str | None


@dataclass(frozen=True, slots=True)
class Todo:
    """What waits for the person."""

    doubt: Doubt | None
    chosen: subscriptions.Chosen | None
    offers: tuple[quotes.Standing, ...]  # quotations that can be accepted now
    unpaid: tuple[orders.Order, ...]  # accepted, and waiting for their payment
    homeless: tuple[orders.Order, ...]  # paid, and nobody has said where they go
    needs_email: bool

    @property
    def is_empty(self) -> bool:
        """True when nothing waits."""
        return (
            self.doubt is None
            and self.chosen is None
            and not self.offers
            and not self.unpaid
            and not self.homeless
            and not self.needs_email
        )


async def todo(conn: Connection, visitor: Visitor, customer_id: UUID, *, has_mail: bool) -> Todo:
    """Everything that waits for this person."""
    chosen = await subscriptions.chosen(conn, customer_id)
    looked_at = await payments.looked_at(conn, customer_id)
    ordered = await orders.of_customer(conn, customer_id)
    return Todo(
        await DOUBT.maybe(conn, customer_id=customer_id),
        chosen if chosen and chosen.id not in looked_at else None,
        tuple(each for each in await quotes.of_customer(conn, customer_id) if each.status == "sent"),
        tuple(e for e in ordered if e.status == "awaiting_payment" and e.id not in looked_at),
        tuple(e for e in ordered if e.status in GOES_SOMEWHERE and not e.delivery_address),
        has_mail and visitor.email is None,
    )


async def settle_doubt(conn: Connection, customer_id: UUID, conflict_id: int, *, was_me: bool) -> bool:
    """The person, who proved the account otherwise, says who wrote. False when there is no such question."""
    doubt = await DOUBT.maybe(conn, customer_id=customer_id)
    if doubt is None or doubt.id != conflict_id:
        return False
    question = await customers.open_question(conn, conflict_id)
    await customers.settle(conn, question, is_same_person=was_me)
    return True


DOUBT = sql("""
    select id, phone_number from customer_conflicts
     where holder_id = %(customer_id)s and writer_id is null and decision = 'unproven_number'
       and resolved_at is null
""").into(Doubt)
