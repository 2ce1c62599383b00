"""The website: the shop's front page, the page behind a magic link, and the customer's account."""

from luminous.website.settings import site_of

__all__ = ["site_of"]
