"""The shop moves to another Meta portfolio, where everybody has another user id: the old ones go."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from luminous.db import Connection, sql

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Retirement:
    """What giving up every user id that was learnt before a moment would mean, in customers."""

    before_at: datetime
    user_ids: int  # to be given up
    without_number: int  # of these: nothing is left to know them by
    silent: int  # of these: silent for so long that the number alone proves nothing
    learnt_since: int  # known by a user id that stays
    last_retired_at: datetime | None  # it was done before


async def retirement(conn: Connection, before_at: datetime | None) -> Retirement:
    """Count what would follow. before_at None: now."""
    return await RETIREMENT.one(conn, before_at=before_at)


async def retire_some(conn: Connection, before_at: datetime, after_id: UUID | None) -> list[UUID]:
    """Give up the user ids of the next thousand customers after this one, in this transaction.

    Returns whose; empty when all are done. Links, sessions and what is owed stay as they are: it is the
    same person. A message that was sent before is still known by the old id, which is not learnt again.
    """
    await SAY_WHY.run(conn)
    return await RETIRE.all(conn, before_at=before_at, after_id=after_id, most=BATCH)


RETIREMENT = sql("""
    with given as (select coalesce(%(before_at)s::timestamptz, now()) as before_at)
    select before_at,
           count(*) filter (where is_older) as user_ids,
           count(*) filter (where is_older and phone_number is null) as without_number,
           count(*) filter (where is_older and phone_number is not null
                            and coalesce(last_seen_at, created_at)
                                < now() - (select number_goes_stale_after from shop_settings)) as silent,
           count(*) filter (where not is_older) as learnt_since,
           (select max(until_at) from customer_identifiers where until_cause = 'retired') as last_retired_at
      from given
      left join (customer_identifiers held join customers on customers.id = customer_id)
        on kind = 'whatsapp_user_id' and until_at is null
     cross join lateral (select from_at < before_at as is_older) learnt
     group by before_at
""").into(Retirement)

SAY_WHY = sql("select set_config('luminous.cause', 'retired', true)")

RETIRE = sql("""
    with next as (
      select customers.id, whatsapp_user_id
        from customers
       where deleted_at is null and whatsapp_user_id is not null
         and (%(after_id)s::uuid is null or customers.id > %(after_id)s)
         and exists (select from customer_identifiers held
                      where held.customer_id = customers.id and kind = 'whatsapp_user_id' and until_at is null
                        and from_at < %(before_at)s)
       order by customers.id
       limit %(most)s
         for no key update
    ), remembered as (
      insert into announced_changes (previous_user_id, customer_id, announced_at)
      select whatsapp_user_id, id, now() from next
      on conflict do nothing
    )
    update customers set whatsapp_user_id = null, updated_at = now()
      from next where customers.id = next.id
    returning customers.id
""").into(UUID)
