"""What WhatsApp bills: since October 2026 also answers, so that each day's figure is looked at."""

from dataclasses import dataclass
from datetime import date

from luminous.db import Connection, sql


@dataclass(frozen=True, slots=True)
class Day:
    """Messages that were sent on one day of the shop. unpriced: WhatsApp has not said (yet)."""

    day: date
    sent: int
    billed: int
    billed_templates: int
    unpriced: int


async def costs(conn: Connection, *, zone: str, days: int) -> list[Day]:
    """The last so many days, today first; days without messages are left out. zone: the shop's time zone."""
    return await COSTS.all(conn, zone=zone, days=days)


COSTS = sql("""
    select (attempted_at at time zone %(zone)s)::date as day,
           count(*)::int as sent,
           count(*) filter (where billable)::int as billed,
           count(*) filter (where billable and went_as_template)::int as billed_templates,
           count(*) filter (where billable is null)::int as unpriced
      from outbox
     where status in ('accepted', 'sent', 'delivered', 'read')
       and attempted_at >= (date_trunc('day', now() at time zone %(zone)s)
                            - make_interval(days => %(days)s - 1)) at time zone %(zone)s
     group by 1
     order by 1 desc
""").into(Day)
