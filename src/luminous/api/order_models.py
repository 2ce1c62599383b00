"""Orders, payments and links as the API says and hears them."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from luminous.api.models import ANYONE, Heard, Moment
from luminous.api.quotation_models import AN_ID, MOST, NeededWords
from luminous.orders import Milestone
from luminous.payments import Method


class Order(BaseModel):
    """An accepted quotation."""

    id: UUID = Field(examples=[AN_ID])
    number: int | None = Field(description="Of the receipt; null until it is paid.")
    customer_id: UUID = Field(examples=[ANYONE])
    quotation_number: int = Field(examples=[17])
    title: str = Field(examples=["Shoes, size 42"])
    status: str = Field(examples=["awaiting_payment"])
    milestone: Milestone | None = Field(description="The furthest that was reached.")
    amount: int = Field(examples=[774500])
    currency: str = Field(examples=["UGX"])
    pay_until: Moment
    delivery_address: str | None
    rating: int | None
    created_at: Moment
    paid_at: Moment | None
    delivered_at: Moment | None


class Reached(BaseModel):
    """A milestone, with its own time."""

    milestone: Milestone
    reached_at: Moment


class OrderDetail(Order):
    """An order with its way."""

    milestones: list[Reached]


class HeardMilestone(Heard):
    """How far the parcel has come. What is reported late is kept and moves nothing."""

    milestone: Milestone
    reached_at: Moment | None = Field(
        default=None, description="Null: now.", examples=["2026-11-26T09:30:00Z"]
    )


class Payment(BaseModel):
    """One attempt to pay for an order or a plan."""

    id: UUID = Field(examples=[AN_ID])
    customer_id: UUID = Field(examples=[ANYONE])
    order_id: UUID | None
    subscription_id: UUID | None
    provider: str = Field(examples=["momo"])
    status: str = Field(examples=["succeeded"])
    amount: int = Field(examples=[774500])
    currency: str = Field(examples=["UGX"])
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


class HeardLink(Heard):
    """The token of a link: what stands behind the `#` of its address."""

    token: Annotated[str, Field(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")] = Field(
        examples=["kq3v0mYh8m2rC5b0m1V2q5yq9o4bJr3d8nYy1tHf0aE"]
    )


class Peeked(BaseModel):
    """Whose account a link opens, masked: ask “is this you?” before you redeem it. Nothing was changed."""

    masked_name: str = Field(examples=["A…a"])
    masked_phone_number: str | None = Field(examples=["… 0146"])


class Redeemed(BaseModel):
    """Who used the link: let them in. The link, and every other one of theirs, is used up."""

    customer_id: UUID = Field(examples=[ANYONE])
    profile_id: UUID = Field(description="Of their website account, made where they had none.")
