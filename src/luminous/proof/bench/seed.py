"""The usual way, to compare with: look up, insert and update in separate statements, from threads.

Each statement is a transaction of its own, as it is through PostgREST; neither HTTP nor a signature
stands before it here, which flatters it.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from uuid import UUID

from luminous.db import Connection, connect, sql
from luminous.proof.bench.people import (
    Mix,
    any_message,
    any_person,
    message_body,
    message_id,
    user_id,
    wa_id,
)

THREADS = 16


async def usual_way(url: str, mix: Mix, known: int, seconds: float) -> float:
    """Messages a second that so many threads take. known: how many people the database has."""
    until = time.monotonic() + seconds
    begun_at = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        loop = asyncio.get_running_loop()
        taking = [loop.run_in_executor(threads, _take_until, until, url, mix, known) for _ in range(THREADS)]
        taken = await asyncio.gather(*taking)
    return sum(taken) / (time.monotonic() - begun_at)


def _take_until(until: float, url: str, mix: Mix, known: int) -> int:
    async def take() -> int:
        taken = 0
        async with connect(url) as conn:
            while time.monotonic() < until:
                await _take(conn, any_person(mix, known), any_message())
                taken += 1
        return taken

    return asyncio.run(take())


async def _take(conn: Connection, person: int, message: int) -> None:
    raw = message_body(person, message, time.time())
    phone = "+" + wa_id(person)
    customer = await FIND.maybe(conn, phone=phone)
    is_new = customer is None
    if customer is None:
        customer = await ADD.one(conn, phone=phone, wa_id=wa_id(person), user_id=user_id(person))
    body_id = await KEEP.one(conn, body=raw, sha256=sha256(raw).digest())
    await PUT.run(
        conn,
        id=message_id(message),
        customer=customer,
        phone=phone,
        user_id=user_id(person),
        is_new=is_new,
        body_id=body_id,
    )
    await SEE.run(conn, customer=customer)
    await WAIT.run(conn, customer=customer)


FIND = sql("select id from customers where phone_number = %(phone)s and deleted_at is null").into(UUID)

ADD = sql("""
    insert into customers (phone_number, whatsapp_id, whatsapp_user_id, display_name, last_seen_at)
    values (%(phone)s, %(wa_id)s, %(user_id)s, 'Amina', now())
    returning id
""").into(UUID)

KEEP = sql("""
    insert into webhook_bodies (channel, body, sha256) values ('meta', %(body)s, %(sha256)s) returning id
""").into(int)

PUT = sql("""
    insert into inbox (channel, external_id, customer_id, business_number_id, kind, text, details,
                       from_phone_number, from_user_id, is_new_customer, body_id, sent_at)
    values ('meta', %(id)s, %(customer)s, '106540352242922', 'text', 'Hello, what does this cost in Kampala?',
            '{"body":"Hello, what does this cost in Kampala?"}', %(phone)s, %(user_id)s, %(is_new)s,
            %(body_id)s, now())
""")

# No more often than once a minute, as in the way that it is compared with.
SEE = sql("""
    update customers set last_seen_at = now(), updated_at = now()
     where id = %(customer)s and last_seen_at < now() - interval '1 minute'
""")

WAIT = sql("""
    update conversations set waiting_since = now() where customer_id = %(customer)s and waiting_since is null
""")
