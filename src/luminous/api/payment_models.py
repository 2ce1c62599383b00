"""Payments as the API says and hears them."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from luminous.api.models import ANYONE, Heard, Moment, Text
from luminous.api.quotation_models import AN_ID, MOST, NeededWords
from luminous.payments import Method


class Payment(BaseModel):
    """One attempt to pay for an order or a plan."""

    id: UUID = Field(examples=[AN_ID])
    customer_id: UUID = Field(examples=[ANYONE])
    order_id: UUID | None
    subscription_id: UUID | None
    pays_for: str = Field(description="The quotation of the order, or the plan.", examples=["Q-17"])
    provider: str = Field(examples=["momo"])
    status: str = Field(examples=["succeeded"])
    reason: str | None = Field(
        description="Why it failed or waits for staff: refused, expired, no_wallet, not_enough, …",
        examples=[None],
    )
    amount: int = Field(examples=[774500])
    currency: str = Field(examples=["UGX"])
    payer: str | None = Field(description="Whose phone is asked; null where staff saw the money.")
    paid_amount: int | None
    transaction_id: str | None
    refunded_amount: int = Field(examples=[0])
    created_at: Moment
    updated_at: Moment


class Payments(BaseModel):
    """Every attempt to pay for an order, the latest first."""

    items: list[Payment]


class HeardMoney(Heard):
    """Money that you have seen arrive: at the bank, in the till."""

    amount: Annotated[int, Field(ge=1, le=MOST)] = Field(
        description="What really came, in the currency's smallest unit.", examples=[774500]
    )
    method: Method
    reference: NeededWords = Field(
        description="The bank's or the receipt's: the same one is counted once.", examples=["BANK-4711"]
    )


class Confirmed(BaseModel):
    """What the money did. Only the exact amount pays the order; the rest waits for staff."""

    payment: Payment
    is_paid: bool
    receipt_number: int | None


class HeardPayer(Heard):
    """Whose phone is to be asked. It may be another's than the customer's: whoever has it decides there."""

    phone_number: Text = Field(examples=["+256782240146"])


class HeardPayment(HeardPayer):
    """The customer whom you let in wants to pay an order of theirs."""

    customer_id: UUID = Field(description="Whose order it is.", examples=[ANYONE])


class Asked(BaseModel):
    """The phone shows the prompt in a moment. Look at the payment until its status says what became of it."""

    payment: Payment
    is_first: bool = Field(description="False: this was under way before, and nobody is asked twice.")
