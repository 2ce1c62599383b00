"""Claiming: one payment that a provider is to be called about, under a lease, judged by what is true now."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from luminous.charges import Charge, ProviderName
from luminous.db import Connection, sql
from luminous.payments.standing import Status
from luminous.phone import Phone

FIRST_LOOK = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A payment that this worker has for a minute. age: since it was stored."""

    id: UUID
    provider: ProviderName
    status: Status  # submitted: ask for it; not_created: too late to ask; else: look how it stands
    amount: int
    currency: str
    payer: str
    payer_text: str
    looks: int
    age: timedelta

    def charge(self) -> Charge:
        """What the provider is to ask for."""
        return Charge(self.id, self.amount, self.currency, Phone(self.payer), self.payer_text)


async def claim(conn: Connection) -> Claimed | None:
    """Claim the next payment that is due, for a minute; None when nothing is due.

    What is to be asked for is `submitted` when this commits, before anybody is called: a worker that dies
    in the call leaves a doubt, and the next one looks before it asks again. Nobody is asked ten minutes
    after they wanted to pay.
    """
    return await CLAIM.maybe(conn)


def next_look(age: timedelta, looks: int) -> timedelta | None:
    """After which pause to look again: 5, 10, 20 s … 5 minutes, hourly after an hour, daily after a day.

    None after a week: then staff decide.
    """
    if age >= 7 * A_DAY:
        return None
    if age >= A_DAY:
        return A_DAY
    if age >= timedelta(hours=1):
        return timedelta(hours=1)
    return min(FIRST_LOOK * 2 ** min(looks, 10), LONGEST_PAUSE)


CLAIM = sql("""
    with due as (
      select id from payments
       where next_look_at <= now() and (lease_until is null or lease_until < now())
       order by next_look_at, id limit 1
         for no key update skip locked
    ), judged as (
      select id,
             case when status in ('created', 'not_created')
                       and created_at > now() - interval '10 minutes' then 'submitted'
                  when status = 'submitted' then 'unknown'
                  else status end as verdict
        from due join payments using (id)
    )
    update payments
       set status = verdict,
           requests = requests + (verdict = 'submitted')::int,
           looks = looks + (verdict <> 'submitted')::int,
           looked_at = case when verdict = 'submitted' then looked_at else now() end,
           lease_until = now() + interval '60 seconds', changed_by = 'worker', updated_at = now()
      from judged
     where payments.id = judged.id
    returning payments.id, provider, status, amount, currency, payer, payer_text, looks,
              now() - created_at as age
""").into(Claimed)
