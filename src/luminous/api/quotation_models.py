"""Quotations as the API says and hears them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, BaseModel, Field

from luminous.api.models import ANYONE, Heard, Moment
from luminous.quotes import Standing, Status
from luminous.text import clean_text

MOST = 1_000_000_000_000
AN_ID = "5d0c7f86-2b0f-4f4e-8f0a-6a2f3e1d9b55"

Words = Annotated[str, Field(max_length=2000), AfterValidator(lambda text: clean_text(text, 2000))]
NeededWords = Annotated[
    str,
    Field(min_length=1, max_length=2000, pattern=r"\S"),
    AfterValidator(lambda text: clean_text(text, 2000)),
]
Amount = Annotated[int, Field(ge=0, le=MOST)]
QuotationId = Annotated[UUID, Path(description="The quotation's id.", examples=[AN_ID])]
Version = Annotated[int, Field(ge=1, le=100_000, description="The version that you show.", examples=[1])]


class Line(BaseModel):
    """One line of a price."""

    kind: str = Field(examples=["goods"])
    amount: int = Field(description="Shillings; a discount is negative.", examples=[482588])
    description: str = Field(
        description="Of goods; the others go by their kind.", examples=["Shoes, size 42"]
    )
    quantity: int | None
    unit_price: int | None = Field(description="Of one piece, in the smallest unit of its currency.")
    currency: str | None
    rate: float | None = Field(description="Shillings for one unit of that currency.")


class Quotation(BaseModel):
    """A quotation at this moment. The sums are those of the version that counts."""

    id: UUID = Field(examples=[AN_ID])
    number: int = Field(description="People call it Q-17.", examples=[17])
    customer_id: UUID = Field(examples=[ANYONE])
    status: Status
    version: int = Field(description="0: nothing was priced yet.", examples=[1])
    total: int | None = Field(description="Shillings; null until it is sent.")
    currency: str | None
    valid_until: Moment | None
    reason: str | None = Field(description="Why it was declined or rejected, or what the shop asks.")
    title: str | None = Field(description="The first thing that was asked for.")
    items: int = Field(description="How many things were asked for.")
    is_open: bool = Field(description="It counts against the plan's limit.")
    order_id: UUID | None
    updated_at: Moment


class Wish(BaseModel):
    """One thing that was asked for."""

    kind: str = Field(examples=["link"])
    url: str | None
    words: str
    added_at: Moment


class QuotationDetail(Quotation):
    """A quotation, whole."""

    wishes: list[Wish]
    lines: list[Line] = Field(description="Of the version that counts.")


class Quotations(BaseModel):
    """A queue, those that waited longest first; at most 200."""

    items: list["WaitingQuotation"]


class WaitingQuotation(BaseModel):
    """A quotation in the staff's queue."""

    id: UUID = Field(examples=[AN_ID])
    number: int = Field(examples=[17])
    customer_id: UUID = Field(examples=[ANYONE])
    display_name: str = Field(examples=["Amina"])
    plan_name: str = Field(examples=["Guest User"])
    status: Status
    version: int = Field(examples=[0])
    title: str | None
    items: int = Field(examples=[1])
    created_at: Moment
    updated_at: Moment


class HeardGoods(Heard):
    """What is bought abroad."""

    description: NeededWords = Field(examples=["Shoes, size 42"])
    quantity: Annotated[int, Field(ge=1, le=100_000)] = Field(examples=[1])
    unit_price: Annotated[int, Field(ge=1, le=MOST)] = Field(
        description="Of one piece, in the smallest unit of its currency.", examples=[12999]
    )
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field(examples=["USD"])


class HeardPrice(Heard):
    """What a price is made of. Fees and discounts come from the shop's terms and the customer's plan."""

    goods: Annotated[list[HeardGoods], Field(min_length=1, max_length=50)]
    shipping: Amount = Field(description="Shillings.", examples=[60000])
    customs: Amount = Field(default=0, examples=[120000])
    last_mile: Amount = Field(default=0, examples=[10000])
    note: Words = Field(default="", description="What the customer reads with the price.", examples=[""])
    clearance: NeededWords | None = Field(
        default=None, description="Why it may be bought although the shop's list names it.", examples=[None]
    )


class Draft(BaseModel):
    """A version that is being made, with what it comes to on today's terms. Send it to freeze them."""

    quotation_id: UUID = Field(examples=[AN_ID])
    version: int = Field(examples=[1])
    total: int = Field(examples=[774500])
    lines: list[Line]


class HeardVersion(Heard):
    """Which version is meant: what is not the one that counts is refused."""

    version: Version


class HeardWithdrawal(Heard):
    """The customer takes it back."""

    customer_id: UUID = Field(
        description="Whose decision it is: the quotation has to be theirs.", examples=[ANYONE]
    )


class HeardDecision(HeardVersion, HeardWithdrawal):
    """The customer decides on the version that they saw."""


class HeardRefusal(HeardDecision):
    """The customer does not want it."""

    reason: Words | None = Field(default=None, examples=["Too dear"])


class Accepted(BaseModel):
    """The price is locked, and its order waits for the payment."""

    quotation: Quotation
    order_id: UUID = Field(examples=[AN_ID])
    amount: int = Field(examples=[774500])
    currency: str = Field(examples=["UGX"])
    pay_until: Moment
    is_first: bool = Field(description="False: it was accepted before, and nothing was done.")


def shown(standing: Standing) -> Quotation:
    """A quotation as the API says it."""
    return Quotation.model_validate(standing, from_attributes=True)
