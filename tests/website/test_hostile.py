"""Five hundred hostile strings come through WhatsApp. On every page they are text."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Route

from luminous.db import Database
from tests.shop import AMINA, text
from tests.simulator.browsing import CHROMIUM, watch_for_trouble

from .visiting import URL, Browser, ShopOnline, signed_in

PIECES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>',
    "javascript:alert(1)", "' onmouseover=alert(1) x='", "{{1234*5678}}", "${1234*5678}", "<%= 1234*5678 %>",
    "</title><script>alert(1)</script>", "<!--", "]]>", "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>", "&lt;script&gt;", "&#60;script&#62;", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>", "<style>*{display:none}</style>", "\u202e<b>",
    "<math><mi//xlink:href=data:x,<script>alert(1)</script>>", "https://a.example/\"onclick=alert(1)",
    "*<b>bold</b>*", "```<script>```", "https://a.example/<script>alert(1)</script>", "_<i>_ ~<s>~",
)  # fmt: skip
AROUND = (
    "{}", "Hello {} there", "{}{}", "\t{}", "{}\n{}", "*{}*", "https://shop.example/?q={}", "\u202e{}",
    "{}\u0000x", "🙏{}", "'{}'", '"{}"', "{} = 1", "-- {}", "@{}", "+{}", "={}", "%00{}", "\\{}", "/{}",
)  # fmt: skip
HOSTILE = [around.replace("{}", piece) for around in AROUND for piece in PIECES]
NO_STREAM = ("ERR_FAILED", "[object Event]")  # what a page says where its stream is not served
PAGES = ("", "/conversation", "/details", "/plan", "/quotations", "/sessions", "/privacy")


class Shape(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.links: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements |= {tag, *(f"{tag}.{name}" for name, _ in attrs)}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "action")}

    def handle_data(self, data: str) -> None:
        self.text += data


def shape_of(html: str) -> Shape:
    shape = Shape()
    shape.feed(html)
    return shape


@dataclass(frozen=True, slots=True)
class Heard:
    """A browser that is signed in where all of it was said, and what a page is made of when it was not."""

    browser: Browser
    usual: set[str]

    async def conversation(self) -> AsyncGenerator[str]:
        """The addresses of the whole conversation, from its end."""
        address = "/account/conversation"
        while address:
            yield address
            earlier = re.search(
                r'href="(/account/conversation\?before=[^"]+)"', (await self.browser.get(address)).text
            )
            address = unescape(earlier[1]) if earlier else ""


@pytest.fixture(scope="module")
async def heard(lasting_url: str) -> AsyncGenerator[Heard]:
    """The five hundred, said once; also as a name."""
    async with Database(lasting_url) as database:
        shop = ShopOnline(database)
        browser = await signed_in(shop)
        harmless = "*bold* _it_ ~no~ ```code``` https://a.example/"
        await shop.hear(text(harmless, "wamid.harmless", AMINA), name="Amina")
        await shop.hear(text("how much is it https://a.example/x", "wamid.ask", AMINA), name="Amina")
        await shop.settle()
        usual: set[str] = set()
        for path in PAGES:
            usual |= shape_of((await browser.get(f"/account{path}")).text).elements
        for start in range(0, 500, 100):
            await shop.hear(
                *(
                    text(words, f"wamid.hostile.{start + n}", AMINA)
                    for n, words in enumerate(HOSTILE[start : start + 100])
                ),
                name=HOSTILE[start + 1],
            )
        await shop.settle()
        yield Heard(browser, usual)


async def test_five_hundred_hostile_strings_are_text_on_every_page(heard: Heard) -> None:
    assert len(HOSTILE) == 500
    seen = ""
    async for address in heard.conversation():
        seen += check((await heard.browser.get(address)).text, heard.usual)
    for path in PAGES:
        check((await heard.browser.get(f"/account{path}")).text, heard.usual)
    for piece in ("<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", "{{1234*5678}}"):
        assert piece in seen


@pytest.mark.e2e
@pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed")
async def test_a_real_browser_shows_each_of_them_and_runs_nothing(heard: Heard, browser: Chromium) -> None:
    page = await browser.new_page(base_url=URL)
    trouble, tried = watch_for_trouble(page), set[str]()
    page.on("dialog", lambda dialog: trouble.append(dialog.message))

    async def serve(route: Route) -> None:
        """The shop's own answer, headers and all."""
        address = urlsplit(route.request.url)
        tried.add(address.netloc)
        if address.netloc != urlsplit(URL).netloc or address.path == "/account/events":
            await route.abort()
            return
        answer = await heard.browser.get(route.request.url)
        headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        await route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    await page.route("**/*", serve)
    shown: set[str] = set()
    async for address in heard.conversation():
        await page.goto(address, wait_until="load")
        shown |= {plain(words) for words in await page.locator(".mine p").all_text_contents()}
        assert await page.evaluate("document.scripts.length") == 3
    for path in PAGES:
        await page.goto(f"/account{path}", wait_until="load")

    assert {plain(words) for words in HOSTILE} <= shown
    assert [each for each in trouble if not any(of_stream in each for of_stream in NO_STREAM)] == []
    assert tried == {"shop.example"}
    await page.close()


def plain(words: str) -> str:
    """What is left of a text when WhatsApp's marks, spaces and what no screen shows do not count."""
    return re.sub(r"[*_~`\s\0\u202e]", "", words)


def check(page: str, usual: set[str]) -> str:
    """Nothing in it that a harmless page has not; its text."""
    shape = shape_of(page)
    assert shape.elements - usual <= {"p.class", "span.class", "p.role"}, shape.elements - usual
    assert all(link.startswith(("/", "#", "https://", "http://")) for link in shape.links)
    assert str(1234 * 5678) not in shape.text
    return shape.text
