"""The website: the shop's front page, the page behind a magic link, and the customer's account."""

from luminous.website.settings import Website, site_of

__all__ = ["Website", "site_of"]
