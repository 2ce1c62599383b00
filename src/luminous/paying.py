"""WALK 4, money. A payment that is due is asked for, or looked at, until its end is known.

payments.claim (committed) → provider.request or provider.look (no transaction) → payments.settle → notices

The reference is stored before anybody is asked, and what the provider says when it is asked again is the
only truth: callbacks wake this walk, and say nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from uuid import UUID

from luminous import metrics, payments
from luminous.charges import Charge, ChargeFailed, ProviderName, Standing
from luminous.db import Begin, Connection, again
from luminous.log import log
from luminous.payments import Claimed, Settled

Tell = Callable[[Connection, Settled], Awaitable[None]]


class PaymentProvider(Protocol):
    """A way for money to come. Both calls end well within the lease of a minute and raise ChargeFailed."""

    async def request(self, charge: Charge) -> None:
        """Ask the payer. Returns when the provider has the charge, also from an earlier call."""
        ...

    async def look(self, reference: UUID) -> Standing:
        """How the charge with this reference stands."""
        ...


async def pay_next(begin: Begin, providers: Mapping[ProviderName, PaymentProvider], tell: Tell) -> bool:
    """Do what is due for one payment. Returns False when nothing is.

    tell: owes the customer what they are told about it, in the transaction that settles it.
    """
    async with begin() as conn:
        claimed = await payments.claim(conn)
    if claimed is None:
        return False

    learnt = await called(claimed, providers)

    async def record(conn: Connection) -> Settled | None:
        settled = await follow(conn, claimed, learnt)
        if settled is not None and settled.what != "nothing":
            await tell(conn, settled)
        return settled

    settled = await again(begin, record)
    if settled is not None and settled.what != "nothing":
        metrics.PAYMENTS.labels(settled.what).inc()
        log.info("payment", payment_id=str(claimed.id), became=settled.what, reason=settled.payment.reason)
    return True


async def called(
    claimed: Claimed, providers: Mapping[ProviderName, PaymentProvider]
) -> Standing | ChargeFailed | None:
    """What the provider said: how the charge stands, or no more than a doubt. None: too late to ask."""
    if claimed.status in ("created", "not_created"):
        return None
    try:
        if claimed.provider not in providers:
            raise ChargeFailed(f"This worker has no settings for {claimed.provider}.")
        if claimed.status == "submitted":
            await providers[claimed.provider].request(claimed.charge())
            return Standing("pending")
        return await providers[claimed.provider].look(claimed.id)
    except ChargeFailed as failure:
        log.warning("payment call failed", payment_id=str(claimed.id), why=str(failure), code=failure.code)
        return failure


async def follow(
    conn: Connection, claimed: Claimed, learnt: Standing | ChargeFailed | None
) -> Settled | None:
    """Record what was learnt, and do what follows from it."""
    match learnt:
        case None:
            return await payments.refuse(conn, claimed.id, "never_asked", None)
        case ChargeFailed() if learnt.refused is not None and claimed.status == "submitted":
            return await payments.refuse(conn, claimed.id, learnt.refused, learnt.code)
        case ChargeFailed():
            return await payments.in_doubt(conn, claimed.id, age=claimed.age, looks=claimed.looks)
        case Standing():
            return await payments.settle(conn, claimed.id, learnt, age=claimed.age, looks=claimed.looks)
