"""What the website is told once, at its start."""

from luminous.accounts import Site
from luminous.config import Settings


def site_of(settings: Settings) -> Site | None:
    """Where the website is; None where the shop has none."""
    return Site(settings.public_url.rstrip("/"), settings.secret_key) if settings.has_website else None
