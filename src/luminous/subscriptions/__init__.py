"""Plans that customers hold, what these allow, and how they are bought and end."""

from luminous.subscriptions.buying import (
    Chosen,
    Offer,
    Subscription,
    activate,
    choose,
    chosen,
    give_up,
    offers,
)
from luminous.subscriptions.ending import Ending, cancel, end_those_over, keep, revoke, those_ending_soon
from luminous.subscriptions.entitlements import Entitlements, entitlements
from luminous.subscriptions.on_show import PlanOnShow, plans_on_show

__all__ = [
    "Chosen",
    "Ending",
    "Entitlements",
    "Offer",
    "PlanOnShow",
    "Subscription",
    "activate",
    "cancel",
    "choose",
    "chosen",
    "end_those_over",
    "entitlements",
    "give_up",
    "keep",
    "offers",
    "plans_on_show",
    "revoke",
    "those_ending_soon",
]
