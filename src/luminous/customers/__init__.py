"""People who write to the shop: found by proven identifiers, and what they allow us to send."""

from luminous.customers.conflicts import (
    Conflict,
    Question,
    Settled,
    oldest_open_conflict_age,
    open_question,
    open_questions,
    settle,
)
from luminous.customers.consent import (
    Consent,
    ConsentPurpose,
    ConsentSource,
    Said,
    consents_of,
    heed_switch,
    record_consent,
    set_consent,
)
from luminous.customers.find import Found, Held, find
from luminous.customers.glance import Glance, glance
from luminous.customers.merge import (
    Merge,
    follow_merge,
    merge,
    merge_to_undo,
    survivor,
    try_merge,
    undo_merge,
)
from luminous.customers.record import Owed, Record, Written, record_of
from luminous.customers.resolve import DECISIONS, Changed, Resolved, announce, resolve
from luminous.customers.retire import Retirement, retire_some, retirement
from luminous.customers.sharing import Need, Shared, ask_for_phone, take_shared_number
from luminous.customers.show import Customer, get

__all__ = [
    "DECISIONS",
    "Changed",
    "Conflict",
    "Consent",
    "ConsentPurpose",
    "ConsentSource",
    "Customer",
    "Found",
    "Glance",
    "Held",
    "Merge",
    "Need",
    "Owed",
    "Question",
    "Record",
    "Resolved",
    "Retirement",
    "Said",
    "Settled",
    "Shared",
    "Written",
    "announce",
    "ask_for_phone",
    "consents_of",
    "find",
    "follow_merge",
    "get",
    "glance",
    "heed_switch",
    "merge",
    "merge_to_undo",
    "oldest_open_conflict_age",
    "open_question",
    "open_questions",
    "record_consent",
    "record_of",
    "resolve",
    "retire_some",
    "retirement",
    "set_consent",
    "settle",
    "survivor",
    "take_shared_number",
    "try_merge",
    "undo_merge",
]
