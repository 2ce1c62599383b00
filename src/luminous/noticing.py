"""What a customer sees of our work: blue ticks on what was handled, and “typing” while an answer lasts.

Looked up once a second, beside all else: nothing waits for it, it fails without a trace in the tables,
and a customer whose answer comes at once sees no “typing”.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from luminous.db import Begin, sql
from luminous.errors import SendFailed
from luminous.log import log
from luminous.messages import CAPABILITIES, ChannelName

REMEMBERED = 2_000


class Reader(Protocol):
    """A way to show that a message was read."""

    async def mark_read(self, business_number_id: str, external_id: str, *, is_typing: bool) -> None:
        """Show this message and the ones before it as read, and “typing” for a while. Raises SendFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Noticed:
    """A customer's latest message. is_slow: its answer takes longer; else it was handled."""

    channel: ChannelName
    business_number_id: str
    external_id: str
    is_slow: bool


class Notices:
    """What this process has shown already; of several workers each may show the same."""

    def __init__(self, readers: Mapping[ChannelName, Reader]) -> None:
        self._readers = readers
        self._shown: OrderedDict[Noticed, None] = OrderedDict()

    async def show(self, begin: Begin) -> bool:
        """Show what is new since the last call. Returns False when nothing was."""
        showing = [channel for channel in self._readers if CAPABILITIES[channel].receipts]
        if not showing:
            return False
        async with begin() as conn:
            lately = await LATELY.all(conn, showing=showing)
        fresh = [noticed for noticed in lately if noticed not in self._shown]
        for noticed in fresh:
            self._shown[noticed] = None
            await self._show(noticed)
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        return bool(fresh)

    async def _show(self, noticed: Noticed) -> None:
        try:
            await self._readers[noticed.channel].mark_read(
                noticed.business_number_id, noticed.external_id, is_typing=noticed.is_slow
            )
        except SendFailed as failure:
            log.info("not shown as read", outcome=failure.outcome, code=failure.code)


# Meta takes "typing" away after 25 seconds or with the reply, so that late it would only confuse. What
# waits for a person counts as read when the person answers.
LATELY = sql("""
    with lately as (
      select distinct on (customer_id) *
        from (select * from inbox order by id desc limit 200) latest
       where customer_id is not null and group_id is null and kind not in ('system', 'reaction')
         and channel = any(%(showing)s::text[])
       order by customer_id, id desc
    ), judged as (
      select channel, business_number_id, external_id,
             received_at between now() - interval '20 seconds' and now() - interval '2 seconds'
             and (answered_at is null
                  or exists (select from outbox
                              where outbox.customer_id = lately.customer_id and purpose = 'reply'
                                and status in ('queued', 'sending')
                                and created_at >= received_at)) as is_slow,
             case when answer not in ('a person answers', 'handed to a person: the bot failed')
                  then answered_at > now() - interval '1 minute'
                  else exists (select from outbox
                                where outbox.customer_id = lately.customer_id and purpose = 'reply'
                                  and created_at >= received_at
                                  and created_at > now() - interval '1 minute') end as is_handled
        from lately
    )
    select channel, business_number_id, external_id, is_slow
      from judged where is_slow or is_handled
""").into(Noticed)
