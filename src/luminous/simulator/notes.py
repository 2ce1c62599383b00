"""What happened to a phone, said in the middle of its chat between the messages."""

from dataclasses import dataclass
from typing import ClassVar

from luminous.simulator.changes import Change


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened. `day` is set on the first entry of a day."""

    id: int
    text: str
    day: str | None = None
    is_note: ClassVar[bool] = True


def note(change: Change, day: str | None) -> Note:
    """The change in a sentence for whoever holds the phone."""
    return Note(change.id, _sentence(change), day)


def _sentence(change: Change) -> str:
    match change.kind:
        case "changed_number":
            moved = f"from +{change.old_number} to +{change.new_number}"
            return f"You changed your number {moved}. {_told(change)}"
        case "sold":
            goes_on = f"has +{change.new_number} now" if change.new_number else "has no WhatsApp now"
            return f"You sold the SIM card with +{change.old_number}. This phone {goes_on}."
        case "bought":
            return f"You put in a used SIM card: this phone has +{change.new_number} now."
        case "registered":
            return f"You put in a new SIM card: this phone has +{change.new_number} now."
        case "reinstalled":
            return "You installed WhatsApp again, with the same number."


def _told(change: Change) -> str:
    if change.announced_at is not None:
        return "WhatsApp has told the shop."
    return "WhatsApp has not told the shop yet." if change.is_held_back else "WhatsApp tells nobody."
