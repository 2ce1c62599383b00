"""What can be done about a message. `decide` chooses; `answering` does it, in the answer's transaction."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from luminous.messages import Content
from luminous.phone import Phone
from luminous.quotes import Piece
from luminous.replies.order_acts import OrderAct

Decision = Literal["accept", "decline", "ask", "withdraw", "again", "show"]
Topic = Literal["quotes", "orders", "track", "plan", "upgrade"]
Change = Literal["cancel_plan", "keep_plan"]
Opening = Literal["welcome", "greeting"]


@dataclass(frozen=True, slots=True)
class Say:
    """Owe the customer this reply.

    greets: it counts as a greeting. lets_in: it carries a link into their account.
    """

    content: Content
    greets: bool = False
    lets_in: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the conversation to a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class SetConsent:
    """Record what the customer allows."""

    consent: Literal["opted_in", "opted_out"]


@dataclass(frozen=True, slots=True)
class TakeNumber:
    """They shared their own number. If we had asked for it, it is taken, and what needed it goes on."""

    phone: Phone
    thanks: Content


@dataclass(frozen=True, slots=True)
class Request:
    """Add these pieces to what the customer asks for. opening: what is said before the answer to it."""

    pieces: tuple[Piece, ...]
    opening: Opening | None = None

    @property
    def greets(self) -> bool:
        """True when its answer counts as a greeting."""
        return self.opening is not None


@dataclass(frozen=True, slots=True)
class Complete:
    """“That is all.”"""


@dataclass(frozen=True, slots=True)
class DecideOn:
    """A button of one version of one quotation."""

    quotation_id: UUID
    version: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class DecideInWords:
    """The word for a decision. Without the number and the version it does not say what it is about."""

    decision: Decision
    number: int | None = None
    version: int | None = None
    greets: bool = False  # it is said with a greeting


@dataclass(frozen=True, slots=True)
class Show:
    """What is theirs: quotations, orders, the plan, and plans that can be bought."""

    topic: Topic


@dataclass(frozen=True, slots=True)
class BuyPlan:
    """Choose a plan, by its code."""

    plan_code: str


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """End the plan when its time is over, or undo that."""

    change: Change


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay: this order, this chosen plan, or whatever waits for a payment.

    goes_on: they did not ask anew, so that nothing is said where nothing waits.
    """

    order_id: UUID | None = None
    subscription_id: UUID | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class SendLink:
    """Send the customer a link into their account on the website."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Link the customer with the website account that showed them this code."""

    handle: str
    code: str


@dataclass(frozen=True, slots=True)
class Disown:
    """It was not they who connected a website account: cut it off."""


ForTheAccount = SendLink | Connect | Disown
ForTheShop = (
    Request
    | Complete
    | DecideOn
    | DecideInWords
    | Show
    | BuyPlan
    | ChangePlan
    | Pay
    | OrderAct
    | ForTheAccount
)
Act = Say | HandOver | SetConsent | TakeNumber | ForTheShop
Greeting = Say | Request | DecideInWords  # what may count as a greeting
