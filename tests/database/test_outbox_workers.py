"""Several workers at the outbox: nothing is sent twice, nobody waits for another, the order holds."""

import asyncio
from functools import partial
from uuid import UUID

import psycopg
import pytest

from luminous import outbox
from luminous.db import Connection, sql

from .owing import claimed, customer, owes
from .people import OTHER_PHONE, PHONE
from .racing import connections, retried, until_blocked


async def test_two_in_flight_are_refused_by_name(conn: Connection) -> None:
    amina = await customer(conn, PHONE)
    await owes(conn, amina)
    await owes(conn, amina)

    with pytest.raises(psycopg.errors.UniqueViolation, match="outbox_one_in_flight_per_customer"):
        await conn.execute("update outbox set status = 'sending'")


async def test_a_message_is_owed_once_even_by_two_at_once(database_url: str) -> None:
    async with connections(database_url, 3) as (one, other, watcher):
        amina = await customer(watcher, PHONE)
        async with one.transaction():
            await OWE_SAME.run(one, customer_id=amina)
            second = asyncio.create_task(OWE_SAME.run(other, customer_id=amina))
            await until_blocked(watcher, other)

        assert await second == 0


async def test_a_claim_under_way_is_passed_over_without_waiting(database_url: str) -> None:
    async with connections(database_url, 2) as (one, other):
        amina, bosco = await customer(one, PHONE), await customer(one, OTHER_PHONE)
        hers = await owes(one, amina)
        await owes(one, amina)
        his = await owes(one, bosco)

        async with one.transaction(), other.transaction(), asyncio.timeout(30):
            assert (await claimed(one)).id == hers
            assert (await claimed(other)).id == his
            assert await outbox.claim(other) is None


async def test_six_workers_send_everything_once_and_in_order(database_url: str) -> None:
    sent: dict[str, list[int]] = {}

    async def work(conn: Connection, owed: int) -> None:
        while sum(map(len, sent.values())) < owed:
            message = await retried(conn, outbox.claim)
            if message is None:
                await asyncio.sleep(0.002)
            elif message.to:
                sent.setdefault(message.to, []).append(message.id)
                accepted = partial(
                    outbox.accepted, outbox_id=message.id, channel="meta", external_id=f"wamid.{message.id}"
                )
                await retried(conn, accepted)

    async with connections(database_url, 6) as workers:
        everybody = [await customer(workers[0], f"+25677200000{n}") for n in range(5)]
        due: dict[UUID, list[int]] = {who: [] for who in everybody}
        for _ in range(6):
            for who in everybody:
                due[who].append(await owes(workers[0], who))
        async with asyncio.timeout(60):
            await asyncio.gather(*(work(conn, 30) for conn in workers))

    assert sorted(sent.values()) == sorted(due.values())


OWE_SAME = sql("""
    insert into outbox
      (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key, content)
    values (%(customer_id)s, 0, 'meta', '1', 'reply', 'the same', '{}')
    on conflict (dedupe_key) do nothing
""")
