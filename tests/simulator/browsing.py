"""A real browser for the walks: where it is, how large its window is, and what its pages complain about."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize

# Debian's; the one without a window is the quicker.
BROWSERS = Path("/usr/lib/chromium/chromium-headless-shell"), Path("/usr/bin/chromium")
CHROMIUM = next((each for each in BROWSERS if each.exists()), BROWSERS[-1])
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
