"""`/customers`: who it is, what they may use, what was said, what they allow."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from luminous import conversations, customers, subscriptions
from luminous.api.access import Cursor, CustomerId, IdempotencyKey, Limit, needs, the_customer
from luminous.api.cursors import page_of, place_of
from luminous.api.models import (
    Consent,
    Consents,
    Conversation,
    Customer,
    Entitlements,
    Message,
    Page,
    ProvenSender,
    ResolvedCustomer,
)
from luminous.api.once import once
from luminous.api.problems import Problem, not_found
from luminous.db import Begin, Connection
from luminous.messages import Sender
from luminous.phone import parse_phone, parse_user_id
from luminous.text import clean_name


class MessagePlace(BaseModel):
    """After which message a page begins."""

    at: AwareDatetime
    id: Annotated[str, Field(pattern=r"^(in|out)-\d{1,19}$")]


def routes(begin: Begin, region: str) -> APIRouter:
    """The routes. region: of numbers that are written without a country code."""
    router = APIRouter(prefix="/customers", tags=["customers"])

    @router.post("/resolve", response_model=ResolvedCustomer, **needs("customers:resolve"))
    async def resolve_customer(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request, sender: ProvenSender, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Whose identifiers these are; on first contact a customer is made, with the Guest plan."""
        named = sender_of(sender, region)

        async def work(conn: Connection) -> ResolvedCustomer:
            return ResolvedCustomer.model_validate(await customers.resolve(conn, named), from_attributes=True)

        return await once(begin, request, work)

    @router.get("/{customer_id}", **needs("customers:read"))
    async def get_customer(customer_id: CustomerId) -> Customer:  # pyright: ignore[reportUnusedFunction] - a route
        """One customer. A record that was merged answers as the one that went on."""
        async with begin() as conn:
            found = await customers.glance(conn, [await the_customer(conn, customer_id)])
        if not found:
            raise not_found("customer")
        (customer,) = found.values()
        return Customer.model_validate(customer, from_attributes=True)

    @router.get("/{customer_id}/entitlements", **needs("customers:read"))
    async def get_entitlements(customer_id: CustomerId) -> Entitlements:  # pyright: ignore[reportUnusedFunction] - a route
        """What the customer's plan gives, now. Nobody is without one: the least are the Guest terms."""
        async with begin() as conn:
            terms = await subscriptions.entitlements(conn, await the_customer(conn, customer_id))
        return Entitlements.model_validate(terms, from_attributes=True)

    @router.get("/{customer_id}/consents", **needs("consents:read"))
    async def get_consents(customer_id: CustomerId) -> Consents:  # pyright: ignore[reportUnusedFunction] - a route
        """What the customer allows the shop to send. STOP and START in the conversation show here."""
        async with begin() as conn:
            said = await customers.consents_of(conn, await the_customer(conn, customer_id))
        return Consents(items=[Consent.model_validate(each, from_attributes=True) for each in said])

    @router.get("/{customer_id}/conversation", **needs("conversations:read"))
    async def get_conversation(customer_id: CustomerId) -> Conversation:  # pyright: ignore[reportUnusedFunction] - a route
        """Where the customer's conversation stands."""
        async with begin() as conn:
            state = await conversations.state_of(conn, await the_customer(conn, customer_id))
        return Conversation.model_validate(state, from_attributes=True)

    @router.get("/{customer_id}/messages", **needs("conversations:read"))
    async def list_messages(  # pyright: ignore[reportUnusedFunction] - a route
        customer_id: CustomerId, limit: Limit = 50, cursor: Cursor = None
    ) -> Page[Message]:
        """The conversation, latest first. What a stranger may have written from their number is left out."""
        place = place_of(cursor, MessagePlace) if cursor else None
        async with begin() as conn:
            customer = await the_customer(conn, customer_id)
            found = await conversations.messages_of(
                conn, customer, limit=limit + 1, before=(place.at, place.id) if place else None
            )
        return page_of(found, limit, Message, lambda last: MessagePlace(at=last.at, id=last.id))

    return router


def sender_of(sender: ProvenSender, region: str) -> Sender:
    """The identifiers, read. Raises InvalidPhone, and Problem 422 for a user id that is none."""
    user_id = parse_user_id(sender.whatsapp_user_id)
    if sender.whatsapp_user_id is not None and user_id is None:
        raise Problem(
            422, "The whatsapp_user_id is no user id of WhatsApp: they look like UG.13491208655302741918."
        )
    phone = None if sender.phone_number is None else parse_phone(sender.phone_number, region)
    return Sender(
        phone=phone,
        user_id=user_id,
        parent_user_id=None,
        wa_id=None if phone is None else phone.removeprefix("+"),
        profile_name=clean_name(sender.display_name),
    )
