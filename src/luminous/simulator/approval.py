"""Templates as the simulated WhatsApp has them: submitted by the shop, approved or paused by a press.

Source of the behaviour: WhatsApp Cloud API, template messages, error codes 132000, 132001 and 132015, and
the webhook message_template_status_update.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from luminous.db import Connection, sql
from luminous.simulator import progress
from luminous.simulator.network import Network
from luminous.simulator.refusals import Refusal, paused_template, unknown_template, wrong_places
from luminous.simulator.store import Store
from luminous.text import Json

Object = dict[str, Json]
Verdict = Literal["APPROVED", "PAUSED", "REJECTED"]
_PLACE = re.compile(r"\{\{(\d+)\}\}")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A template that the shop submitted."""

    name: str
    language: str
    body: str
    status: Verdict


@dataclass(frozen=True, slots=True)
class Wording:
    """A template in the shop's own tables."""

    name: str
    language: str
    body: str


async def of_the_shop(conn: Connection) -> list[Wording]:
    """Every template that the shop has."""
    return await OF_THE_SHOP.all(conn)


def submitted(store: Store) -> list[Submitted]:
    """Every template, by name."""
    return store.rows(Submitted, "select * from templates order by name, language")


def submit(network: Network, wording: Wording) -> None:
    """The shop submits it, and it is approved at once: the shop is told."""
    network.store.run(
        """
        insert into templates (name, language, body, status) values (:name, :language, :body, 'APPROVED')
        on conflict (name, language) do update set body = excluded.body, status = excluded.status
        """,
        name=wording.name,
        language=wording.language,
        body=wording.body,
    )
    _tell(network, wording.name, wording.language, "APPROVED")


def judge(network: Network, name: str, language: str, verdict: Verdict) -> bool:
    """WhatsApp decides about a template, and the shop is told. False when there is none."""
    judged = network.store.run(
        "update templates set status = :status where name = :name and language = :language",
        status=verdict,
        name=name,
        language=language,
    )
    if judged:
        _tell(network, name, language, verdict)
    return judged == 1


def refusal(store: Store, template: Json) -> Refusal | None:
    """Why a message of this template is refused; None when it may go."""
    name, language = _named(template)
    found = _find(store, name, language)
    if found is None or found.status == "REJECTED":
        return unknown_template(name, language)
    if found.status == "PAUSED":
        return paused_template(name)
    wanted, given = len(set(_PLACE.findall(found.body))), len(_values(template))
    return None if wanted == given else wrong_places(wanted, given)


def filled(store: Store, template: Json) -> Object:
    """The template's object with the text that the person reads."""
    found, values = _find(store, *_named(template)), _values(template)
    body = found.body if found else ""
    text = _PLACE.sub(lambda place: values[int(place[1]) - 1], body)
    return cast("Object", template) | {"text": text}


def _tell(network: Network, name: str, language: str, verdict: Verdict) -> None:
    value: Object = {
        "event": verdict,
        "message_template_id": 1,
        "message_template_name": name,
        "message_template_language": language,
        "reason": "NONE" if verdict == "APPROVED" else "Decided in the simulator",
    }
    change: Object = {"value": value, "field": "message_template_status_update"}
    progress.tell(network, change)


def _find(store: Store, name: str, language: str) -> Submitted | None:
    return store.row(
        Submitted,
        "select * from templates where name = :name and language = :language",
        name=name,
        language=language,
    )


def _named(template: Json) -> tuple[str, str]:
    holder: Object = template if isinstance(template, dict) else {}
    language = holder.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    return str(holder.get("name", "")), str(code or "")


def _values(template: Json) -> list[str]:
    """What is to stand in the body's places."""
    components = template.get("components") if isinstance(template, dict) else None
    for component in components if isinstance(components, list) else ():
        if isinstance(component, dict) and component.get("type") == "body":
            parameters = component.get("parameters")
            return [
                str(each.get("text", ""))
                for each in (parameters if isinstance(parameters, list) else ())
                if isinstance(each, dict)
            ]
    return []


OF_THE_SHOP = sql("select name, language, body from templates order by name, language").into(Wording)
