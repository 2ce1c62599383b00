"""What MTN tells the shop by itself: once, unsigned, never again, whatever the shop answers."""

import asyncio
from contextlib import suppress

import httpx2

from luminous.http import tls
from luminous.simulator import wallets
from luminous.simulator.momo import result_of
from luminous.simulator.network import Network
from luminous.simulator.wallets import Charge

ANSWER_SECONDS = 5


async def keep_calling_back(network: Network) -> None:
    """End prompts that nobody answers, and send callbacks, until the simulator closes."""
    async with httpx2.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, verify=tls()) as client:
        while not network.closing.is_set():
            heard = network.bell.rings
            wallets.expire(network)
            for charge in _due(network):
                network.store.run(
                    "update charges set callbacks = 0 where reference = :reference",
                    reference=charge.reference,
                )
                await asyncio.gather(*(_call_back(client, charge) for _ in range(charge.callbacks)))
            await network.bell.wait(heard, 1.0)


def _due(network: Network) -> list[Charge]:
    return network.store.rows(
        Charge,
        "select * from charges where callbacks > 0 and callback_at <= :now order by callback_at",
        now=network.now(),
    )


async def _call_back(client: httpx2.AsyncClient, charge: Charge) -> None:
    with suppress(httpx2.HTTPError):
        await client.put(charge.callback_url, json=result_of(charge))
