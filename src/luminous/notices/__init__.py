"""What the shop says unasked: a room acts, and its words are owed in the same transaction."""

from luminous.notices.plans import tell_plan_confirmed, tell_plans_ending
from luminous.notices.quotations import (
    ask_customer,
    reject_request,
    send_quotation,
    tell_quotations_run_out,
    withdraw_quotation,
)

__all__ = [
    "ask_customer",
    "reject_request",
    "send_quotation",
    "tell_plan_confirmed",
    "tell_plans_ending",
    "tell_quotations_run_out",
    "withdraw_quotation",
]
