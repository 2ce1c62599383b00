"""People who write to the shop: found by proven identifiers, and what they allow us to send."""

from luminous.customers.consent import Consent, set_consent
from luminous.customers.resolve import Resolved, resolve
from luminous.customers.show import Customer, get

__all__ = ["Consent", "Customer", "Resolved", "get", "resolve", "set_consent"]
