"""What to do about a message, and every text that we send."""

from luminous.replies.decide import (
    Connect,
    Context,
    Disown,
    HandOver,
    Say,
    SendLink,
    SetConsent,
    Shop,
    Step,
    decide,
)

__all__ = [
    "Connect",
    "Context",
    "Disown",
    "HandOver",
    "Say",
    "SendLink",
    "SetConsent",
    "Shop",
    "Step",
    "decide",
]
