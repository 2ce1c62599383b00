"""Orders: accepted quotations, from their payment to the door, and what goes back."""

from luminous.orders.ending import (
    Ended,
    Trouble,
    cancel,
    cancel_unpaid,
    close,
    close_delivered,
    mark,
    refunded,
)
from luminous.orders.listing import page_of_customer
from luminous.orders.receipt import pdf as receipt_pdf
from luminous.orders.standing import (
    MILESTONES,
    Event,
    Milestone,
    Order,
    Reached,
    events_of,
    get,
    in_status,
    numbered,
    of_customer,
    of_quotation,
    way_of,
)
from luminous.orders.way import PAYABLE, PAYABLE_BY_STAFF, dispute, lock, pay, rate, reach, set_address

__all__ = [
    "MILESTONES",
    "PAYABLE",
    "PAYABLE_BY_STAFF",
    "Ended",
    "Event",
    "Milestone",
    "Order",
    "Reached",
    "Trouble",
    "cancel",
    "cancel_unpaid",
    "close",
    "close_delivered",
    "dispute",
    "events_of",
    "get",
    "in_status",
    "lock",
    "mark",
    "numbered",
    "of_customer",
    "of_quotation",
    "page_of_customer",
    "pay",
    "rate",
    "reach",
    "receipt_pdf",
    "refunded",
    "set_address",
    "way_of",
]
