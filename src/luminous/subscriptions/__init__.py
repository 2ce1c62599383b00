"""Plans that customers hold, what these allow, and how they are bought and end."""

from luminous.subscriptions.buying import (
    Chosen,
    Offer,
    Subscription,
    activate,
    bought_with,
    choose,
    chosen,
    chosen_last,
    give_up,
    give_up_unpaid,
    offers,
)
from luminous.subscriptions.ending import Ending, cancel, end_those_over, keep, revoke, those_ending_soon
from luminous.subscriptions.entitlements import Entitlements, entitlements
from luminous.subscriptions.on_show import PlanOnShow, plans_on_show
from luminous.subscriptions.plans import Changes, Plan, change_plan, plans

__all__ = [
    "Changes",
    "Chosen",
    "Ending",
    "Entitlements",
    "Offer",
    "Plan",
    "PlanOnShow",
    "Subscription",
    "activate",
    "bought_with",
    "cancel",
    "change_plan",
    "choose",
    "chosen",
    "chosen_last",
    "end_those_over",
    "entitlements",
    "give_up",
    "give_up_unpaid",
    "keep",
    "offers",
    "plans",
    "plans_on_show",
    "revoke",
    "those_ending_soon",
]
