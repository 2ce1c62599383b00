"""The real shop with its website, worker and simulator, served as under `luminous up`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from luminous import conversations, simulator
from luminous.app import create_app
from luminous.config import Settings
from luminous.db import Database
from luminous.wake import Bell
from luminous.worker import working
from tests.simulator.stand_in import Shop, served


@asynccontextmanager
async def open_website(data_dir: Path, database_url: str) -> AsyncGenerator[Shop]:
    """All of it on a free port."""
    async with served(data_dir, lambda shop: website_of(shop, database_url)) as shop:
        yield shop


def website_of(shop: Shop, database_url: str) -> FastAPI:
    """The application with everything that runs beside it."""
    simulated, database, bell = shop.settings(), Database(database_url), Bell()
    settings = Settings.model_construct(
        database_url=database_url,
        whatsapp_app_secret=simulated.app_secret,
        whatsapp_verify_token="verify-me",
        whatsapp_access_token=simulated.access_token,
        whatsapp_phone_number_id=simulated.business_number_id,
        whatsapp_api_url=f"{shop.url}/graph/v26.0",
        whatsapp_number=simulated.business_number,
        shop_name=simulated.shop_name,
        media_directory=str(shop.data_dir / "media"),
        momo_api_user=simulated.momo.api_user,
        momo_api_key=simulated.momo.api_key,
        momo_subscription_key=simulated.momo.subscription_key,
        momo_api_url=f"{shop.url}/momo",
        public_url=shop.url.removesuffix("/simulator"),
        secret_key="a secret of the shop",
        privacy_pepper="a pepper of the shop",
        simulator=shop.url,
    )
    app = create_app(settings, database, bell)
    postbox = simulator.Postbox(shop.data_dir / "mail.jsonl")
    app.state.background += [
        simulator.mount(app, simulated, database, postbox, release=conversations.release),
        working(settings, database, bell, mailer=postbox),
    ]
    return app
