"""STOP at random moments among 10,000 queued news: none is claimed after it was committed.

Receipts still go, and START restores. Four workers claim as fast as they can meanwhile.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from luminous import customers, outbox
from luminous.db import Connection, Database, again, sql

PEOPLE, NEWS_EACH, WORKERS, STOPS = 2_000, 5, 4, 40


@dataclass(frozen=True, slots=True)
class Owed:
    customer_id: UUID
    purpose: str
    status: str


@dataclass
class Watch:
    """Who has stopped, as far as anybody can know: noted after the commit, read before a claim begins."""

    stopped: set[UUID] = field(default_factory=set[UUID])
    wrong: list[int] = field(default_factory=list[int])
    is_over: bool = False


async def test_no_news_is_claimed_after_stop_and_receipts_go_and_start_restores(database: Database) -> None:
    watch, dice = Watch(), random.Random(7)  # noqa: S311 - a play that can be repeated
    async with database.transaction() as conn:
        await PLANT.run(conn, people=PEOPLE, each=NEWS_EACH)
        leaving = dice.sample(await EVERYBODY.all(conn), STOPS)

    workers = [asyncio.create_task(work(database, watch)) for _ in range(WORKERS)]
    for customer_id in leaving:
        await asyncio.sleep(dice.random() * 0.01)
        await say(database, customer_id, "opted_out")
        watch.stopped.add(customer_id)
    watch.is_over = True
    await asyncio.gather(*workers)
    async with database.transaction() as conn:
        await ONLY_THESE_ARE_DUE.run(conn, ids=leaving)
    await asyncio.gather(*(drain(database, watch) for _ in range(WORKERS)))

    assert watch.wrong == []
    left = await owed_to(database, leaving)
    assert {each.status for each in left if each.purpose == "receipt"} == {"accepted"}
    assert {each.status for each in left if each.purpose == "marketing"} <= {"accepted", "suppressed"}
    assert {each.customer_id for each in left if each.status == "suppressed"} >= set(leaving[-20:])

    for customer_id in leaving:
        await say(database, customer_id, "opted_in")
    async with database.transaction() as conn:
        await NEWS_FOR.run(conn, ids=leaving)
    await drain(database, Watch())
    told = [each for each in await owed_to(database, leaving) if each.purpose == "restored"]
    assert [each.status for each in told] == ["accepted"] * STOPS


async def work(database: Database, watch: Watch) -> None:
    while not watch.is_over:
        await claim_one(database, watch)


async def drain(database: Database, watch: Watch) -> None:
    while await claim_one(database, watch):
        pass


async def claim_one(database: Database, watch: Watch) -> bool:
    """Claim and hand over one message, and note it when it is news for somebody who had stopped."""
    had_stopped = frozenset(watch.stopped)

    async def one(conn: Connection) -> bool:
        claimed = await outbox.claim(conn)
        if claimed is not None and claimed.status == "sending":
            await outbox.accepted(conn, claimed.id, "meta", f"wamid.{claimed.id}")
            if await NEWS_TO.one(conn, id=claimed.id) in had_stopped:
                watch.wrong.append(claimed.id)
        return claimed is not None

    return await again(database.transaction, one)


async def say(database: Database, customer_id: UUID, consent: Literal["opted_in", "opted_out"]) -> None:
    async with database.transaction() as conn:
        await customers.set_consent(conn, customer_id, consent, source="message")


async def owed_to(database: Database, ids: list[UUID]) -> list[Owed]:
    async with database.transaction() as conn:
        return await OWED.all(conn, ids=ids)


# Everybody wrote a moment ago and said yes to news. A receipt is the last that each is owed.
PLANT = sql("""
    with made as (
      insert into customers (phone_number)
      select '+2567' || lpad(number::text, 8, '0') from generate_series(1, %(people)s) number
      returning id
    ), yes as (
      insert into consents (customer_id, purpose, state, source)
      select id, 'marketing', 'opted_in', 'website' from made
    )
    insert into outbox
      (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key, content)
    select id, 0, 'meta', '1', case place when %(each)s + 1 then 'receipt' else 'marketing' end,
           id::text || place, '{"text": "News"}'
      from made, generate_series(1, %(each)s + 1) place
     order by place, id
""")
EVERYBODY = sql("""
    with wrote as (update conversations set last_message_at = now())
    select id from customers order by phone_number
""").into(UUID)
NEWS_TO = sql("""
    select case purpose when 'marketing' then customer_id end from outbox where id = %(id)s
""").into(UUID)
NEWS_FOR = sql("""
    insert into outbox
      (customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key, content)
    select id, 0, 'meta', '1', 'marketing', 'restored:' || id, '{"text": "News"}'
      from unnest(%(ids)s::uuid[]) id
""")
ONLY_THESE_ARE_DUE = sql("""
    update outbox set next_attempt_at = now() + interval '1 day'
     where status = 'queued' and customer_id <> all(%(ids)s::uuid[])
""")
OWED = sql("""
    select customer_id, status,
           case when dedupe_key like 'restored:%%' then 'restored' else purpose end as purpose
      from outbox where customer_id = any(%(ids)s::uuid[])
""").into(Owed)
