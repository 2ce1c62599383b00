"""Orders, payments and links as the API says and hears them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from luminous.api.models import ANYONE, Heard, Moment
from luminous.api.quotation_models import AN_ID, NeededWords
from luminous.orders import LONGEST_ADDRESS, Milestone
from luminous.text import clean_text


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


class HeardFromCustomer(Heard):
    """What the customer whom you let in says about an order of theirs."""

    customer_id: UUID = Field(description="Whose word it is: the order has to be theirs.", examples=[ANYONE])


class HeardAddress(HeardFromCustomer):
    """Where the parcel is to go, in words for a rider."""

    address: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_ADDRESS, pattern=r"\S"),
        AfterValidator(lambda text: clean_text(text, LONGEST_ADDRESS)),
    ] = Field(examples=["Plot 7, Kira Road, opposite the blue gate. Amina, 0782 240 146"])


class HeardRating(HeardFromCustomer):
    """How it was."""

    rating: Annotated[int, Field(ge=1, le=5)] = Field(examples=[5])


class HeardComplaint(HeardFromCustomer):
    """What is wrong with what was delivered."""

    reason: NeededWords = Field(examples=["The left shoe is size 41"])


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
