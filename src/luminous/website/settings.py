"""What the website is told once, at its start, and what all of its pages share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote
from zoneinfo import ZoneInfo

from luminous.accounts import Site
from luminous.catalogues import Catalogue
from luminous.config import Settings
from luminous.db import Begin


def site_of(settings: Settings) -> Site | None:
    """Where the website is; None where the shop has none."""
    return Site(settings.public_url.rstrip("/"), settings.secret_key) if settings.has_website else None


@dataclass(frozen=True)
class Website:
    """The shop's website.

    opens_whatsapp: an address to which a prepared message is appended. ring: tells the worker that there is
    work.
    """

    site: Site
    begin: Begin
    ring: Callable[[], None]
    shop_name: str
    timezone: ZoneInfo
    whatsapp_number: str
    opens_whatsapp: str
    has_mail: bool
    has_momo: bool
    other_ways_to_pay: str
    region: str
    pepper: str  # of who was erased
    words: Catalogue  # what is said on WhatsApp about what was done here
    simulator: str | None = None  # its address, under `luminous up`
    looking: set[asyncio.Task[str | None]] = field(default_factory=set[asyncio.Task[str | None]])
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # set when streams are to end

    @property
    def is_secure(self) -> bool:
        """True behind HTTPS: everywhere but on an engineer's own machine."""
        return self.site.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The session cookie's name. With the prefix, browsers keep it to this host and to HTTPS."""
        return "__Host-session" if self.is_secure else "session"

    def whatsapp(self, words: str) -> str:
        """An address that opens WhatsApp with these words to the shop, ready to be sent."""
        return self.opens_whatsapp + quote(words, safe="")
