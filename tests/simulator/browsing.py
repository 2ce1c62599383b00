"""A real browser for the walks: where it is, how large its window is, and what its pages complain about."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, POCKET = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
NEEDS_BROWSER = [
    pytest.mark.e2e,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


def watch_for_trouble(page: Page) -> list[str]:
    """What the page complains about, among it anything that its content policy refused."""
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    return trouble
