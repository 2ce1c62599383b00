"""What to do about a message, what that comes to, and how it is said."""

from luminous.replies.acts import Act, Greeting, HandOver, Request, Say, SetConsent
from luminous.replies.decide import Context, Shop, Step, decide
from luminous.replies.doing import do

__all__ = [
    "Act",
    "Context",
    "Greeting",
    "HandOver",
    "Request",
    "Say",
    "SetConsent",
    "Shop",
    "Step",
    "decide",
    "do",
]
