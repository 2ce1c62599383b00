"""How WhatsApp tells a shop that a person has a new number, in each shape that was documented or seen. Pure.

Sources: WhatsApp Cloud API, system messages webhook, business-scoped user ids and their changelog; the
shapes of May and June 2026 and `from_user_id` stand in the tests of several providers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from luminous.simulator import wire
from luminous.simulator.changes import Change, Shape
from luminous.simulator.network import SimulatorSettings
from luminous.simulator.phones import Shows
from luminous.simulator.wire import Object


@dataclass(frozen=True, slots=True)
class Form:
    """One shape in words: what a person who chooses it reads, and for which phones it can be sent."""

    title: str
    technical: str
    fits: frozenset[Shows]


_WITH_USER_ID = frozenset[Shows](("both", "user_id"))
FORMS: Mapping[Shape, Form] = {
    "numbers_and_ids": Form(
        "numbers and user ids (since August 2026)",
        "user_changed_number with user_id and previous_user_id",
        frozenset(("both",)),
    ),
    "numbers": Form(
        "numbers alone (until August 2026)",
        "user_changed_number with wa_id",
        frozenset(("both", "number")),
    ),
    "ids": Form(
        "user ids alone (for hidden numbers)",
        "user_changed_user_id with previous_user_id",
        _WITH_USER_ID,
    ),
    "ids_in_words": Form(
        "old user id in a sentence (May and June 2026)",
        "user_changed_user_id, the old id in body",
        _WITH_USER_ID,
    ),
    "old_id_writes": Form(
        "old user id as the sender (seen at providers)",
        "user_changed_user_id, the old id in from_user_id",
        _WITH_USER_ID,
    ),
    "own_field": Form(
        "in a webhook of its own (user_id_update)",
        "field user_id_update",
        _WITH_USER_ID,
    ),
}


def forms_for(shows: Shows) -> Mapping[Shape, Form]:
    """The shapes that WhatsApp could use about a phone that shows this, the usual one first."""
    return {shape: form for shape, form in FORMS.items() if shows in form.fits}


def announcement(settings: SimulatorSettings, change: Change, shape: Shape, wamid: str) -> Object:
    """The change of a webhook body that announces a new number. `wamid` is not in every shape."""
    if shape == "own_field":
        return _own_field(settings, change)
    system, senders = _SYSTEMS[shape](change)
    message: Object = {
        **senders,
        "id": wamid,
        "timestamp": str(int(change.at)),
        "type": "system",
        "system": system,
    }
    return wire.change(settings, {"messages": [message]})


def _numbers(change: Change) -> tuple[Object, Object]:
    system: Object = {
        "body": f"User {change.name} changed from {change.old_number} to {change.new_number}",
        "wa_id": change.new_number,
        "type": "user_changed_number",
    }
    return system, {"from": change.old_number}


def _numbers_and_ids(change: Change) -> tuple[Object, Object]:
    system, senders = _numbers(change)
    return system | {"user_id": change.new_user_id, "previous_user_id": change.old_user_id}, senders


def _ids(change: Change) -> tuple[Object, Object]:
    system = _ids_in_body(change) | {"previous_user_id": change.old_user_id}
    return system, {}


def _ids_in_words(change: Change) -> tuple[Object, Object]:
    if change.hides_number:
        return _ids_in_body(change), {}
    return _ids_in_body(change) | {"wa_id": change.new_number}, {"from": change.old_number}


def _ids_in_body(change: Change) -> Object:
    return {
        "body": f"User {change.name} changed from {change.old_user_id} to {change.new_user_id}",
        "user_id": change.new_user_id,
        "type": "user_changed_user_id",
    }


def _old_id_writes(change: Change) -> tuple[Object, Object]:
    system: Object = {
        "body": f"User {change.name} changed to a new business-scoped ID",
        "user_id": change.new_user_id,
        "type": "user_changed_user_id",
    }
    return system, {"from_user_id": change.old_user_id}


_SYSTEMS: Mapping[Shape, Callable[[Change], tuple[Object, Object]]] = {
    "numbers": _numbers,
    "numbers_and_ids": _numbers_and_ids,
    "ids": _ids,
    "ids_in_words": _ids_in_words,
    "old_id_writes": _old_id_writes,
}


def _own_field(settings: SimulatorSettings, change: Change) -> Object:
    number: Object = {} if change.hides_number else {"wa_id": change.new_number}
    update: Object = {
        **number,
        "detail": f"User id for {change.name} has been updated.",
        "user_id": {"previous": change.old_user_id, "current": change.new_user_id},
        "timestamp": str(int(change.at)),
    }
    profile: Object = {"name": change.name} if change.name else {}
    value: Object = {"contacts": [{"profile": profile, **number}], "user_id_update": [update]}
    return wire.change(settings, value, field="user_id_update")
