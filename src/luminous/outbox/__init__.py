"""Messages that we owe, from the moment they are owed until WhatsApp says what became of them."""

from luminous.outbox.claim import Claimed, claim
from luminous.outbox.cost import Day, costs
from luminous.outbox.doubt import forget_lost_workers, settle_doubts
from luminous.outbox.failing import HOLD, owe_set_aside, rest_template, set_aside
from luminous.outbox.numbers import start_number, stop_number, stopped_numbers, take_tokens
from luminous.outbox.owe import (
    Otherwise,
    Owed,
    Purpose,
    forget_waiting,
    heard_from,
    oldest_unsent_age,
    owe,
    owe_where_they_write,
)
from luminous.outbox.result import accepted, refused, try_again, unclear, window_over
from luminous.outbox.statuses import forget_early_statuses, join_overtaken_statuses, record_status
from luminous.outbox.troubles import (
    NotSent,
    StoppedNumber,
    Trouble,
    given_up_lately,
    not_sent,
    numbers_that_cannot_send,
    retry,
)

__all__ = [
    "HOLD",
    "Claimed",
    "Day",
    "NotSent",
    "Otherwise",
    "Owed",
    "Purpose",
    "StoppedNumber",
    "Trouble",
    "accepted",
    "claim",
    "costs",
    "forget_early_statuses",
    "forget_lost_workers",
    "forget_waiting",
    "given_up_lately",
    "heard_from",
    "join_overtaken_statuses",
    "not_sent",
    "numbers_that_cannot_send",
    "oldest_unsent_age",
    "owe",
    "owe_set_aside",
    "owe_where_they_write",
    "record_status",
    "refused",
    "rest_template",
    "retry",
    "set_aside",
    "settle_doubts",
    "start_number",
    "stop_number",
    "stopped_numbers",
    "take_tokens",
    "try_again",
    "unclear",
    "window_over",
]
