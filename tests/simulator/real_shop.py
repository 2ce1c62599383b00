"""The real shop for the simulator to talk to, on a database of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from luminous import conversations, simulator
from luminous.app import create_app
from luminous.config import Settings
from luminous.db import Database
from luminous.keeping import storage_of
from luminous.wake import Bell
from luminous.worker import working

from .stand_in import Shop, served


@asynccontextmanager
async def open_real_shop(data_dir: Path, database_url: str) -> AsyncGenerator[Shop]:
    """The real shop, with its webhook and its worker, and the simulator beside it as under `luminous up`."""
    async with served(data_dir, lambda shop: real_app_of(shop, database_url)) as shop:
        yield shop


def real_app_of(shop: Shop, database_url: str) -> FastAPI:
    """The application with everything that runs beside it."""
    simulated, database, bell = shop.settings(), Database(database_url), Bell()
    settings = Settings.model_construct(
        database_url=database_url,
        whatsapp_app_secret=simulated.app_secret,
        whatsapp_verify_token="verify-me",
        whatsapp_access_token=simulated.access_token,
        whatsapp_phone_number_id=simulated.business_number_id,
        whatsapp_api_url=f"{shop.url}/graph/v26.0",
        whatsapp_media_origins=shop.url.removesuffix("/simulator"),
        media_directory=str(shop.data_dir / "media"),
        shop_name=simulated.shop_name,
        momo_api_user=simulated.momo.api_user,
        momo_api_key=simulated.momo.api_key,
        momo_subscription_key=simulated.momo.subscription_key,
        momo_api_url=f"{shop.url}/momo",
        public_url=shop.url.removesuffix("/simulator"),
    )
    app = create_app(settings, database, bell)
    app.state.background += [
        simulator.mount(
            app, simulated, database, release=conversations.release, storage=storage_of(settings)
        ),
        working(settings, database, bell),
    ]
    return app
