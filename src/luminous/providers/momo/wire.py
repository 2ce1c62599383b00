"""The shapes that MTN sends, as far as somebody reads them, and a charge as it is written to MTN."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from luminous.charges import Charge, Reason, Standing, Status
from luminous.providers.momo.account import Account
from luminous.text import Json

LONGEST_NOTE = 160
_LONGEST_CODE = 60
_NOT_IN_A_NOTE = re.compile(r"[^A-Za-z0-9 .,-]+")  # an apostrophe is a 400

STATUSES: dict[str, Status] = {
    "SUCCESSFUL": "succeeded",
    "FAILED": "failed",
    "REJECTED": "failed",
    "TIMEOUT": "failed",
}
REASONS: dict[str, Reason] = {
    "APPROVAL_REJECTED": "refused",
    "REJECTED": "refused",
    "EXPIRED": "expired",
    "TIMEOUT": "expired",
    "PAYER_DELAYED": "expired",
    "COULD_NOT_PERFORM_TRANSACTION": "expired",  # what five minutes without an answer are called in places
    "PAYER_NOT_FOUND": "no_wallet",
    "NOT_ENOUGH_FUNDS": "not_enough",
    "PAYER_LIMIT_REACHED": "limit",
    "NOT_ALLOWED": "not_allowed",
}
# Said with a 4xx or 5xx to the request itself: surely nobody was asked.
REFUSALS = frozenset(
    {
        "INVALID_CALLBACK_URL_HOST",
        "INVALID_CURRENCY",
        "NOT_ALLOWED",
        "NOT_ALLOWED_TARGET_ENVIRONMENT",
        "PAYEE_NOT_ALLOWED_TO_RECEIVE",
        "PAYER_LIMIT_REACHED",
        "PAYER_NOT_FOUND",
    }
)
ALREADY_THERE = "RESOURCE_ALREADY_EXIST"


def _code(given: object) -> object:
    """A reason comes as a word, or as an object with a `code`."""
    found = given.get("code") if isinstance(given, dict) else given  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - unvalidated
    return found[:_LONGEST_CODE].upper() if isinstance(found, str) else None


def _text(given: object) -> object:
    """Documented as text, shown as a number in MTN's own example."""
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given


Text = Annotated[str, BeforeValidator(_text)]
Code = Annotated[str | None, BeforeValidator(_code)]


class Wire(BaseModel):
    """A JSON object of MTN's; keys that are not named here are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Token(Wire):
    access_token: str = Field(pattern=r"^[\x21-\x7e]+\z")
    expires_in: int = Field(default=3600, ge=0)


class Problem(Wire):
    code: Code = None


class Payer(Wire):
    party_id: Text | None = Field(default=None, alias="partyId")


class Result(Wire):
    """How a request to pay stands. MTN says 200 also for one that failed."""

    status: str
    amount: Text | None = None
    currency: str | None = None
    payer: Payer | None = None
    transaction_id: Text | None = Field(default=None, alias="financialTransactionId")
    reason: Code = None


def standing_of(result: Result, account: Account) -> Standing:
    """The answer in the house's words. A status that nobody knows is no end: it is looked at again."""
    said = result.status.upper()
    status = STATUSES.get(said, "pending")
    return Standing(
        status=status,
        amount=whole(result.amount),
        currency=account.currency_meant(result.currency),
        payer=result.payer.party_id if result.payer else None,
        transaction_id=result.transaction_id,
        reason=REASONS.get(result.reason or result.status.upper(), "provider")
        if status == "failed"
        else None,
        reason_code=result.reason,
    )


def request_of(charge: Charge, account: Account) -> dict[str, Json]:
    """The body of a request to pay. externalId carries the reference as well: it is in MTN's reports."""
    note = note_of(charge.text)
    return {
        "amount": str(charge.amount),
        "currency": account.wire_currency,
        "externalId": str(charge.reference),
        "payer": {"partyIdType": "MSISDN", "partyId": charge.payer.removeprefix("+")},
        "payerMessage": note,
        "payeeNote": note,
    }


def note_of(text: str) -> str:
    """The text as MTN takes it: ASCII letters, digits and few signs, at most 160 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(_NOT_IN_A_NOTE.sub(" ", plain).split())[:LONGEST_NOTE].strip()


def whole(amount: str | None) -> int | None:
    """`45000`, `45000.00` as 45000; None for what is no whole number: shillings have no smaller unit."""
    try:
        exact = Decimal(amount or "")
    except InvalidOperation:
        return None
    is_whole = exact.is_finite() and exact.adjusted() < 18 and exact == exact.to_integral_value()
    return int(exact) if is_whole else None
