"""Messages that we owe, from the moment they are owed until WhatsApp says what became of them."""

from luminous.outbox.claim import Claimed, claim
from luminous.outbox.doubt import forget_lost_workers, settle_doubts
from luminous.outbox.owe import Otherwise, Owed, Purpose, oldest_unsent_age, owe, owe_where_they_write, unpark
from luminous.outbox.result import accepted, refused, try_again, unclear
from luminous.outbox.statuses import forget_early_statuses, join_overtaken_statuses, record_status

__all__ = [
    "Claimed",
    "Otherwise",
    "Owed",
    "Purpose",
    "accepted",
    "claim",
    "forget_early_statuses",
    "forget_lost_workers",
    "join_overtaken_statuses",
    "oldest_unsent_age",
    "owe",
    "owe_where_they_write",
    "record_status",
    "refused",
    "settle_doubts",
    "try_again",
    "unclear",
    "unpark",
]
