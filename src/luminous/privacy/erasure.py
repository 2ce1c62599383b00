"""Erasing a person: `erase_customer` in the database, raw bodies, and a note to leave them alone."""

from uuid import UUID

from luminous.db import Connection, sql
from luminous.errors import ErasureRefused, SettingsMissing
from luminous.privacy.bodies import Named, forget_linked, forget_named
from luminous.privacy.suppression import suppress

MOST_TO_FINISH = 10


async def erase(conn: Connection, customer_id: UUID, *, pepper: str, cause: str) -> bool:
    """Erase the person, under every record that was merged with theirs. Returns False when there is none.

    Raises ErasureRefused while an order or a payment is under way. Twice is as once. What arrives in this
    very moment is emptied a minute later by `finish_erasures`.
    Raises SettingsMissing without a pepper.
    pepper: what the digests of `suppressions` are made with. cause: who asked, in a word.
    """
    if not pepper:
        raise SettingsMissing("PRIVACY_PEPPER is not set: without it, nobody can be kept off lists.")
    if not await EXISTS.one(conn, customer_id=customer_id):
        return False
    # The bodies are read through before anything is locked: there may be many.
    names = await NAMES.all(conn, customer_id=customer_id)
    last_id = await forget_named(conn, names)
    await LOCK.run(conn, customer_id=customer_id)
    if under_way := await UNDER_WAY.all(conn, customer_id=customer_id):
        raise ErasureRefused(
            f"Not yet: {', '.join(under_way)}. Finish it, cancel it or pay it back, then erase the customer."
        )
    names = await NAMES.all(conn, customer_id=customer_id)
    await forget_named(conn, names, last_id)
    await forget_linked(conn, customer_id, names)
    mine = {each.value for each in names if each.until_at is None}
    await suppress(conn, mine | set(await EMAILS.all(conn, customer_id=customer_id)), pepper)
    await ERASE.run(conn, customer_id=customer_id, cause=cause)
    return True


async def finish_erasures(conn: Connection) -> None:
    """Empty what was being received or sent while its person was erased, once that must have ended."""
    for customer_id in await TO_FINISH.all(conn, most=MOST_TO_FINISH):
        names = await NAMES.all(conn, customer_id=customer_id)
        await forget_linked(conn, customer_id, names)
        await ERASE.run(conn, customer_id=customer_id, cause="finished")
        await FINISHED.run(conn, customer_id=customer_id)


EXISTS = sql("select exists (select from customers where id = %(customer_id)s)").into(bool)

# By what bodies name the person: also what messages of theirs came with and was never put on the record.
NAMES = sql("""
    with records as (select records_of_person(%(customer_id)s) as id)
    select value, case when bool_or(until_at is null) then null else max(until_at) end as until_at
      from (select value, until_at from customer_identifiers where customer_id in (select id from records)
             union all
            select '+' || whatsapp_id, null from customers
             where id in (select id from records) and whatsapp_id is not null
             union all
            select named, received_at
              from inbox cross join lateral unnest(array[from_phone_number, from_user_id]) named
             where customer_id in (select id from records) and named is not null) known
     group by value
""").into(Named)

LOCK = sql("""
    select lock_customers(id, id) from (select records_of_person(%(customer_id)s) as id order by 1) records
""")

UNDER_WAY = sql("""
    select coalesce('order ' || number, 'an order') || ' is ' || replace(status, '_', ' ')
      from orders
     where customer_id in (select records_of_person(%(customer_id)s))
       and status not in ('awaiting_payment', 'cancelled_unpaid', 'cancelled', 'delivered', 'closed',
                          'refunded')
     union all
    select 'a payment of ' || amount || ' ' || currency || ' is ' || replace(status, '_', ' ')
      from payments
     where customer_id in (select records_of_person(%(customer_id)s))
       and status not in ('succeeded', 'failed', 'applied', 'partially_refunded', 'refunded', 'reversed')
""").into(str)

EMAILS = sql("""
    select email from profiles
     where email is not null
       and id in (select profile_id from customers where id in (select records_of_person(%(customer_id)s)))
""").into(str)

ERASE = sql("select erase_customer(%(customer_id)s, %(cause)s)")

# No transaction is older than a minute: the limits of every session see to that.
TO_FINISH = sql("""
    select customer_id from erasures
     where finished_at is null and erased_at < now() - interval '1 minute'
     order by erased_at
     limit %(most)s
       for update skip locked
""").into(UUID)

FINISHED = sql("update erasures set finished_at = now() where customer_id = %(customer_id)s")
