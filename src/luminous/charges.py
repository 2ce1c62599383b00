"""The words that cross between payment providers and the house. No I/O, no rules, no provider's terms.

A provider turns a `Charge` into its own call, and its answer into a `Standing`. What follows from a
standing is for the house to say.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.errors import LuminousError
from luminous.phone import Phone

ProviderName = Literal["momo", "manual"]
Status = Literal["pending", "succeeded", "failed", "absent"]

# Why a payment failed, as far as it makes a difference to the person who wanted to pay.
Reason = Literal[
    "refused",  # the payer said no
    "expired",  # the payer did not answer in time
    "no_wallet",  # the number has no mobile money
    "not_enough",  # the wallet holds less
    "limit",  # the payer's own limit for a day or a payment
    "not_allowed",  # the payer's wallet may not pay
    "provider",  # the provider's trouble or our settings: nothing that the payer can mend
    "never_asked",  # the provider never took the request, and its time is over
]


@dataclass(frozen=True, slots=True)
class Charge:
    """What somebody is to be asked to pay. `reference` is ours, stored before anybody is asked."""

    reference: UUID
    amount: int  # in the currency's smallest unit
    currency: str
    payer: Phone
    text: str  # what the payer reads beside the amount


@dataclass(frozen=True, slots=True)
class Standing:
    """How a charge stands, in the provider's own figures; what it did not say is None.

    status: `absent` the provider never took a charge with this reference. amount: None also where it
    is no whole number of the currency's smallest unit.
    """

    status: Status
    amount: int | None = None
    currency: str | None = None
    payer: str | None = None  # digits with the country code
    transaction_id: str | None = None  # the provider's own, of the money that moved
    reason: Reason | None = None
    reason_code: str | None = None  # as the provider calls it


class ChargeFailed(LuminousError):
    """A call that did not end as hoped.

    refused: why the provider takes no such charge, and surely took none; None where the charge may
    stand, and only a later look tells.
    """

    def __init__(self, sentence: str, *, refused: Reason | None = None, code: str | None = None) -> None:
        super().__init__(sentence)
        self.refused: Reason | None = refused
        self.code = code
