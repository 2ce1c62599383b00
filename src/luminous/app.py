"""The web application: webhooks, website, health, metrics; under `luminous up` the simulator beside them."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import get_args
from uuid import UUID

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from luminous import accounts, customers, inbox, media, metrics, outbox, payments, templates
from luminous.api.application import create_api
from luminous.catalogues import catalogue
from luminous.channels.gateway import webhook as gateway_webhook
from luminous.channels.gateway.webhook import GatewayWebhook
from luminous.channels.meta import webhook as meta_webhook
from luminous.channels.meta.webhook import MetaWebhook
from luminous.channels.receiving import Receiving, Webhook
from luminous.config import Settings
from luminous.db import Begin, Connection, Database, sql
from luminous.errors import DatabaseAway, is_retryable
from luminous.migrations import pending
from luminous.providers.momo import callback
from luminous.shop import shop_of
from luminous.wake import Bell
from luminous.website import Website, site_of
from luminous.website.routes import mount as mount_website

Background = AbstractAsyncContextManager[None]


class Application(FastAPI):
    """The framework's application, with the webhooks before it."""

    def __init__(self, receiving: Receiving, lifespan: Callable[[FastAPI], Background]) -> None:
        super().__init__(title="Luminous", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
        self._receiving = receiving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._receiving.is_for(scope):
            await self._receiving(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings, database: Database, bell: Bell) -> FastAPI:
    """Build the application. It opens the database while it serves.

    What is to run beside it meanwhile is added to `app.state.background`, a list of context managers.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        background: list[Background] = app.state.background
        async with database, AsyncExitStack() as stack:
            for beside in background:
                await stack.enter_async_context(beside)
            telling = asyncio.create_task(bell.tell_others(database.transaction))
            yield
            telling.cancel()

    count_from_zero()
    meta = MetaWebhook(settings.whatsapp_verify_token, settings.app_secrets)
    webhooks: dict[str, Webhook] = {meta_webhook.PATH: meta}
    if settings.gateway_secret.strip():
        webhooks[gateway_webhook.PATH] = GatewayWebhook(settings.gateway_secret)
    receiving = Receiving(webhooks, database.transaction, database.statement, partial(bell.ring, "answer"))
    app = Application(receiving, lifespan)
    background: list[Background] = []
    app.state.background = background
    wake = waking(database.transaction, bell)
    for router in (meta_webhook.handshake(meta), callback.routes(wake), health(settings, database)):
        app.router.routes += router.routes  # as they are: to include them would make each one anew
    website = website_for(settings, database, bell)
    if website is not None:
        background.append(mount_website(app, website))
    api = Mount(
        "/api/v1",
        create_api(
            database.transaction,
            shop_of(settings),
            region=settings.shop_region,
            calls_per_minute=settings.api_calls_per_minute,
        ),
    )
    api.path_regex = re.compile(api.path_regex.pattern, re.DOTALL)  # else a line break leads past it
    app.routes.append(api)
    return app


def website_for(settings: Settings, database: Database, bell: Bell) -> Website | None:
    """The website, where the shop has one. Under `luminous up` its WhatsApp is the simulator's."""
    site = site_of(settings)
    if site is None:
        return None
    digits = "".join(filter(str.isdigit, settings.whatsapp_number))
    return Website(
        site=site,
        begin=database.transaction,
        ring=bell.ring_for_all,
        shop_name=settings.shop_name,
        timezone=settings.timezone,
        whatsapp_number=settings.whatsapp_number,
        opens_whatsapp=f"{settings.simulator}?text="
        if settings.simulator
        else f"https://wa.me/{digits}?text=",
        has_mail=bool(settings.smtp_url or settings.simulator),
        has_momo=settings.takes_momo,
        other_ways_to_pay=settings.other_ways_to_pay,
        region=settings.shop_region,
        pepper=settings.privacy_pepper,
        words=catalogue(settings.shop_language),
        simulator=settings.simulator or None,
    )


def waking(begin: Begin, bell: Bell) -> Callable[[UUID], Awaitable[None]]:
    """What a provider's callback does: the payment is looked at soon, and nothing else follows from it."""

    async def wake(reference: UUID) -> None:
        with suppress(DatabaseAway):  # the payment is looked at all the same, a little later
            async with begin() as conn:
                is_ours = await payments.wake(conn, reference)
            if is_ours:
                bell.ring("pay")

    return wake


def health(settings: Settings, database: Database) -> APIRouter:
    """`/healthz` the process lives; `/readyz` it can do its work; `/metrics` what it counted."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction] - a route
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:  # pyright: ignore[reportUnusedFunction] - a route
        try:
            async with database.transaction() as conn:
                report = await readiness(conn, settings.database_schema)
        except Exception as error:
            if not is_retryable(error):
                raise
            report = {"status": "not ready", "database": "away"}
        return JSONResponse(report, status_code=200 if report["status"] == "ready" else 503)

    @router.get("/metrics")
    async def counted() -> Response:  # pyright: ignore[reportUnusedFunction] - a route
        try:
            async with database.transaction() as conn:
                for what, seconds in (await waiting_seconds(conn)).items():
                    metrics.OLDEST_SECONDS.labels(what).set(seconds)
                metrics.STOPPED_NUMBERS.set(await outbox.stopped_numbers(conn))
                metrics.RESTING_TEMPLATES.set(await templates.resting(conn))
                metrics.GIVEN_UP.set(await outbox.given_up_lately(conn))
                today = await outbox.costs(conn, zone=settings.shop_timezone, days=1)
                metrics.BILLED_TODAY.set(sum(day.billed for day in today))
        except Exception:  # what is counted is served all the same, and no age is better than an old one
            metrics.OLDEST_SECONDS.clear()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def count_from_zero() -> None:
    """Every count that an alert looks at exists from the start, so that its first rise is seen."""
    for decision in (*customers.DECISIONS, "nobody"):
        metrics.MESSAGES.labels(decision)
    for stage in get_args(inbox.Stage):
        metrics.DEAD_LETTERS.labels(stage)


async def readiness(conn: Connection, schema: str) -> dict[str, object]:
    """What stands between this process and its work; ages in seconds."""
    if await IS_READ_ONLY.one(conn):
        return {"status": "not ready", "database": "read-only"}
    missing = [migration.version for migration in await pending(conn, schema)]
    if missing:
        return {"status": "not ready", "database": "ok", "pending_migrations": missing}
    return {
        "status": "ready",
        "database": "ok",
        **{f"oldest_{what}_seconds": seconds for what, seconds in (await waiting_seconds(conn)).items()},
    }


async def waiting_seconds(conn: Connection) -> dict[str, float]:
    """For how long the oldest of each kind has waited; 0 when none does."""
    return {
        "unanswered": round(await inbox.oldest_unanswered_age(conn), 1),
        "unsent": round(await outbox.oldest_unsent_age(conn), 1),
        "unfetched": round(await media.oldest_waiting_age(conn), 1),
        "open_conflict": round(
            max(
                await customers.oldest_open_conflict_age(conn),
                await accounts.oldest_account_conflict_age(conn),
            ),
            1,
        ),
    }


IS_READ_ONLY = sql("select current_setting('transaction_read_only') = 'on'").into(bool)
