"""Who asks: the browser in words that its owner knows again, and the address that limits count."""

import re

from fastapi import Request

# The first that fits: browsers claim to be each other.
BROWSERS = (
    ("Edg", "Edge"), ("OPR|Opera", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox|FxiOS", "Firefox"), ("CriOS|Chrome|Chromium", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("KAIOS", "KaiOS"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(request: Request) -> str:
    """As “Chrome on Android”."""
    agent = request.headers.get("user-agent", "")[:500]
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, agent)), "A browser")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, agent)), None)
    return f"{browser} on {system}" if system else browser


def address_of(request: Request) -> str:
    """The network address that the request came from, as the server or its proxy says."""
    return request.client.host if request.client else "unknown"
