"""The one way out over HTTP."""

import httpx2


def client() -> httpx2.AsyncClient:
    """A client for all calls of a process. Each call says how long it may take. Close it when done."""
    return httpx2.AsyncClient(limits=httpx2.Limits(max_connections=100, max_keepalive_connections=50))
