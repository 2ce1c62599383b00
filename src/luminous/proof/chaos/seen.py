"""What is there after a run: the ledger, the tables, and what customers really got."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from luminous.channels.meta.payload import CALLBACK_PREFIX
from luminous.db import Connection, sql
from luminous.proof.chaos.ledger import Entry
from luminous.proof.stage.graph import Sent


@dataclass(frozen=True, slots=True)
class Taken:
    """A row of the inbox."""

    external_id: str
    customer_id: UUID | None
    is_new_customer: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A row of the outbox. in_doubt: calls whose end was not known, or that WhatsApp said had failed."""

    id: int
    customer_id: UUID
    status: str
    in_doubt: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the verdict looks at. Times are monotonic.

    acknowledged: message ids; answered_at: of every 200, in order; told_at: of each outbox row, when its
    first status was taken with 200; customers: the live ones; sent: in the order of sending.
    """

    acknowledged: frozenset[str]
    answered_at: Sequence[float]
    told_at: dict[int, float]
    customers: frozenset[UUID]
    inbox: Sequence[Taken]
    outbox: dict[int, Owed]
    sent: Sequence[Sent]
    killed_at: Sequence[float]

    def sends(self) -> dict[int, list[Sent]]:
        """What really went, by outbox row, each in the order of sending."""
        by_row: dict[int, list[Sent]] = {}
        for one in self.sent:
            by_row.setdefault(row_of(one), []).append(one)
        return by_row

    def first_answers_after(self, moments: Sequence[float]) -> list[float]:
        """For how many seconds after each moment nothing was answered with 200."""
        places = [bisect(self.answered_at, moment) for moment in moments]
        return [
            self.answered_at[place] - moment
            for moment, place in zip(moments, places, strict=True)
            if place < len(self.answered_at)
        ]


def row_of(sent: Sent) -> int:
    """The outbox row that was sent; 0 when it named none."""
    return row_in(sent.callback_data)


def row_in(outbox_data: str | None) -> int:
    """The outbox row that statuses name; 0 for none."""
    number = (outbox_data or "").removeprefix(CALLBACK_PREFIX)
    return int(number) if number.isdigit() else 0


async def look(
    conn: Connection, ledger: Sequence[Entry], sent: Sequence[Sent], killed_at: Sequence[float]
) -> Seen:
    """Read the tables, and put everything side by side."""
    told_at: dict[int, float] = {}
    for entry in ledger:
        if entry.outbox_data:
            told_at.setdefault(row_in(entry.outbox_data), entry.answered_at)
    return Seen(
        acknowledged=frozenset(wamid for entry in ledger for wamid in entry.wamids),
        answered_at=[entry.answered_at for entry in ledger],
        told_at=told_at,
        customers=frozenset(await CUSTOMERS.all(conn)),
        inbox=await INBOX.all(conn),
        outbox={row.id: row for row in await OUTBOX.all(conn)},
        sent=sent,
        killed_at=killed_at,
    )


CUSTOMERS = sql("select id from customers where deleted_at is null").into(UUID)
INBOX = sql("select external_id, customer_id, is_new_customer from inbox").into(Taken)
OUTBOX = sql("""
    select id, customer_id, status, lost_answers + failed_answers as in_doubt from outbox
""").into(Owed)
