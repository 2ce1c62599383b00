"""People who write to the shop: found by proven identifiers, and what they allow us to send."""

from luminous.customers.consent import Consent, set_consent
from luminous.customers.merge import follow_merge, merge, undo_merge
from luminous.customers.resolve import Changed, Resolved, announce, resolve
from luminous.customers.show import Customer, get

__all__ = [
    "Changed",
    "Consent",
    "Customer",
    "Resolved",
    "announce",
    "follow_merge",
    "get",
    "merge",
    "resolve",
    "set_consent",
    "undo_merge",
]
