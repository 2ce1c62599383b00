"""One message, sent over a real connection to a Graph API that is told what to answer."""

import httpx2
import pytest

from luminous.channels.meta.send import MetaChannel
from luminous.errors import SendFailed
from luminous.messages import Content, Outgoing

from .graph import Answer, Graph, graph_api, says

TOKEN = "EAAGm0PX4ZCpsBAKZA-secret"
ACCEPTED = says(
    200,
    {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+256782240146", "wa_id": "256782240146"}],
        "messages": [{"id": "wamid.NEW", "message_status": "accepted"}],
    },
)
HELLO = Outgoing(
    id=42,
    channel="meta",
    business_number_id="106540352242922",
    to="+256782240146",
    recipient=None,
    content=Content("Hello\nNora 👋"),
)


def channel(client: httpx2.AsyncClient, url: str) -> MetaChannel:
    return MetaChannel(client, api_url=url, access_token=TOKEN, default_number_id="999")


async def sent(client: httpx2.AsyncClient, message: Outgoing) -> Graph:
    async with graph_api(ACCEPTED) as graph:
        assert await channel(client, graph.url).send(message) == "wamid.NEW"
    return graph


async def failed(client: httpx2.AsyncClient, answer: Answer, message: Outgoing = HELLO) -> SendFailed:
    async with graph_api(answer) as graph:
        with pytest.raises(SendFailed) as failure:
            await channel(client, graph.url).send(message)
    assert len(graph.requests) == 1
    assert TOKEN not in failure.value.reason
    return failure.value
