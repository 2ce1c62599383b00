"""What the API says and hears. A promise to other programs: fields are added, never changed."""

from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Item = TypeVar("Item")

ANYONE = "0b6f1c7e-6d0f-4f0e-9a55-2f3f8f0f6a11"
Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Moment = AwareDatetime


class Heard(BaseModel):
    """A request's body. What is not known is refused, so that a misspelt field is not overlooked."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="Ask for the next page with it; null at the end.")


class ProvenSender(Heard):
    """The identifiers of somebody whose message you received and whose signature you checked.

    A number that a person typed proves nothing and must not be sent here: it would show them somebody
    else's record. At least one of `phone_number` and `whatsapp_user_id` is needed.
    """

    phone_number: Text | None = Field(default=None, examples=["+256782240146"])
    whatsapp_user_id: Text | None = Field(
        default=None, description="WhatsApp's business-scoped user id.", examples=["UG.13491208655302741918"]
    )
    display_name: Annotated[str, Field(max_length=300)] | None = Field(default=None, examples=["Amina"])


class ResolvedCustomer(BaseModel):
    """Whose identifiers these are."""

    customer_id: UUID = Field(examples=[ANYONE])
    profile_id: UUID | None = Field(description="Of the website account; null until they used a link.")
    phone_number: str | None = Field(description="E.164; null while WhatsApp hides it.")
    display_name: str
    whatsapp_id: str | None
    is_new_customer: bool
    decision: str = Field(description="How they were recognised.", examples=["recognised"])


class Customer(BaseModel):
    """A person who writes to the shop."""

    id: UUID = Field(
        description="Another id than you asked for when records were merged: keep this one.",
        examples=[ANYONE],
    )
    display_name: str = Field(examples=["Amina"])
    phone_number: str | None = Field(
        description="E.164; null while WhatsApp hides it.", examples=["+256782240146"]
    )
    whatsapp_user_id: str | None
    has_account: bool = Field(description="A website account is linked.")
    plan_name: str = Field(examples=["Guest User"])
    is_with_person: bool = Field(description="A person answers them now, not the bot.")
    first_seen_at: Moment
    last_seen_at: Moment | None


class Entitlements(BaseModel):
    """What the customer's plan gives, now."""

    plan_code: str = Field(examples=["guest"])
    plan_name: str = Field(examples=["Guest User"])
    price: int = Field(description="For one period, in the currency's smallest unit.", examples=[0])
    currency: str = Field(examples=["UGX"])
    service_fee_percent: Percent = Field(description="What is left of the shop's base fee.")
    service_fee_discount_percent: Percent
    shipping_discount_percent: Percent
    open_quotes: int = Field(description="Of the limit.", examples=[0])
    open_quote_limit: int = Field(examples=[1])
    is_ending: bool = Field(description="Cancelled, and live until `valid_until`.")
    is_trial: bool
    valid_until: Moment | None = Field(description="Null: until something else is chosen.")


class Plan(BaseModel):
    """A plan on sale."""

    code: str = Field(examples=["standard"])
    name: str = Field(examples=["Standard"])
    price: int = Field(
        description="For one period, in the currency's smallest unit; UGX has no decimals.", examples=[29900]
    )
    currency: str = Field(examples=["UGX"])
    duration_days: int = Field(examples=[30])
    service_fee_percent: Percent = Field(description="What is left of the shop's base fee.")
    service_fee_discount_percent: Percent
    shipping_discount_percent: Percent
    open_quote_limit: int = Field(examples=[5])


class Plans(BaseModel):
    """Every plan on sale, cheapest first."""

    items: list[Plan]


class HeardChoice(Heard):
    """The plan that the customer wants."""

    code: Text = Field(description="Of a plan on sale.", examples=["standard"])


class ChosenPlan(BaseModel):
    """A plan that waits for its payment."""

    plan_code: str = Field(examples=["standard"])
    plan_name: str = Field(examples=["Standard"])
    amount: int = Field(description="To pay, in the currency's smallest unit.", examples=[29900])
    currency: str = Field(examples=["UGX"])


class Conversation(BaseModel):
    """Where the customer's conversation stands."""

    customer_id: UUID = Field(examples=[ANYONE])
    is_with_person: bool = Field(description="A person answers, not the bot.")
    waiting_since: Moment | None = Field(description="For an answer; null: nothing is unanswered.")
    last_message_at: Moment | None = Field(
        description="Their own last one: for 24 hours the shop may write freely."
    )


class Message(BaseModel):
    """One message of the conversation."""

    id: str = Field(examples=["in-1042"])
    direction: Literal["received", "sent"]
    at: Moment
    kind: str = Field(examples=["text"])
    text: str = Field(examples=["How much are the shoes?"])
    status: str = Field(description="Of one received: answered or waiting; of one sent: how far it came.")


class Consent(BaseModel):
    """The customer's last word on one purpose."""

    purpose: Literal["service", "order_updates", "marketing"]
    state: Literal["opted_in", "opted_out"] | None = Field(description="Null: they never said anything.")
    source: str | None = Field(description="How they said it: message, whatsapp, website, staff, …")
    said_at: Moment | None
    lets_us_send: bool = Field(description="Whether the shop may send this, whatever was said or not said.")


class Consents(BaseModel):
    """What the customer allows the shop to send besides answers to their own messages."""

    items: list[Consent]
