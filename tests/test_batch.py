"""What is taken together is what would have been taken one by one: held against the one-message way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from luminous.batch import take_together, without_double_meaning
from luminous.db import Connection, sql
from luminous.inbound import Delivery, Taken, take_events
from luminous.messages import Event, Received, Sender, StatusChange
from luminous.phone import Phone, UserId
from tests.database.people import an_hour_passes

NOW = datetime.now(UTC).replace(microsecond=0)
PHONES = tuple(Phone(f"+25677200000{n}") for n in range(1, 4))
USERS = tuple(UserId(f"UG.100{n}") for n in range(1, 4))


def a_sender(
    phone: Phone | None, user: UserId | None, name: str | None, key_hash: str | None = None
) -> Sender:
    return Sender(
        phone=phone,
        user_id=user,
        parent_user_id=None,
        wa_id=phone.removeprefix("+") if phone else None,
        profile_name=name,
        identity_key_hash=key_hash if phone else None,
    )


senders = st.builds(
    a_sender,
    st.sampled_from([*PHONES, None]),
    st.sampled_from([*USERS, None]),
    st.sampled_from(["Amina", "Bosco", None]),
    st.sampled_from([None, None, None, "hash-1", "hash-2"]),
)
messages = st.tuples(senders, st.integers(0, 12), st.sampled_from([0, 0, 1, 30, 3000]))
bodies = st.lists(messages, min_size=1, max_size=3)
BY_NUMBER = a_sender(PHONES[0], None, "Amina")
# What has happened to the people before: messages, an hour, months, a deletion.
histories = st.lists(
    bodies | st.sampled_from(["an hour", "months", "deleted", "renamed", "in doubt"]), max_size=6
)
NUMBERS = count(1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, st.lists(bodies, min_size=1, max_size=6))
@example([], [[(a_sender(PHONES[0], USERS[0], "Amina"), 1, 0)]] * 3)
@example([[(BY_NUMBER, 1, 0)], "months"], [[(BY_NUMBER, 2, 0)]])
@example([[(BY_NUMBER, 1, 0)], "in doubt"], [[(BY_NUMBER, 2, 0)]])
@example([[(BY_NUMBER, 1, 0)], "deleted"], [[(BY_NUMBER, 2, 0)]])
async def test_batch_leaves_what_the_same_bodies_leave_one_by_one(
    conn: Connection, history: list[Any], batch: list[Any]
) -> None:
    await conn.execute("savepoint before")
    try:
        await conn.execute(OLDER_IS_OLDER.encode())
        for past in history:
            await happens(conn, past)
        deliveries = [delivery(body) for body in batch]
        await conn.execute("savepoint same_start")

        parts = await take_together(conn, deliveries)
        together = [taken for part in parts for taken in part.taken]
        rest = [each for each, part in zip(deliveries, parts, strict=True) if not part.is_whole]
        alone = [taken for each in rest for taken in await take_events(conn, each, each.events)]
        ours = await Shop.now(conn, deliveries, [*together, *alone])

        await conn.execute("rollback to savepoint same_start")
        taken_first = {ours.wamid[taken.inbox_id] for taken in together}
        first = [
            Delivery(each.channel, each.body, [event])
            for each in deliveries
            for event in each.events
            if isinstance(event, Received) and event.external_id in taken_first
        ]
        first.sort(key=in_the_order_of_keys)
        taken = [one for each in [*first, *deliveries] for one in await take_events(conn, each, each.events)]
        assert ours == await Shop.now(conn, deliveries, taken)
    finally:
        await conn.execute("rollback to savepoint before")


@given(st.lists(messages, min_size=1, max_size=12))
def test_no_identifier_of_a_batch_stands_beside_two_different_things(written: list[Any]) -> None:
    given_ = [(number, message(*each)) for number, each in enumerate(written)]

    kept = without_double_meaning([one for one in given_ if one[1].sender.is_named])

    for _, one in kept:
        for _, other in given_:
            if shares_an_identifier(one.sender, other.sender):
                assert one.sender == other.sender


async def test_people_known_and_new_are_taken_together_and_the_rest_is_left(conn: Connection) -> None:
    known, new = sender(1, 1), sender(2, 2)
    await take_events(conn, *events(delivery([(known, 1, 3000)])))
    await an_hour_passes(conn)
    hidden_until_now, renamed = sender(3, 3), sender(1, 1, "Someone else")

    async def whole(*senders: Sender) -> list[bool]:
        parts = await take_together(
            conn, [delivery([(each, number, 0)]) for number, each in enumerate(senders)]
        )
        return [part.is_whole for part in parts]

    assert await whole(known, new, new) == [True, True, True]
    assert await whole(renamed, hidden_until_now) == [False, True]
    assert await whole(sender(None, 3), sender(2, 3)) == [False, False]
    assert await whole(sender(None, 3), sender(1, None)) == [True, True]


async def test_body_that_is_not_only_messages_is_left_and_costs_its_neighbours_nothing(
    conn: Connection,
) -> None:
    status = StatusChange("meta", "wamid.out", "at", "read", NOW, None, None, None, None)
    mixed = delivery([(sender(1, 1), 1, 0)])
    mixed = Delivery("meta", mixed.body, [*mixed.events, status])
    plain = delivery([(sender(2, 2), 2, 0)])

    first, second = await take_together(conn, [mixed, plain])

    assert not first.is_whole
    assert len(first.taken) == 1
    assert second.is_whole


async def test_name_with_quotes_backslashes_and_braces_is_stored_as_it_is(conn: Connection) -> None:
    odd = "\"A\\min{a},null'\n😀"

    await take_together(conn, [delivery([(sender(1, 1, odd), 1, 0)])])

    cursor = await conn.execute("select display_name from customers")
    assert await cursor.fetchall() == [(odd,)]


async def test_thousandth_message_of_a_new_shop_is_looked_up_like_its_first(roomy: Connection) -> None:
    """The statement is planned once, in a table that is empty then and is not for long."""
    costs = list[int]()
    for first in range(0, 1600, 32):
        before = await READ_OF_INBOX.one(roomy)
        await take_together(roomy, [delivery([(sender(1, 1), first + n, 0)]) for n in range(32)])
        costs.append(await READ_OF_INBOX.one(roomy) - before)

    assert costs[-1] <= costs[1] + 32


@dataclass(frozen=True, slots=True)
class Shop:
    """All that intake wrote, without the ids that differ from run to run."""

    customers: list[tuple[Any, ...]]
    inbox: list[tuple[Any, ...]]
    taken: list[tuple[Any, ...]]
    bodies: int
    wamid: dict[int, str]

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Shop)
        assert self.customers == other.customers
        assert self.inbox == other.inbox
        assert self.taken == other.taken
        assert self.bodies == other.bodies
        return True

    @classmethod
    async def now(cls, conn: Connection, deliveries: Sequence[Delivery], taken: Sequence[Taken]) -> "Shop":
        wamids = dict(await (await conn.execute("select id, external_id from inbox")).fetchall())
        return cls(
            customers=await (await conn.execute(CUSTOMERS.encode())).fetchall(),
            inbox=await (await conn.execute(INBOX.encode())).fetchall(),
            taken=sorted(
                (wamids[each.inbox_id], each.is_new_customer, each.decision or "") for each in taken
            ),
            bodies=(await (await conn.execute("select count(*) from webhook_bodies")).fetchall())[0][0],
            wamid=wamids,
        )


# In one transaction all are made at the same time; which of two is older decides about them.
OLDER_IS_OLDER = "alter table customers alter column created_at set default clock_timestamp()"
# Within a minute, when somebody was last seen is not told apart.
CUSTOMERS = """
    select phone_number, whatsapp_user_id, whatsapp_id, display_name, identity_key_hash, identity_epoch,
           deleted_at is null, consent_status, waiting_since is not null, plan_code, is_trial,
           extract(epoch from now() - last_seen_at)::int / 120,
           (select array_agg((kind, value, until_at is null, cause)::text order by customer_identifiers.id)
              from customer_identifiers where customer_id = customers.id),
           (select count(*) from customer_conflicts where holder_id = customers.id and resolved_at is null)
      from customers join conversations on conversations.customer_id = customers.id
      join subscriptions on subscriptions.customer_id = customers.id
     order by customers.created_at, phone_number, whatsapp_user_id, customers.display_name, deleted_at
"""
INBOX = """
    select external_id, phone_number, whatsapp_user_id, kind, text, details::text, from_phone_number,
           from_user_id, is_new_customer, decision, sent_at, answered_at is null, body_id is not null
      from inbox left join customers on customers.id = customer_id order by external_id
"""


async def happens(conn: Connection, past: Any) -> None:
    match past:
        case "an hour":
            await an_hour_passes(conn)
        case "months":
            await conn.execute("update customers set last_seen_at = last_seen_at - interval '60 days'")
        case "deleted":
            await conn.execute("update customers set deleted_at = now() where phone_number = '+256772000001'")
        case "renamed":
            await conn.execute(
                "update customers set display_name = 'By staff', display_name_edited_at = now()"
            )
        case "in doubt":
            await conn.execute(
                "insert into customer_conflicts (holder_id, phone_number, decision)"
                " select id, phone_number, 'unproven_number' from customers"
                " where phone_number is not null and deleted_at is null on conflict do nothing"
            )
        case body:
            await take_events(conn, *events(delivery(body, "past")))


def delivery(written: Sequence[Any], prefix: str = "wamid") -> Delivery:
    """A body with these messages; its bytes are what stands in it. Equal ones are one message, come twice."""
    received: list[Event] = [message(*each, external_id=f"{prefix}.{hash(each)}") for each in written]
    return Delivery("meta", repr(written).encode(), received)


def in_the_order_of_keys(of: Delivery) -> list[str]:
    (event,) = of.events
    assert isinstance(event, Received)
    return [event.sender.phone or "none", event.sender.user_id or "none"]


def events(of: Delivery) -> tuple[Delivery, Sequence[Event]]:
    return of, of.events


def message(written_by: Sender, number: int, seconds_ago: int, external_id: str = "wamid") -> Received:
    return Received(
        channel="meta",
        external_id=external_id,
        position=f"messages[{number}]",
        business_number_id="106540352242922",
        sender=written_by,
        kind="text",
        text=f"Hello {number}",
        choice=None,
        quoted_id=None,
        group_id=None,
        details='{"body": "Hello"}',
        sent_at=NOW - timedelta(seconds=seconds_ago),
    )


def sender(phone: int | None, user: int | None, name: str = "Amina") -> Sender:
    return a_sender(PHONES[phone - 1] if phone else None, USERS[user - 1] if user else None, name)


def shares_an_identifier(one: Sender, other: Sender) -> bool:
    return (one.phone is not None and one.phone == other.phone) or (
        one.user_id is not None and one.user_id == other.user_id
    )


READ_OF_INBOX = sql("""
    select (idx_tup_fetch + seq_tup_read)::bigint from pg_stat_xact_user_tables where relname = 'inbox'
""").into(int)
