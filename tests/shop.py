"""A shop under test: the real application and its real database, and a WhatsApp that only notes."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from luminous import notices, orders, quotes
from luminous.answering import answer_next
from luminous.app import create_app
from luminous.channels.meta.payload import parse
from luminous.channels.meta.signature import sign
from luminous.config import Settings
from luminous.db import Database
from luminous.errors import SendFailed
from luminous.messages import Outgoing, SourceName
from luminous.outbound import Source, deliver_next
from luminous.paying import pay_next
from luminous.replies import Shop
from luminous.wake import Bell
from luminous.website import site_of
from luminous.worker import Work, tidy_up
from tests.network import Mtn, is_due

BODIES = Path(__file__).parent / "channels/meta/bodies"
SECRET = "app-secret"
KAMPALA = Shop("Pearl Shopping", ZoneInfo("Africa/Kampala"), takes_momo=True)
AMINA = ("256782240146", "UG.13491208655302741918")


@dataclass
class Notebook:
    """A channel that notes what is sent, and fails as it is told."""

    sent: list[Outgoing] = field(default_factory=list[Outgoing])
    accepted: int = 0
    failures: list[SendFailed] = field(default_factory=list[SendFailed])
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Outgoing) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        self.accepted += 1
        self.was_asked.set()
        return f"wamid.out.{self.accepted}"

    @property
    def texts(self) -> list[str]:
        return [message.content.text for message in self.sent]


class ShopUnderTest:
    """Post webhooks to it as Meta does; `settle` lets it answer and send everything that is due."""

    def __init__(self, database: Database, **more: Any) -> None:
        self.database = database
        settings = Settings.model_construct(
            whatsapp_app_secret=SECRET,
            whatsapp_app_secret_previous="old-secret",
            whatsapp_verify_token="verify-me",
            **more,
        )
        self.known_as = replace(KAMPALA, site=site_of(settings))
        self.bell = Bell()
        self.app = create_app(settings, database, self.bell)
        self.whatsapp = Notebook()
        self.mtn = Mtn()
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url="http://shop.example"
        )

    async def post(self, body: object, secret: str = SECRET) -> httpx2.Response:
        """Post a body, signed."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(
            "/webhooks/whatsapp", content=raw, headers={"X-Hub-Signature-256": sign(raw, secret)}
        )

    async def hear(self, *messages: dict[str, Any], name: str | None = "Amina") -> None:
        """One person's messages arrive in one body, and the shop answers 200."""
        response = await self.post(webhook(*messages, name=name))
        assert response.status_code == 200, response.status_code

    async def settle(self) -> list[str]:
        """Answer and send all that is due, and return the texts sent meanwhile."""
        before = len(self.whatsapp.sent)
        while await answer_next(self.database.transaction, self.known_as):
            pass
        await is_due(self.database.transaction)
        while await pay_next(
            self.database.transaction, {"momo": self.mtn}, partial(notices.tell_payment, shop=self.known_as)
        ):
            pass
        sources: dict[SourceName, Source] = {"quotation": quotes.pdf, "receipt": orders.receipt_pdf}
        while await deliver_next(self.database.transaction, {"meta": self.whatsapp}, sources=sources):
            pass
        return self.whatsapp.texts[before:]

    async def tidy(self) -> None:
        """One round of what the clock and crashes leave to do."""
        await tidy_up(Work(self.database, "", KAMPALA, {"meta": self.whatsapp}, {"meta": parse}))

    async def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        """Ask the shop's database."""
        async with self.database.transaction() as conn:
            return await (await conn.execute(query.encode(), params or None)).fetchall()

    async def one(self, query: str, *params: object) -> Any:
        """Ask for one value."""
        return (await self.rows(query, *params))[0][0]

    async def do(self, statement: str, *params: object) -> None:
        """Change the shop's database behind its back."""
        async with self.database.transaction() as conn:
            await conn.execute(statement.encode(), params or None)


def text(words: str, wamid: str, sender: Sequence[str | None] = AMINA, **more: object) -> dict[str, Any]:
    """A text message from a phone, a user id, or both."""
    return said("text", {"body": words}, wamid, sender, **more)


def pressed(button: str, wamid: str, sender: Sequence[str | None] = AMINA) -> dict[str, Any]:
    """A reply button that was pressed."""
    reply = {"type": "button_reply", "button_reply": {"id": button, "title": button}}
    return said("interactive", reply, wamid, sender)


def said(
    kind: str, content: object, wamid: str, sender: Sequence[str | None] = AMINA, **more: object
) -> dict[str, Any]:
    """A message of any kind. The time is recent, as the 24-hour window needs it."""
    phone, user_id = sender
    ids = {"from": phone, "from_user_id": user_id}
    return {
        **{key: value for key, value in ids.items() if value is not None},
        "id": wamid,
        "timestamp": "9999999999",  # the future of the customer's clock counts as now
        "type": kind,
        kind: content,
        **more,
    }


def webhook(*messages: dict[str, Any], name: str | None = "Amina") -> dict[str, Any]:
    """A body with these messages and the contact of the first one's sender."""
    ids = {"wa_id": messages[0].get("from"), "user_id": messages[0].get("from_user_id")}
    contact = {"profile": {"name": name} if name else {}, **{k: v for k, v in ids.items() if v}}
    return body({"contacts": [contact], "messages": list(messages)})


def status(what: str, wamid: str, outbox_id: int | None = None, **more: object) -> dict[str, Any]:
    """A body with one status of a message that the shop sent."""
    echo = {} if outbox_id is None else {"biz_opaque_callback_data": f"luminous:{outbox_id}"}
    return body({"statuses": [{"id": wamid, "status": what, "timestamp": "1750030073", **echo, **more}]})


def body(*values: dict[str, Any]) -> dict[str, Any]:
    """The envelope around one or more changes."""
    metadata = {"display_phone_number": "256700000001", "phone_number_id": "106540352242922"}
    changes = [
        {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        for value in values
    ]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}
