"""Five hundred hostile strings come through WhatsApp. On every page they are text."""

import re
from html.parser import HTMLParser

from tests.shop import AMINA, text

from .visiting import ShopOnline, signed_in

PIECES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>',
    "javascript:alert(1)", "' onmouseover=alert(1) x='", "{{7*7}}", "${7*7}", "<%= 7*7 %>",
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


async def test_five_hundred_hostile_strings_are_text_on_every_page(shop: ShopOnline) -> None:
    assert len(HOSTILE) == 500
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

    address, seen = "/account/conversation", ""
    for _ in range(12):
        page = (await browser.get(address)).text
        seen += check(page, usual)
        earlier = re.search(r'href="(/account/conversation\?before=[^"]+)"', page)
        if earlier is None:
            break
        address = earlier[1]
    for path in PAGES:
        check((await browser.get(f"/account{path}")).text, usual)
    for piece in ("<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", "{{7*7}}"):
        assert piece in seen


def check(page: str, usual: set[str]) -> str:
    """Nothing in it that a harmless page has not; its text."""
    shape = shape_of(page)
    assert shape.elements - usual <= {"p.class", "span.class", "p.role"}, shape.elements - usual
    assert all(link.startswith(("/", "#", "https://", "http://")) for link in shape.links)
    assert "49" not in shape.text or "{{7*7}}" in shape.text
    return shape.text
