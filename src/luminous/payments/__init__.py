"""Payments: asked for, looked after to their end, and what staff decide about odd money."""

from luminous.payments.claim import Claimed, claim, next_look
from luminous.payments.deciding import (
    Method,
    apply,
    cancel_order,
    confirm,
    confirm_plan,
    nothing_came,
    owe_back,
    refund,
)
from luminous.payments.listing import page_of_customer
from luminous.payments.payable import Kind, Payable, Thing, looked_at, own_number, payable, pays_with_momo
from luminous.payments.settle import Settled, in_doubt, refuse, settle
from luminous.payments.standing import (
    OPEN,
    Listed,
    Payment,
    Status,
    beginning_with,
    events_of,
    for_staff,
    foremost,
    get,
    listed,
    of_order,
)
from luminous.payments.start import Started, pay_order, pay_subscription, wake

__all__ = [
    "OPEN",
    "Claimed",
    "Kind",
    "Listed",
    "Method",
    "Payable",
    "Payment",
    "Settled",
    "Started",
    "Status",
    "Thing",
    "apply",
    "beginning_with",
    "cancel_order",
    "claim",
    "confirm",
    "confirm_plan",
    "events_of",
    "for_staff",
    "foremost",
    "get",
    "in_doubt",
    "listed",
    "looked_at",
    "next_look",
    "nothing_came",
    "of_order",
    "owe_back",
    "own_number",
    "page_of_customer",
    "pay_order",
    "pay_subscription",
    "payable",
    "pays_with_momo",
    "refund",
    "refuse",
    "settle",
    "wake",
]
