"""How the shop knew who wrote, in plain words: one sentence for each value of `inbox.decision`.

The rows are those of the table in resolve_customer's migration.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """What was found and what followed. row: in the table of resolve_customer; None: not one of its rows."""

    row: int | None
    title: str
    says: str


REASONS: Mapping[str, Reason] = {
    "created": Reason(
        1,
        "A new customer",
        "Nobody here had this number or this user id. A new customer was made, with the Guest plan.",
    ),
    "recognised": Reason(2, "A known customer", "What the message was sent with is already this customer's."),
    "learned_user_id": Reason(
        3,
        "Learned the user id",
        "The number is this customer's, who had no user id yet. The user id was added.",
    ),
    "learned_phone_number": Reason(
        4,
        "Learned the number",
        "The user id is this customer's, who had no number yet. The number was added.",
    ),
    "replaced_phone_number": Reason(
        5,
        "Another number",
        "The user id is this customer's and the number is new here. The user id is the stronger proof: "
        "the number was replaced.",
    ),
    "recycled_number": Reason(
        6,
        "A used number",
        "The number was another customer's, but this user id is new: somebody else has the number now. A new "
        "customer was made and took it. The former owner keeps the history and loses the number.",
    ),
    "seen_twice": Reason(
        7,
        "One person, seen twice",
        "One record had only the number, another only the user id. They are one person: the younger record "
        "was merged into the older.",
    ),
    "moved_number": Reason(
        8,
        "The number moved",
        "The user id is this customer's, the number was another customer's with another user id. This "
        "customer took the number, the other one lost it.",
    ),
    "disputed_number": Reason(
        9,
        "Two records, undecided",
        "The user id says one customer and the number says another, and neither proves more. The user id "
        "counts for this message, nothing was moved, and staff are asked.",
    ),
    "unproven_number": Reason(
        None,
        "The number alone, and it may be somebody else's by now",
        "Its customer was silent for long, or has another WhatsApp than before. The message is taken and "
        "answered, but nothing personal is shown until staff confirm.",
    ),
    "recognised_late": Reason(
        None,
        "Written before a change that is known already",
        "This user id was given up in a change that WhatsApp has announced since. It is the same person; "
        "nothing was moved.",
    ),
    "announced_change": Reason(
        None, "WhatsApp announced a change", "The customer has the new number and user id from now on."
    ),
    "announced_again": Reason(
        None, "WhatsApp announced what is known already", "The customer had these already. Nothing was done."
    ),
    "announced_merge": Reason(
        None,
        "WhatsApp announced a change, after a message",
        "A message from the new number had come first and made a second record. It was merged into the "
        "customer's own.",
    ),
    "announced_conflict": Reason(
        None,
        "WhatsApp announced a change that cannot be applied by itself",
        "Another customer has what was changed to, or whose change it is, is not sure. Nothing was moved, "
        "and staff decide.",
    ),
    "announced_nobody": Reason(
        None,
        "WhatsApp announced a change of somebody unknown",
        "Nobody here has the old number or user id. It is only remembered.",
    ),
}


def reason_for(decision: str) -> Reason:
    """The decision in words; one that has no sentence yet is shown by its name."""
    return REASONS.get(decision, Reason(None, decision.replace("_", " "), ""))
