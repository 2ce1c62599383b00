"""The shop's own numbers: stopped while they cannot send at all, and no faster than each may."""

from datetime import timedelta

from luminous.db import Connection, sql
from luminous.messages import ChannelName


async def stop_number(
    conn: Connection,
    channel: ChannelName,
    business_number_id: str,
    reason: str,
    *,
    code: int | None,
    again_in: timedelta,
) -> None:
    """Nothing can go from this number at present: no worker tries before `again_in`."""
    await STOP.run(
        conn,
        channel=channel,
        business_number_id=business_number_id,
        reason=reason,
        code=code,
        again_in=again_in,
    )


async def start_number(conn: Connection, channel: ChannelName, business_number_id: str) -> None:
    """A message went: the number can send again."""
    await START.run(conn, channel=channel, business_number_id=business_number_id)


async def stopped_numbers(conn: Connection) -> int:
    """How many numbers cannot send."""
    return await HOW_MANY.one(conn)


async def take_tokens(
    conn: Connection, channel: ChannelName, business_number_id: str, *, per_second: float, most: int
) -> int:
    """Take up to so many tokens of this number, each for one message; 0 while it has none.

    The bucket holds one second's worth and is shared by all workers.
    """
    return await TAKE.one(
        conn,
        channel=channel,
        business_number_id=business_number_id,
        per_second=per_second,
        most=most,
    )


STOP = sql("""
    insert into stopped_numbers (channel, business_number_id, try_again_at, error_code, reason)
    values (%(channel)s, %(business_number_id)s, now() + %(again_in)s::interval, %(code)s, %(reason)s)
    on conflict (channel, business_number_id) do update
      set try_again_at = excluded.try_again_at, error_code = excluded.error_code, reason = excluded.reason
""")

START = sql("""
    delete from stopped_numbers where channel = %(channel)s and business_number_id = %(business_number_id)s
""")

HOW_MANY = sql("select count(*)::int from stopped_numbers").into(int)

# The clock of the wall: two that wait for each other's row would see the same now() else.
TAKE = sql("""
    insert into sending_rates as rate (channel, business_number_id, tokens, filled_at, taken)
    values (%(channel)s, %(business_number_id)s, greatest(%(per_second)s::float8, 1) - %(most)s,
            clock_timestamp(), %(most)s)
    on conflict (channel, business_number_id) do update
       set (tokens, filled_at, taken)
         = (select full_of - takes, clock_timestamp(), takes
              from (select least(greatest(%(per_second)s::float8, 1),
                                 rate.tokens + %(per_second)s::float8
                                   * greatest(extract(epoch from clock_timestamp() - rate.filled_at), 0)
                                ) as full_of) filled,
                   lateral (select greatest(least(floor(full_of)::int, %(most)s), 0) as takes) taking)
    returning taken
""").into(int)
