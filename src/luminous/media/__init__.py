"""Files that customers sent: which are to be fetched, which are kept, and when they go."""

from luminous.media.deleting import condemn, condemn_old, deleted, doomed_next
from luminous.media.examine import LARGEST, Kind, examine
from luminous.media.kept import Kept, by_customer, get
from luminous.media.waiting import Waiting, claim, give_up, not_kept, oldest_waiting_age, stored, try_again

__all__ = [
    "LARGEST",
    "Kept",
    "Kind",
    "Waiting",
    "by_customer",
    "claim",
    "condemn",
    "condemn_old",
    "deleted",
    "doomed_next",
    "examine",
    "get",
    "give_up",
    "not_kept",
    "oldest_waiting_age",
    "stored",
    "try_again",
]
