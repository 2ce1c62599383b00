"""Where a page of a list ended: opaque to programs, checked when it comes back."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from luminous.api.models import Page
from luminous.api.problems import Problem

Place = TypeVar("Place", bound=BaseModel)
Item = TypeVar("Item", bound=BaseModel)
Found = TypeVar("Found")


def page_of(
    found: Sequence[Found], limit: int, shows: type[Item], place: Callable[[Found], BaseModel]
) -> Page[Item]:
    """The first `limit` of what was found; if there was more, with a cursor to the place of the last one."""
    return Page[shows](
        items=[shows.model_validate(each, from_attributes=True) for each in found[:limit]],
        next_cursor=cursor_of(place(found[limit - 1])) if len(found) > limit else None,
    )


def cursor_of(place: BaseModel) -> str:
    """The place as text that stands in a URL."""
    return base64.urlsafe_b64encode(place.model_dump_json().encode()).decode().rstrip("=")


def place_of(cursor: str, kind: type[Place]) -> Place:
    """The place that a cursor names. Raises Problem 422."""
    try:
        return kind.model_validate_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, ValidationError):
        raise Problem(422, "The cursor is none that this list gave. Leave it out to begin anew.") from None
