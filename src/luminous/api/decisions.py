"""`/quotations/…/accept`, `/decline` and `/withdraw`: what a customer decides."""

from fastapi import APIRouter, Request, Response

from luminous import quotes
from luminous.api.access import IdempotencyKey, by, needs, the_customer
from luminous.api.once import once
from luminous.api.problems import Problem, not_found
from luminous.api.quotation_models import (
    Accepted,
    HeardDecision,
    HeardRefusal,
    HeardWithdrawal,
    Quotation,
    QuotationId,
    shown,
)
from luminous.db import Begin, Connection

WHY_NOT = {
    "replaced": "A newer version counts by now: show that one.",
    "revised": "The shop is making a new price: wait for it.",
    "over": "This quotation has ended: it is {status}.",
}


def deciding(router: APIRouter, begin: Begin) -> None:
    """What customers decide."""

    @router.post("/quotations/{quotation_id}/accept", response_model=Accepted, **needs("quotations:decide"))
    async def accept_quotation(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        quotation_id: QuotationId,
        heard: HeardDecision,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """The customer takes the price that they saw: it is locked, and its order waits for the payment."""

        async def work(conn: Connection) -> Accepted:
            customer = await the_customer(conn, heard.customer_id)
            result = await quotes.accept(
                conn, quotation_id, heard.version, customer_id=customer, cause=by(request)
            )
            if isinstance(result, quotes.Refused):
                raise refused(result)
            return Accepted(
                quotation=shown(result.quotation),
                order_id=result.order_id,
                amount=result.amount,
                currency=result.currency,
                pay_until=result.pay_until,
                is_first=result.is_first,
            )

        return await once(begin, request, work)

    @router.post("/quotations/{quotation_id}/decline", response_model=Quotation, **needs("quotations:decide"))
    async def decline_quotation(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        quotation_id: QuotationId,
        heard: HeardRefusal,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """The customer does not want it at this price."""

        async def work(conn: Connection) -> Quotation:
            customer = await the_customer(conn, heard.customer_id)
            result = await quotes.decline(
                conn,
                quotation_id,
                heard.version,
                customer_id=customer,
                reason=heard.reason or None,
                cause=by(request),
            )
            if isinstance(result, quotes.Refused):
                raise refused(result)
            return shown(result)

        return await once(begin, request, work)

    @router.post(
        "/quotations/{quotation_id}/withdraw", response_model=Quotation, **needs("quotations:decide")
    )
    async def withdraw_quotation(  # pyright: ignore[reportUnusedFunction] - a route
        request: Request,
        quotation_id: QuotationId,
        heard: HeardWithdrawal,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """The customer does not want it any more: possible until they decide on a price."""

        async def work(conn: Connection) -> Quotation:
            customer = await the_customer(conn, heard.customer_id)
            found = await quotes.standing(conn, quotation_id)
            if found is None or found.customer_id != customer:
                raise not_found("quotation")
            return shown(await quotes.withdraw(conn, quotation_id, customer_id=customer, cause=by(request)))

        return await once(begin, request, work)


def refused(refusal: quotes.Refused) -> Problem:
    """Why the customer cannot decide on it."""
    if refusal.why == "unknown" or refusal.quotation is None:
        return not_found("quotation")
    return Problem(409, WHY_NOT[refusal.why].format(status=refusal.quotation.status))
