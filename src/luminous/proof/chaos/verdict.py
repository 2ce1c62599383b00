"""The verdict: what the shop promised against what is there. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection
from uuid import UUID

from luminous.proof.chaos.crowd import Crowd, addresses
from luminous.proof.chaos.seen import Seen, row_of
from luminous.proof.stage.graph import ANSWERED
from luminous.proof.verify_report import Finding

SETTLED = ("accepted", "sent", "delivered", "read")
GIVEN_UP = "dead"  # for staff: it may have gone, and was not risked again
IN_FLIGHT_SECONDS = 3.0  # at most between claim, call and record, on a machine that is busy
UNDER_WAY_SECONDS = 2.0  # a claim may have been committed that long before its call is seen


def judge(crowd: Crowd, seen: Seen) -> list[Finding]:
    """Every promise, with what speaks against it."""
    return [
        _nothing_acknowledged_is_lost(seen),
        _each_message_is_stored_once(crowd, seen),
        _each_person_is_one_customer(crowd, seen),
        _each_customer_is_new_once(seen),
        _each_reply_reaches_its_writer(crowd, seen),
        _each_reply_is_settled(seen),
        _replies_leave_in_order(seen),
        _twice_only_with_a_cause(seen),
        _never_twice_once_told(seen),
    ]


def _nothing_acknowledged_is_lost(seen: Seen) -> Finding:
    lost = seen.acknowledged - {message.external_id for message in seen.inbox}
    return _finding(
        "No acknowledged message is lost", lost, f"{len(seen.acknowledged):,} acknowledged, all stored"
    )


def _each_message_is_stored_once(crowd: Crowd, seen: Seen) -> Finding:
    times = Counter(message.external_id for message in seen.inbox)
    wrong = [wamid for wamid in {*times, *crowd.writers} if times[wamid] != 1 or wamid not in crowd.writers]
    return _finding("Every message is stored exactly once", wrong, f"{len(crowd.writers):,} messages")


def _each_person_is_one_customer(crowd: Crowd, seen: Seen) -> Finding:
    customers: defaultdict[int, set[UUID | None]] = defaultdict(set)
    for message in seen.inbox:
        customers[crowd.writers.get(message.external_id, -1)].add(message.customer_id)
    split = [
        f"person {person}" for person, records in customers.items() if len(records) != 1 or None in records
    ]
    known = {customer for records in customers.values() for customer in records}
    wrong = [*split, *(f"customer {one}" for one in seen.customers ^ known)]
    if len(known) != len(customers):
        wrong.append(f"{len(customers)} people are {len(known)} customers")
    return _finding("Each person is one live customer", wrong, f"{len(customers):,} people")


def _each_customer_is_new_once(seen: Seen) -> Finding:
    news = Counter(message.customer_id for message in seen.inbox if message.is_new_customer)
    writers = {message.customer_id for message in seen.inbox}
    wrong = [str(customer) for customer in writers if news[customer] != 1]
    return _finding("Each customer is new once", wrong, f"{len(writers):,} customers")


def _each_reply_reaches_its_writer(crowd: Crowd, seen: Seen) -> Finding:
    writer = {message.customer_id: crowd.writers.get(message.external_id, -1) for message in seen.inbox}
    wrong = [
        one.wamid
        for one in seen.sent
        if (row := seen.outbox.get(row_of(one))) is None
        or one.to not in addresses(writer.get(row.customer_id, -1))
    ]
    return _finding("Each reply goes to the person whom it answers", wrong, f"{len(seen.sent):,} sent")


def _each_reply_is_settled(seen: Seen) -> Finding:
    went = seen.sends()
    wrong = [
        f"{row.id} {row.status}"
        for row in seen.outbox.values()
        if row.status not in (*SETTLED, GIVEN_UP) or (row.status in SETTLED and row.id not in went)
    ]
    given_up = sum(row.status == GIVEN_UP for row in seen.outbox.values())
    evidence = f"{len(seen.outbox) - given_up:,} accepted, {given_up:,} given up for staff"
    return _finding("Each reply was accepted, and really went, or is with staff", wrong, evidence)


def _replies_leave_in_order(seen: Seen) -> Finding:
    latest: dict[UUID, int] = {}
    wrong: list[str] = []
    for one in seen.sent:
        if row := seen.outbox.get(row_of(one)):
            if row.id < latest.get(row.customer_id, 0):
                wrong.append(f"{row.id} after {latest[row.customer_id]}")
            latest[row.customer_id] = max(row.id, latest.get(row.customer_id, 0))
    return _finding("Each customer's replies arrive in order", wrong, f"{len(latest):,} conversations")


def _twice_only_with_a_cause(seen: Seen) -> Finding:
    """A call's end was not known: WhatsApp did not say it, or somebody was killed between send and record."""
    lost_answers = after_kills = 0
    wrong: list[str] = []
    for row_id, sends in seen.sends().items():
        for earlier in sends[:-1]:
            if earlier.fault != ANSWERED.name:
                lost_answers += 1
            elif any(abs(killed_at - earlier.sent_at) < IN_FLIGHT_SECONDS for killed_at in seen.killed_at):
                after_kills += 1
            else:
                wrong.append(f"{row_id} without a kill near its first sending")
        row = seen.outbox.get(row_id)
        if row is None or len(sends) - 1 > row.in_doubt:
            wrong.append(f"{row_id} more often than it was in doubt")
    evidence = (
        f"{lost_answers + after_kills} of {len(seen.sends()):,}: {lost_answers} after a lost answer, "
        f"{after_kills} after one of {len(seen.killed_at)} kills"
    )
    return _finding("A reply goes twice only where its first end was not known", wrong, evidence)


def _never_twice_once_told(seen: Seen) -> Finding:
    wrong = [
        f"{row_id}"
        for row_id, sends in seen.sends().items()
        if any(one.sent_at > seen.told_at.get(row_id, one.sent_at) + UNDER_WAY_SECONDS for one in sends)
    ]
    return _finding("No reply goes again once its status came", wrong, f"{len(seen.told_at):,} had one")


def _finding(item: str, wrong: Collection[str], evidence: str) -> Finding:
    if not wrong:
        return Finding(item, "✓", evidence)
    more = f" and {len(wrong) - 20:,} more" if len(wrong) > 20 else ""
    return Finding(item, "✗", f"{len(wrong):,}: {', '.join(sorted(wrong)[:20])}{more}")
