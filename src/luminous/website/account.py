"""The account: what waits for the person, the plan, the conversation, and where they are signed in."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import AwareDatetime

from luminous import accounts, conversations, payments, subscriptions
from luminous.errors import NoOpenConflict, PlanNotOnSale
from luminous.website.door import NOT_FOUND, Page, drop_cookie, website_of
from luminous.website.todo import settle_doubt, todo
from luminous.website.view import page
from luminous.website.visitors import customer_of, go, go_in, let_in, signed_in

router = APIRouter(prefix="/account", route_class=Page, include_in_schema=False)


@router.get("")
async def overview(request: Request, said: str = "") -> Response:
    """What waits for the person, their plan, and the last words."""
    website = website_of(request)
    async with website.begin() as conn:
        visitor = await signed_in(request, conn)
        if visitor.customer_id is None:
            return go("/account/connect")
        return page(
            request,
            "overview.html",
            visitor=visitor,
            said=said,
            todo=await todo(conn, visitor, visitor.customer_id, has_mail=website.has_mail),
            plan=await subscriptions.entitlements(conn, visitor.customer_id),
            lines=await conversations.transcript(conn, visitor.customer_id, most=3),
        )


@router.post("/was-it-me/{conflict_id}")
async def was_it_me(
    request: Request, conflict_id: int, answer: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Somebody wrote from the person's number after a long silence: the person says who."""
    website = website_of(request)
    try:
        async with website.begin() as conn:
            visitor, customer_id = await customer_of(request, conn)
            if not await settle_doubt(conn, customer_id, conflict_id, was_me=answer == "yes"):
                raise NOT_FOUND
            # The number may have gone to somebody else now, and every session with it: this one is proven.
            cookie = await let_in(request, conn, visitor.profile_id, "email", visitor)
    except NoOpenConflict:
        return go("/account")  # staff were quicker
    website.ring()
    return go_in(request, cookie, "/account?said=settled")


@router.get("/plan")
async def plan(request: Request, said: str = "") -> Response:
    """The plan, beside the others."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        chosen = await subscriptions.chosen(conn, customer_id)
        paid = await payments.page_of_customer(conn, customer_id, most=20)
        return page(
            request,
            "plan.html",
            visitor=visitor,
            said=said,
            last=payments.foremost([each for each in paid if chosen and each.subscription_id == chosen.id]),
            plan=await subscriptions.entitlements(conn, customer_id),
            plans=await subscriptions.plans_on_show(conn),
            offers={offer.code: offer for offer in await subscriptions.offers(conn, customer_id)},
            chosen=chosen,
        )


@router.post("/plan/choose")
async def choose(request: Request, code: Annotated[str, Form(max_length=40)]) -> Response:
    """Take a plan: next it is paid."""
    website = website_of(request)
    async with website.begin() as conn:
        _, customer_id = await customer_of(request, conn)
        try:
            await subscriptions.choose(conn, customer_id, code)
        except PlanNotOnSale:
            return go("/account/plan?said=not_on_sale")
    return go("/account/plan?said=chosen")


@router.post("/plan/give-up")
async def give_up(request: Request) -> Response:
    """Not that plan after all: it was not paid."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        chosen = await subscriptions.chosen(conn, customer_id)
        if chosen is not None:
            await subscriptions.give_up(conn, chosen.id)
    return go("/account/plan")


@router.post("/plan/cancel")
async def cancel(request: Request) -> Response:
    """Let the plan end at its end."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        ending = await subscriptions.cancel(conn, customer_id)
    return go("/account/plan?said=cancelled" if ending else "/account/plan")


@router.post("/plan/keep")
async def keep(request: Request) -> Response:
    """Keep the plan that was cancelled."""
    async with website_of(request).begin() as conn:
        _, customer_id = await customer_of(request, conn)
        kept = await subscriptions.keep(conn, customer_id)
    return go("/account/plan?said=kept" if kept else "/account/plan")


@router.get("/conversation")
async def conversation(
    request: Request,
    before: AwareDatetime | None = None,
    by: Literal["customer", "shop"] = "customer",
    line: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> Response:
    """What was written, fifty messages at a time: before the one that the other three name."""
    async with website_of(request).begin() as conn:
        visitor, customer_id = await customer_of(request, conn)
        lines = await conversations.transcript(
            conn, customer_id, before=(before, by, line) if before else None
        )
    earlier = lines[0] if len(lines) == 50 else None
    return page(request, "conversation.html", visitor=visitor, lines=lines, earlier=earlier, before=before)


@router.get("/sessions")
async def sessions(request: Request) -> Response:
    """Everywhere that the person is signed in."""
    async with website_of(request).begin() as conn:
        visitor = await signed_in(request, conn)
        everywhere = await accounts.list_sessions(conn, visitor.profile_id)
    return page(request, "sessions.html", visitor=visitor, sessions=everywhere)


@router.post("/sessions/{session_id}/end")
async def end_session(request: Request, session_id: UUID) -> Response:
    """Sign out in one place."""
    async with website_of(request).begin() as conn:
        visitor = await signed_in(request, conn)
        if not await accounts.end(conn, visitor.profile_id, session_id):
            raise NOT_FOUND
    return go("/account/sessions")


@router.post("/sessions/end-all")
async def end_all(request: Request) -> Response:
    """Sign out everywhere, here too; links that are on their way are dead."""
    website = website_of(request)
    async with website.begin() as conn:
        visitor = await signed_in(request, conn)
        await accounts.end_all(conn, visitor.profile_id)
    response = go("/account/sign-in")
    drop_cookie(response, website)
    return response
