"""Mobile-money wallets: what a shop asks them to pay, and what the person who holds the phone says to it."""

import secrets
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import carrier

from luminous.simulator import phones
from luminous.simulator.network import Network
from luminous.simulator.store import Store
from luminous.simulator.switches import strikes

PROMPT_SECONDS = 300.0  # then the network gives up by itself (MTN MoMo: about five minutes)
LATE_SECONDS = 20.0
SHORT_BY = 500  # with the switch for a wrong amount

Status = Literal["PENDING", "SUCCESSFUL", "FAILED"]
Said = Literal["approve", "refuse", "ignore"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request to pay says."""

    reference: str
    payer: str
    amount: str
    currency: str
    external_id: str
    note: str
    callback_url: str


@dataclass(frozen=True, slots=True)
class Charge:
    """A request to pay as the network has it. Amounts are text, as on the wire."""

    reference: str
    phone_id: int | None
    payer: str
    amount: str
    paid_amount: str | None
    currency: str
    external_id: str
    note: str
    status: Status
    reason: str | None
    transaction_id: str | None
    is_ignored: bool
    callback_url: str
    callbacks: int
    callback_at: float | None
    created_at: float

    @property
    def price(self) -> str:
        """The amount for a person: `UGX 45,000`."""
        return f"{self.currency} {int(self.amount):,}" if self.amount.isdigit() else self.amount


def charge(store: Store, reference: str) -> Charge | None:
    """The charge with this reference, or None when none was ever taken."""
    return store.row(Charge, "select * from charges where reference = :reference", reference=reference)


def prompt(store: Store, phone_id: int) -> Charge | None:
    """What the phone asks its holder now; the oldest first."""
    return store.row(
        Charge,
        """
        select * from charges where phone_id = :phone_id and status = 'PENDING' and not is_ignored
         order by created_at limit 1
        """,
        phone_id=phone_id,
    )


def ask(network: Network, asked: Asked) -> bool:
    """Take a charge; False when its reference is taken. Who has no wallet fails at once."""
    has_wallet = is_mtn(asked.payer)
    phone = phones.phone_by_number(network.store, asked.payer) if has_wallet else None
    if charge(network.store, asked.reference) is not None:
        return False
    with network.store.together():
        network.store.run(
            """
            insert into charges (reference, phone_id, payer, amount, currency, external_id, note, status,
                                 callback_url, created_at)
            values (:reference, :phone_id, :payer, :amount, :currency, :external_id, :note, 'PENDING',
                    :callback_url, :at)
            """,
            reference=asked.reference,
            phone_id=phone.id if phone else None,
            payer=asked.payer,
            amount=asked.amount,
            currency=asked.currency,
            external_id=asked.external_id,
            note=asked.note,
            callback_url=asked.callback_url,
            at=network.now(),
        )
        if phone is None:
            _end(network, asked.reference, "FAILED", reason="PAYER_NOT_FOUND")
    network.bell.ring()
    return True


def is_mtn(digits: str) -> bool:
    """Whether a number (digits with the country code) is one of MTN's."""
    try:
        return carrier.name_for_number(phonenumbers.parse(f"+{digits}"), "en").startswith("MTN")
    except phonenumbers.NumberParseException:
        return False


def answer(network: Network, reference: str, said: Said) -> bool:
    """The holder of the phone says something to the prompt; False when it is over already."""
    found = charge(network.store, reference)
    if found is None or found.status != "PENDING":
        return False
    with network.store.together():
        match said:
            case "approve":
                _end(network, reference, "SUCCESSFUL", paid=_moved(network, found.amount))
            case "refuse":
                _end(network, reference, "FAILED", reason="APPROVAL_REJECTED")
            case "ignore":
                network.store.run(
                    "update charges set is_ignored = 1 where reference = :reference", reference=reference
                )
    network.bell.ring()
    return True


def expire(network: Network) -> None:
    """Nobody said anything for five minutes: the network gives up."""
    overdue = network.store.rows(
        str,
        "select reference from charges where status = 'PENDING' and created_at <= :before",
        before=network.now() - PROMPT_SECONDS,
    )
    for reference in overdue:
        with network.store.together():
            _end(network, reference, "FAILED", reason="EXPIRED")
        network.bell.ring()


def _moved(network: Network, amount: str) -> str:
    return str(max(int(amount) - SHORT_BY, 1)) if strikes(network.store, "wrong_amount") else amount


def _end(
    network: Network, reference: str, status: Status, *, reason: str | None = None, paid: str | None = None
) -> None:
    """The end of a charge, and the one callback that is owed for it, as the switches say."""
    is_silent = strikes(network.store, "no_callback")
    is_late = strikes(network.store, "late_callback")
    is_double = strikes(network.store, "callback_twice")
    network.store.run(
        """
        update charges
           set status = :status, reason = :reason, paid_amount = :paid, transaction_id = :transaction_id,
               callbacks = case when callback_url = '' then 0 else :callbacks end, callback_at = :callback_at
         where reference = :reference
        """,
        reference=reference,
        status=status,
        reason=reason,
        paid=paid,
        transaction_id=str(secrets.randbelow(9 * 10**9) + 10**9) if paid else None,
        callbacks=0 if is_silent else 2 if is_double else 1,
        callback_at=network.now() + (LATE_SECONDS if is_late else 0),
    )
