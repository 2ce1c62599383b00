"""DOOR: the JSON API under `/api/v1`, for a website, an app or a back office.

    gate (request id, size, token, rate) → scope → route → room → JSON, or a problem (RFC 9457)

It decides nothing itself: what may be done, rooms and the database say.
"""

from luminous.api.application import create_api

__all__ = ["create_api"]
