"""Buttons that say what they are about: `quote:<id>:<version>:accept`. Pure; what is broken means nothing."""

import re
from typing import cast
from uuid import UUID

from luminous.replies.acts import BuyPlan, ChangePlan, Complete, DecideOn, Decision, Pay
from luminous.replies.acts import Change as PlanChange
from luminous.replies.order_acts import OrderAct
from luminous.replies.order_commands import order_command_of

Command = Complete | DecideOn | BuyPlan | ChangePlan | Pay | OrderAct

_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_QUOTE = re.compile(rf"quote:{_ID}:(\d{{1,9}}):(accept|decline|ask|withdraw|again|show)", re.ASCII)
_ORDER = re.compile(rf"order:{_ID}:pay")
_PLAN_PAY = re.compile(rf"plan:pay:{_ID}")
_PLAN_BUY = re.compile(r"plan:buy:([\w-]{1,60})", re.ASCII)
_PLAN_CHANGE = re.compile(r"plan:(cancel_plan|keep_plan)")


def command_of(choice: str | None) -> Command | None:
    """What a pressed button means, or None for one that is only a word."""
    if choice is None:
        return None
    if choice == "done":
        return Complete()
    if match := _QUOTE.fullmatch(choice):
        return DecideOn(UUID(match[1]), int(match[2]), cast("Decision", match[3]))
    if match := _ORDER.fullmatch(choice):
        return Pay(order_id=UUID(match[1]))
    if match := _PLAN_PAY.fullmatch(choice):
        return Pay(subscription_id=UUID(match[1]))
    if match := _PLAN_BUY.fullmatch(choice):
        return BuyPlan(match[1])
    if match := _PLAN_CHANGE.fullmatch(choice):
        return ChangePlan(cast("PlanChange", match[1]))
    return order_command_of(choice)
