"""What the shop says unasked: a room acts, and its words are owed in the same transaction."""

from luminous.notices.orders import (
    cancel_order,
    reach_milestone,
    record_refund,
    tell_orders_unpaid,
)
from luminous.notices.payments import confirm_payment, confirm_plan_payment, decide_payment, tell_payment
from luminous.notices.plans import tell_plan_confirmed, tell_plans_ending
from luminous.notices.quotations import (
    accept_quotation,
    ask_customer,
    reject_request,
    send_quotation,
    tell_quotations_run_out,
    withdraw_quotation,
)

__all__ = [
    "accept_quotation",
    "ask_customer",
    "cancel_order",
    "confirm_payment",
    "confirm_plan_payment",
    "decide_payment",
    "reach_milestone",
    "record_refund",
    "reject_request",
    "send_quotation",
    "tell_orders_unpaid",
    "tell_payment",
    "tell_plan_confirmed",
    "tell_plans_ending",
    "tell_quotations_run_out",
    "withdraw_quotation",
]
