"""Everything that can go wrong and that somebody catches, on one page.

Our own SQLSTATEs (class LU), raised by functions in `supabase/migrations`:

    LU001  invalid phone     a phone number that is not E.164 reached the database
    LU002  no sender         neither a phone number nor a WhatsApp user id was given
    LU003  merge refused     not two live records, or no standing merge into a live one
    LU004  no open conflict  it was settled, or its holder is gone
    LU005  no such change    a quotation, order, payment or subscription does not go from one status to that
    LU006  it was offered    a version that was sent does not change: it is revised
    LU007  limit reached     the plan allows no more open quotations
    LU008  consent is kept   what a customer said about consent cannot be changed, only added to
    LU010  unmapped          data_map does not say what becomes of a table at an erasure
    LU012  no way back       a file's status would go where it cannot from here
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

import psycopg

# Worth the whole transaction again: connection, rollback (deadlock, serialization), resources,
# operator intervention (shutdown, statement timeout), system error, lock timeout, and a database that
# may only be read: a standby, or one that is protected because its disk is full.
RETRYABLE_CLASSES = ("08", "40", "53", "57", "58")
RETRYABLE_STATES = ("55P03", "25006")
UNDEFINED_TABLE, UNIQUE_VIOLATION = "42P01", "23505"
MERGE_REFUSED, NO_OPEN_CONFLICT, NO_SUCH_CHANGE = "LU003", "LU004", "LU005"


class LuminousError(Exception):
    """The root. `str()` is a sentence for the person who sees it."""


class InvalidPhone(LuminousError):
    """Text that is not one usable phone number; the sentence says why."""


class NoSender(LuminousError):
    """A message that names nobody: no phone number and no WhatsApp user id."""


class MergeRefused(LuminousError):
    """Two records that cannot become one, or a merge that cannot be undone; the sentence says why."""


class NoOpenConflict(LuminousError):
    """A conflict that is settled already or never was."""


class NoAmount(LuminousError):
    """Text that is not an amount of money or a currency; the sentence says why."""


class NoPrice(LuminousError):
    """A basket that cannot be priced; the sentence says what is missing."""


class QuotationClosed(LuminousError):
    """What was asked of a quotation is not possible as it stands; the sentence says how it stands."""


class ProhibitedGoods(LuminousError):
    """The shop's list names what is to be priced, and nobody said why it may be all the same."""


class PlanNotOnSale(LuminousError):
    """A plan that this customer cannot buy now."""


class OrderRefused(LuminousError):
    """What an order cannot do as it stands; the sentence says why and what can be done."""


NotPaid = Literal["overdue", "paid", "gone", "not_mtn", "often", "review"]


class PaymentRefused(LuminousError):
    """What cannot be done with a payment as it stands; the sentence says why and what can be done.

    code: under which customers read it in their language. minutes: to wait, where that is all.
    """

    def __init__(self, sentence: str, code: NotPaid = "gone", *, minutes: int = 0) -> None:
        super().__init__(sentence)
        self.code: NotPaid = code
        self.minutes = minutes


class ErasureRefused(LuminousError):
    """Something with the person is under way that needs to know who they are; the sentence names it."""


class ExportRefused(LuminousError):
    """What hangs on a record may be somebody else's; the sentence says what has to be settled first."""


class DatabaseAway(LuminousError):
    """PostgreSQL cannot be reached or cannot commit; what was asked did not happen."""


class SettingsMissing(LuminousError):
    """A setting without which the program must not start; the sentence names it."""


class PostgresFailed(LuminousError):
    """The embedded server cannot be started, stopped or found; the sentence says what to do."""


class MailFailed(LuminousError):
    """A letter that the mail server did not take. is_final: it never will."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


SendOutcome = Literal[
    "not_sent", "once", "not_today", "unclear", "refused", "window_over", "template_refused", "held"
]


class SendFailed(LuminousError):
    """A provider did not accept a message.

    outcome: `not_sent` it surely did not go, try again; `once` the same, but only once; `not_today` the
    same, but not before a day; `unclear` it may have gone, wait for a status first; `refused` it will
    never go; `window_over` not as free text; `template_refused` not as this template; `held` this number
    cannot send at all at present.
    answered: the provider itself said that it failed; False when its answer never came.
    """

    def __init__(
        self,
        reason: str,
        outcome: SendOutcome,
        *,
        code: int | None = None,
        retry_after: timedelta | None = None,
        answered: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome: SendOutcome = outcome
        self.code = code
        self.retry_after = retry_after
        self.answered = answered


FetchOutcome = Literal["later", "expired", "refused", "held"]


class FetchFailed(LuminousError):
    """A file that a customer sent could not be had from the provider.

    outcome: `later` try again; `expired` the provider has it no longer; `refused` it must not be had;
    `held` this shop cannot fetch anything at present.
    """

    def __init__(self, reason: str, outcome: FetchOutcome) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome: FetchOutcome = outcome


class UnfitFile(LuminousError):
    """A file that is not kept; the sentence says why."""


class StorageAway(LuminousError):
    """The place where files are kept cannot be used now; the sentence says why."""


@contextmanager
def said_as(state: str, refusal: LuminousError) -> Generator[None]:
    """Raise `refusal` in place of the database's own error with that SQLSTATE."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate != state:
            raise
        raise refusal from error


def is_retryable(error: Exception) -> bool:
    """True when the same transaction may succeed if it is run again from its start."""
    if isinstance(error, DatabaseAway):
        return True
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # the driver itself: a broken connection has no SQLSTATE
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(RETRYABLE_CLASSES) or error.sqlstate in RETRYABLE_STATES


def sqlstate(error: Exception) -> str | None:
    """The SQLSTATE of a database error, or None for any other error."""
    return error.sqlstate if isinstance(error, psycopg.Error) else None
