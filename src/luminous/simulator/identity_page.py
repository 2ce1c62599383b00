"""The part of the page about whose phone it is: the form, what can happen to a phone, what was announced."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from luminous.simulator import phones
from luminous.simulator.announcements import FORMS, forms_for
from luminous.simulator.changes import Shape, Timing, held_back, last_number_change
from luminous.simulator.identities import Identity, InvalidIdentity
from luminous.simulator.network import Network
from luminous.simulator.phones import Phone
from luminous.simulator.switches import is_on
from luminous.simulator.view import render

Act = Literal["number", "sale", "reinstallation"]
ACT_OF_FIELD: Mapping[str, Act] = {"new_number": "number", "shape": "number"}


@dataclass(frozen=True, slots=True)
class NewNumber:
    """What was chosen in the form for a new number."""

    number: str = ""  # empty: any that is free
    shape: Shape | None = None  # None: the usual one
    timing: Timing = "early"


@dataclass(frozen=True, slots=True)
class Done:
    """What a press did, and the other phone that it concerns."""

    act: Act
    says: str
    other: Phone | None = None


def identity(
    network: Network,
    phone: Phone,
    *,
    given: Identity | None = None,
    new_number: NewNumber | None = None,
    wrong: InvalidIdentity | None = None,
    done: Done | None = None,
    is_saved: bool = False,
) -> str:
    """The identity form and the acts below it; after a refusal with what was given and the reason."""
    everybody = phones.all_phones(network.store)
    opened = done.act if done else ACT_OF_FIELD.get(wrong.field) if wrong else None
    return render(
        "identity.html",
        phone=phone,
        name=phones.shown(phone),
        given=given or Identity(phone.name, f"+{phone.number}", phone.user_id, phone.username, phone.shows),
        new_number=new_number or NewNumber(),
        forms=FORMS,
        fitting=forms_for(phone.shows),
        others=[(each, label) for each, label in phones.labels(everybody) if each.id != phone.id],
        has_identity_checks=is_on(network.store, "identity_checks"),
        wrong=wrong,
        done=done,
        is_saved=is_saved,
        opened=opened or ("number" if held_back(network.store, phone.id) else None),
        announcements=_announcements(network, phone),
    )


def live_pieces(network: Network, phone: Phone) -> dict[str, str]:
    """What the page says about announcements, by the piece's name: above the phone and beside it."""
    waiting = held_back(network.store, phone.id)
    return {
        "notice": render("notice.html", phone=phone, waiting=waiting),
        "announcements": _announcements(network, phone),
    }


def _announcements(network: Network, phone: Phone) -> str:
    last = last_number_change(network.store, phone.id)
    waiting = held_back(network.store, phone.id)
    told = [*waiting, last] if last and last not in waiting else waiting
    return render("announcements.html", changes=[(change, forms_for(change.shows)) for change in told])
