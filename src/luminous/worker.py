"""The worker: answers, sends, and tidies, until it is told to stop."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import httpx2

from luminous import (
    accounts,
    conversations,
    inbound,
    mail,
    media,
    notices,
    orders,
    outbox,
    privacy,
    quotes,
    subscriptions,
)
from luminous.answering import answer_next
from luminous.api.writes import forget_writes
from luminous.channels.gateway.send import GatewayChannel
from luminous.channels.meta.fetch import MetaMedia
from luminous.channels.meta.send import MetaChannel
from luminous.channels.parsers import PARSERS
from luminous.charges import ProviderName
from luminous.config import Settings
from luminous.db import Database
from luminous.errors import is_retryable
from luminous.fetching import Fetcher, delete_next, fetch_next, stored_files
from luminous.http import client
from luminous.inbound import Parse
from luminous.keeping import storage_of
from luminous.log import log
from luminous.mailing import Mailer, post_next
from luminous.messages import ChannelName, SourceName
from luminous.noticing import Notices, Reader
from luminous.outbound import Channel, Source, deliver_next
from luminous.pace import Pace
from luminous.paying import PaymentProvider, pay_next
from luminous.providers.momo.account import CALLBACK_PATH, Account
from luminous.providers.momo.collections import MomoCollections
from luminous.replies import Shop
from luminous.shop import shop_of
from luminous.smtp import Smtp
from luminous.storage import Storage
from luminous.wake import Bell, Kind

ANSWERERS = 2
SENDERS = 8
PAYERS = 4
FETCHERS = 2
REST_SECONDS = 1.0  # of what no bell rings for
AFTER_A_FAILURE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker works on and with.

    listen_url: a direct connection, for wake-ups by others. mailer: None where no mail server is set.
    storage None: it leaves customers' files alone.
    """

    database: Database
    listen_url: str
    shop: Shop
    channels: Mapping[ChannelName, Channel]
    parsers: Mapping[ChannelName, Parse]
    mailer: Mailer | None = None
    pace: Pace | None = None  # None: as fast as it can
    sources: Mapping[SourceName, Source] = field(default_factory=dict[SourceName, Source])
    fetchers: Mapping[ChannelName, Fetcher] = field(default_factory=dict[ChannelName, Fetcher])
    storage: Storage | None = None
    readers: Mapping[ChannelName, Reader] = field(default_factory=dict[ChannelName, Reader])
    providers: Mapping[ProviderName, PaymentProvider] = field(
        default_factory=dict[ProviderName, PaymentProvider]
    )


@asynccontextmanager
async def working(
    settings: Settings, database: Database, bell: Bell, *, mailer: Mailer | None = None
) -> AsyncGenerator[None]:
    """A worker of this shop, in this process, for as long as the context lasts.

    mailer: in place of the mail server that is set.
    """
    stop = asyncio.Event()
    storage = storage_of(settings)
    async with client() as http:
        channels = channels_of(settings, http)
        of_the_shop = Work(
            database,
            settings.database_listen_url or settings.database_url,
            shop_of(settings),
            channels,
            PARSERS,
            mailer or mailer_of(settings),
            Pace(settings.whatsapp_messages_per_second),
            sources={"media": stored_files(storage), "quotation": quotes.pdf, "receipt": orders.receipt_pdf},
            providers=providers_of(settings, http),
            fetchers=fetchers_of(settings, http),
            storage=storage,
            readers={name: way for name, way in channels.items() if isinstance(way, MetaChannel)},
        )
        task = asyncio.create_task(work(of_the_shop, bell, stop))
        try:
            yield
        finally:
            stop.set()
            bell.ring_for_all()
            await task


def channels_of(settings: Settings, http: httpx2.AsyncClient) -> dict[ChannelName, Channel]:
    """Every way out that is set. Raises SettingsMissing for one that cannot work."""
    channels: dict[ChannelName, Channel] = {}
    if settings.whatsapp_access_token:
        channels["meta"] = MetaChannel(
            http,
            api_url=settings.whatsapp_api_url,
            access_token=settings.whatsapp_access_token,
            default_number_id=settings.whatsapp_phone_number_id,
        )
    if settings.gateway_url:
        channels["gateway"] = GatewayChannel(http, url=settings.gateway_url, key=settings.gateway_key)
    return channels


def providers_of(settings: Settings, http: httpx2.AsyncClient) -> dict[ProviderName, PaymentProvider]:
    """Every way to be paid that is set. Raises SettingsMissing for one that cannot work."""
    if not settings.takes_momo:
        return {}
    account = Account(
        api_user=settings.momo_api_user,
        api_key=settings.momo_api_key,
        subscription_key=settings.momo_subscription_key,
        environment=settings.momo_environment,
        currency=settings.momo_currency,
        api_url=settings.momo_api_url,
        callback_url=f"{settings.public_url.rstrip('/')}{CALLBACK_PATH}" if settings.public_url else "",
    )
    return {"momo": MomoCollections(http, account)}


def fetchers_of(settings: Settings, http: httpx2.AsyncClient) -> dict[ChannelName, Fetcher]:
    """Every way to the files that customers send. The gateway hands none over."""
    if not settings.whatsapp_access_token:
        return {}
    return {
        "meta": MetaMedia(
            http,
            api_url=settings.whatsapp_api_url,
            access_token=settings.whatsapp_access_token,
            origins=frozenset(settings.whatsapp_media_origins.split()),
        )
    }


def mailer_of(settings: Settings) -> Mailer | None:
    """The mail server, where one is set. Raises SettingsMissing for one that cannot work."""
    if not settings.smtp_url:
        return None
    return Smtp(settings.smtp_url, settings.mail_from, settings.shop_name)


async def work(work: Work, bell: Bell, stop: asyncio.Event) -> None:
    """Work until `stop` is set; what is being done then is finished first."""
    begin = work.database.transaction

    async def answer() -> bool:
        answered = await answer_next(begin, work.shop)
        if answered:
            bell.ring_here("deliver", "pay")  # there may be something to send, or to ask a payer for
        return answered

    async def deliver() -> bool:
        return await deliver_next(begin, work.channels, work.pace, work.sources)

    async def fetch() -> bool:
        if work.storage is None:
            return False
        return await fetch_next(begin, work.fetchers, work.storage) or await delete_next(begin, work.storage)

    async def pay() -> bool:
        did = await pay_next(begin, work.providers, partial(notices.tell_payment, shop=work.shop))
        if did:
            bell.ring_here("deliver")  # there may be something to send
        return did

    async def post() -> bool:
        return work.mailer is not None and await post_next(begin, work.mailer)

    async def tidy() -> bool:
        return await tidy_up(work)

    loop = partial(_loop, stop=stop, bell=bell)
    loops = [loop(f"answer-{n}", answer, kind="answer") for n in range(ANSWERERS)]
    loops += [loop(f"deliver-{n}", deliver, kind="deliver") for n in range(SENDERS)]
    loops += [loop(f"pay-{n}", pay, kind="pay") for n in range(PAYERS)]
    loops += [loop("post", post, kind="post")]
    # Without a bell: a second is soon enough, or only the clock makes it due.
    loops += [loop(f"fetch-{n}", fetch) for n in range(FETCHERS)]
    loops += [loop("notice", partial(Notices(work.readers).show, begin)), loop("tidy", tidy)]
    ringing = asyncio.gather(bell.listen(work.listen_url), bell.ring_by_itself())
    try:
        await asyncio.gather(*loops)
    finally:
        ringing.cancel()
        await asyncio.gather(ringing, return_exceptions=True)


async def _loop(
    name: str,
    step: Callable[[], Awaitable[bool]],
    *,
    stop: asyncio.Event,
    bell: Bell,
    kind: Kind | None = None,
) -> None:
    """Step as long as there is something to do; else rest until the bell rings, or without one a second.

    Who was woken and found something wakes the next, because there may be more.
    """
    was_away = False
    while not stop.is_set():
        try:
            found = await step()
            if kind is None and not found:
                await _rest(stop, REST_SECONDS)
            elif kind is not None and found:
                bell.ring_here(kind)
            elif kind is not None:
                await bell.wait(kind)
            was_away = False
        except Exception as error:  # a loop outlives whatever one step met
            if not is_retryable(error):
                log.exception("step failed", loop=name)
            elif not was_away:
                log.error("the database is away; trying again", loop=name)
            was_away = is_retryable(error)
            await _rest(stop, AFTER_A_FAILURE_SECONDS)
    if kind is not None:
        bell.ring_here(kind)  # the next one is to see that it is over


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    """For so long, or until it is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def tidy_up(work: Work) -> bool:
    """What the clock or a crash left behind. Returns True when a dead letter was tried again."""
    for tidy in (
        conversations.recall_forgotten,
        outbox.forget_lost_workers,
        outbox.settle_doubts,
        outbox.owe_set_aside,
        outbox.join_overtaken_statuses,
        outbox.forget_early_statuses,
        orders.close_delivered,
        subscriptions.give_up_unpaid,
        media.condemn_old,
        accounts.forget_old_links,
        accounts.forget_old_sessions,
        accounts.forget_old_attempts,
        mail.forget_old_mail,
        privacy.finish_erasures,
        privacy.forget_old,
        forget_writes,
    ):
        async with work.database.transaction() as conn:  # one each: intake waits for none of them
            await tidy(conn)
    for tell in (notices.tell_plans_ending, notices.tell_quotations_run_out, notices.tell_orders_unpaid):
        async with work.database.transaction() as conn:
            await tell(conn, work.shop)
    return await inbound.retry_dead_letter(work.database.transaction, work.parsers)
