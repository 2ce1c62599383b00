"""The one way out over HTTP."""

import ssl
from functools import cache

import httpx2


def client() -> httpx2.AsyncClient:
    """A client for all calls of a process. Each call says how long it may take. Close it when done."""
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=50)
    return httpx2.AsyncClient(verify=tls(), limits=limits)


@cache
def tls() -> ssl.SSLContext:
    """Whose certificates are trusted: read once, which takes as long as many calls."""
    return httpx2.create_ssl_context()
