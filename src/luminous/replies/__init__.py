"""What to do about a message, what that comes to, and how it is said."""

from luminous.replies.acts import Act, Greeting, HandOver, Pay, Request, Say, SetConsent, TakeNumber
from luminous.replies.decide import Context, Shop, Step, decide
from luminous.replies.doing import do
from luminous.replies.joining import Reply, joined

__all__ = [
    "Act",
    "Context",
    "Greeting",
    "HandOver",
    "Pay",
    "Reply",
    "Request",
    "Say",
    "SetConsent",
    "Shop",
    "Step",
    "TakeNumber",
    "decide",
    "do",
    "joined",
]
