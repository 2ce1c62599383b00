"""The one way out over HTTP."""

import httpx2

SEND_SECONDS = 10.0  # well within the outbox's lease of 20 seconds


def client() -> httpx2.AsyncClient:
    """A client that does not follow redirects and gives up in time. Close it when done."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(SEND_SECONDS, connect=3.0),
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=50),
        follow_redirects=False,
    )
