"""DOOR: the JSON API under `/api/v1`, for a website, an app or a back office.

    gate (request id, size, token, rate) → scope → route → room → JSON, or a problem (RFC 9457)

It decides nothing itself: what may be done, rooms and the database say. `application` builds it; nothing is
imported here, so that the worker and the command line do without the framework.
"""
