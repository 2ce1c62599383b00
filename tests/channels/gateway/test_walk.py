"""A whole shop on the gateway: a message in, an answer out, and what becomes of it."""

from typing import Any

import httpx2
import pytest

from luminous.answering import answer_next
from luminous.channels.gateway.send import GatewayChannel
from luminous.channels.gateway.webhook import PATH
from luminous.channels.parsers import PARSERS
from luminous.config import Settings
from luminous.db import Database
from luminous.outbound import Channel, deliver_next
from luminous.worker import Work, channels_of, tidy_up
from tests.channels.meta.graph import graph_api, says, writes
from tests.shop import KAMPALA

from .conftest import SECRET
from .making import event, received, text

KEY = "gateway-key"


async def hear(shop: httpx2.AsyncClient, body: object) -> None:
    assert (await shop.post(f"{PATH}?secret={SECRET}", json=body)).json() == {"success": True}


def recent(words: str, gateway_id: str) -> dict[str, Any]:
    """A message of now: the future of the customer's clock counts as now."""
    return received(text(words, gateway_id, timestamp="9999999999"))


async def settle(database: Database, channels: dict[Any, Channel]) -> None:
    while await answer_next(database.transaction, KAMPALA):
        pass
    while await deliver_next(database.transaction, channels):
        pass


async def owed(database: Database) -> list[tuple[Any, ...]]:
    """The status, id and reason of every message that the shop owes or owed."""
    async with database.transaction() as conn:
        found = await conn.execute("select status, external_id, error_reason from outbox order by id")
        return await found.fetchall()


async def test_hello_is_answered_and_a_word_of_the_menu_leads_on(
    shop_on_gateway: httpx2.AsyncClient, client: httpx2.AsyncClient, database: Database
) -> None:
    accepted = [says(200, {"data": {"messages": [{"id": f"g.out.{n}"}]}}) for n in (1, 2)]
    async with graph_api(*accepted) as gateway:
        channels = channels_of(Settings.model_construct(gateway_url=gateway.url, gateway_key=KEY), client)
        assert list(channels) == ["gateway"]
        await hear(shop_on_gateway, recent("Hello", "g.1"))
        await settle(database, channels)
        await hear(shop_on_gateway, recent("PLAN", "g.2"))
        await settle(database, channels)

    welcome, plan = (request.json for request in gateway.requests)
    assert welcome["phone"] == plan["phone"] == "+256782240146"
    assert "• My plan: write *PLAN*" in welcome["message"]
    assert plan["message"].startswith("*Guest User* · free")

    await hear(
        shop_on_gateway, event("message.status.update", {"statuses": [{"id": "g.out.1", "status": "read"}]})
    )
    assert await owed(database) == [("read", "g.out.1", None), ("accepted", "g.out.2", None)]


@pytest.mark.parametrize(
    "answer", [writes(b"", then_closes=True), says(500, {"error": "Sorry"}), says(200, {"success": True})]
)
async def test_a_send_in_doubt_is_left_to_staff_and_never_sent_again(
    shop_on_gateway: httpx2.AsyncClient, client: httpx2.AsyncClient, database: Database, answer: Any
) -> None:
    async with graph_api(answer) as gateway:
        channels: dict[Any, Channel] = {"gateway": GatewayChannel(client, url=gateway.url, key=KEY)}
        await hear(shop_on_gateway, recent("Hello", "g.1"))
        await settle(database, channels)
        assert [status for status, *_ in await owed(database)] == ["uncertain"]
        async with database.transaction() as conn:
            await conn.execute("update outbox set lease_until = now() - interval '1 second'")
        await tidy_up(Work(database, "", KAMPALA, channels, PARSERS))
        await settle(database, channels)

    ((status, external_id, reason),) = await owed(database)
    assert (status, external_id, bool(reason)) == ("dead", None, True)
    assert len(gateway.requests) == 1


async def test_a_hidden_number_cannot_be_answered_and_it_says_why(
    shop_on_gateway: httpx2.AsyncClient, client: httpx2.AsyncClient, database: Database
) -> None:
    hidden = text(user_id="UG.13491208655302741918", timestamp="9999999999")
    del hidden["from"]
    await hear(shop_on_gateway, event("message.received", {"messages": [hidden]}))
    await settle(database, {"gateway": GatewayChannel(client, url="http://127.0.0.1:1", key=KEY)})

    ((status, _, reason),) = await owed(database)
    assert (status, reason.endswith("the gateway reaches phone numbers only.")) == ("failed", True)


async def test_a_worker_without_the_gateway_holds_its_messages(
    shop_on_gateway: httpx2.AsyncClient, database: Database
) -> None:
    await hear(shop_on_gateway, recent("Hello", "g.1"))
    await settle(database, {})

    assert await owed(database) == [("queued", None, "This worker has no settings for gateway.")]


async def test_a_dead_letter_of_the_gateways_is_read_again_by_its_own_parser(
    shop_on_gateway: httpx2.AsyncClient, database: Database
) -> None:
    async with database.transaction() as conn:
        await conn.execute("alter table inbox add constraint no_poison check (text <> 'poison')")
    await hear(shop_on_gateway, recent("poison", "g.1"))
    async with database.transaction() as conn:
        await conn.execute("alter table inbox drop constraint no_poison")
        await conn.execute("update dead_letters set next_attempt_at = now()")

    assert await tidy_up(Work(database, "", KAMPALA, {}, PARSERS))
    async with database.transaction() as conn:
        taken = await (await conn.execute("select channel, text from inbox")).fetchall()
    assert taken == [("gateway", "poison")]
