"""A shop with a website, and people with browsers of their own."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2

from luminous import mail
from luminous.accounts import Secrets
from luminous.db import Database
from tests.network import SETTINGS
from tests.shop import AMINA, ShopUnderTest, text

URL = "https://shop.example"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A055F) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
KATO = ("256772000006", "UG.6666")
LINK = re.compile(rf"{URL}/l/([0-9A-Z]{{8}})#([\w-]+)")
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])")


class ShopOnline(ShopUnderTest):
    """The shop under test with its website; `browser` gives somebody one."""

    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            public_url=URL,
            secret_key="a secret of the shop",
            privacy_pepper="a pepper of the shop",
            whatsapp_number="+256 700 000001",
            smtp_url="smtp://mail.example",
            shop_name="Pearl Shopping",
            **SETTINGS,
        )
        self.said = 0

    def browser(self, address: str = "203.0.113.7") -> "Browser":
        """A browser without any cookie, at a network address of its own."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 50_000))
        return Browser(httpx2.AsyncClient(transport=transport, base_url=URL, headers={"User-Agent": PHONE}))

    async def writes(
        self, words: str, sender: tuple[str | None, str | None] = AMINA, name: str = "Amina"
    ) -> str:
        """Somebody writes on WhatsApp; what they are answered."""
        self.said += 1
        await self.hear(text(words, f"wamid.said.{self.said}", sender), name=name)
        return "\n".join(await self.settle())

    async def link_for(self, sender: tuple[str | None, str | None] = AMINA, name: str = "Amina") -> Secrets:
        """Somebody asks on WhatsApp for a link into their account."""
        return secrets_in(await self.writes("ACCOUNT", sender, name))

    async def letters(self) -> list[mail.Letter]:
        """The e-mail that is owed, taken as the mail server would take it."""
        taken: list[mail.Letter] = []
        async with self.database.transaction() as conn:
            while (letter := await mail.claim(conn)) is not None:
                await mail.sent(conn, letter.id)
                taken.append(letter)
        return taken


@dataclass
class Browser:
    """One person's browser."""

    http: httpx2.AsyncClient

    async def get(self, path: str) -> httpx2.Response:
        """Open a page."""
        return await self.http.get(path)

    async def press(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of the site's own."""
        return await self.http.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    async def follow(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form, and go where that leads."""
        answer = await self.press(path, **fields)
        assert answer.status_code == 303, (answer.status_code, text_of(answer))
        return await self.get(answer.headers["location"])

    async def enters(self, link: Secrets, choice: str = "") -> httpx2.Response:
        """Press on a link."""
        return await self.press("/l", token=link.token, choice=choice)

    @property
    def is_signed_in(self) -> bool:
        """True when a session cookie is there; it may be dead."""
        return "__Host-session" in self.http.cookies


async def signed_in(shop: ShopOnline, sender: Any = AMINA, name: str = "Amina") -> Browser:
    """Somebody who asked on WhatsApp, and pressed."""
    browser = shop.browser()
    answer = await browser.enters(await shop.link_for(sender, name))
    assert answer.status_code == 303, text_of(answer)
    return browser


def secrets_in(said: str) -> Secrets:
    """The link and the code of a message or a letter."""
    found, code = LINK.search(said), CODE.findall(said)
    assert found, said
    return Secrets(found[1], found[2], code[-1].replace("-", ""))


def text_of(answer: httpx2.Response) -> str:
    """What a page says, without its marks."""
    body = re.sub(r"<(head|script|style).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
