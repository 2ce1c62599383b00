"""The web application: webhooks, health and metrics; under `luminous up` the simulator beside them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import get_args

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from luminous import customers, inbox, metrics, outbox, templates
from luminous.channels.gateway import webhook as gateway_webhook
from luminous.channels.gateway.webhook import GatewayWebhook
from luminous.channels.meta import webhook
from luminous.channels.meta.webhook import MetaWebhook
from luminous.config import Settings
from luminous.db import Connection, Database, sql
from luminous.errors import is_retryable
from luminous.migrations import pending
from luminous.wake import Bell

Background = AbstractAsyncContextManager[None]


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

    app = FastAPI(title="Luminous", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.background = []
    count_from_zero()
    meta = MetaWebhook(settings.whatsapp_verify_token, settings.app_secrets)
    app.include_router(webhook.routes(meta, database.transaction, bell.ring))
    if settings.gateway_secret.strip():
        gateway = GatewayWebhook(settings.gateway_secret)
        app.include_router(gateway_webhook.routes(gateway, database.transaction, bell.ring))
    app.include_router(health(settings, database))
    return app


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
        "open_conflict": round(await customers.oldest_open_conflict_age(conn), 1),
    }


IS_READ_ONLY = sql("select current_setting('transaction_read_only') = 'on'").into(bool)
