"""Many values of one column as one parameter, for `unnest(%(names)s::text[], …)`."""

from collections.abc import Iterable


def array(values: Iterable[object]) -> str:
    """PostgreSQL's text form of an array of their text forms; None is null.

    Always text, so that a prepared statement meets the same types whatever the values are, and several
    times quicker than the driver's way through a list.
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "null"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
