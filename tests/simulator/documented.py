"""Meta's documented bodies, as far as they are true of the simulator's phones."""

import json
from pathlib import Path
from typing import Any, cast

from .stand_in import Body

BODIES = Path(__file__).parents[1] / "channels/meta/bodies"


def body_of(name: str) -> Body:
    """A documented body. None of our phones belongs to an enrolled portfolio: it has no parent ids."""
    return without_parents(json.loads((BODIES / f"{name}.json").read_text()))


def documented(name: str) -> set[str]:
    """The keys of a documented body."""
    return keys(body_of(name))


def without_parents(value: Any) -> Any:
    """The value without any key of a parent user id."""
    if isinstance(value, list):
        return [without_parents(inner) for inner in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    return {
        key: without_parents(inner)
        for key, inner in cast("Body", value).items()
        if "parent_user_id" not in key
    }


def keys(value: Any, path: str = "") -> set[str]:
    """Every path of keys in a body; lists count as their elements."""
    if isinstance(value, list):
        return set[str]().union(*(keys(inner, path) for inner in cast("list[Any]", value)))
    if not isinstance(value, dict):
        return set()
    inside = {f"{path}.{key}": inner for key, inner in cast("Body", value).items()}
    return set(inside).union(*(keys(inner, at) for at, inner in inside.items()))
