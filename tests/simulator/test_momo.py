"""The simulated mobile money, asked by the shop's own provider: what the phone says is what it learns."""

from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI, Request

from luminous.charges import Charge, ChargeFailed, Standing
from luminous.phone import Phone
from luminous.providers.momo import collections
from luminous.providers.momo.account import Account
from luminous.providers.momo.collections import MomoCollections
from luminous.simulator import wallets
from tests.loopback import serving

from .stand_in import MOMO, Shop


class Momo:
    """The shop's provider at the simulated network, and what the network told by itself."""

    def __init__(self, shop: Shop, callback_port: int, called: list[str], **keys: str) -> None:
        self.shop, self.called = shop, called
        account = {
            "api_user": MOMO.api_user,
            "api_key": MOMO.api_key,
            "subscription_key": MOMO.subscription_key,
            "environment": "mtnuganda",
            "currency": "UGX",
            "api_url": f"{shop.url}/momo",
            "callback_url": f"http://127.0.0.1:{callback_port}/told",
            **keys,
        }
        self.provider = MomoCollections(shop.client, Account(**account))

    async def ask(self, payer: str | None = None, reference: UUID | None = None) -> UUID:
        charge = Charge(
            reference or uuid4(), 45_000, "UGX", Phone("+" + (payer or self.shop.number())), "Order"
        )
        await self.provider.request(charge)
        return charge.reference

    async def say(self, reference: UUID, what: str) -> int:
        return (await self.shop.act(f"/phones/1/charges/{reference}/{what}")).status_code


@pytest.fixture
async def momo(shop: Shop) -> AsyncGenerator[Momo]:
    called: list[str] = []
    app = FastAPI()

    @app.put("/told/{reference}")
    async def told(reference: str, request: Request) -> None:  # pyright: ignore[reportUnusedFunction] - a route
        called.append(f"{reference} {(await request.json())['status']}")

    async with serving(app) as port:
        yield Momo(shop, port, called)


async def test_an_approved_payment_succeeds_and_is_told_once(momo: Momo) -> None:
    reference = await momo.ask()
    assert (await momo.provider.look(reference)).status == "pending"
    page = (await momo.shop.client.get(momo.shop.url)).text
    assert "Pay UGX 45,000?" in page

    assert await momo.say(reference, "approve") == 204
    stands = await momo.provider.look(reference)
    assert (stands.status, stands.amount, stands.currency) == ("succeeded", 45_000, "UGX")
    assert stands.payer == momo.shop.number()
    assert stands.transaction_id
    await momo.shop.until(lambda: momo.called == [f"{reference} SUCCESSFUL"])
    assert await momo.say(reference, "refuse") == 409
    assert (await momo.provider.look(reference)) == stands


async def test_a_refusal_an_unanswered_prompt_and_a_number_without_a_wallet_fail(
    momo: Momo, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, ignored = await momo.ask(), await momo.ask()
    stranger, airtel = await momo.ask("256772000000"), await momo.ask("256702000000")
    await momo.say(refused, "refuse")
    await momo.say(ignored, "ignore")
    assert "wallet-title" not in (await momo.shop.client.get(momo.shop.url)).text

    monkeypatch.setattr(wallets, "PROMPT_SECONDS", 0.0)
    await momo.shop.until(lambda: len(momo.called) == 4)
    reasons = [(await momo.provider.look(each)).reason for each in (refused, ignored, stranger, airtel)]
    assert reasons == ["refused", "expired", "no_wallet", "no_wallet"]


async def test_the_same_reference_is_one_charge_and_an_unknown_one_is_absent(momo: Momo) -> None:
    reference = await momo.ask()
    assert await momo.ask(reference=reference) == reference
    assert momo.shop.rows("select count(*) from charges") == [(1,)]
    assert await momo.provider.look(uuid4()) == Standing("absent")


async def test_what_mtn_does_not_take_it_refuses(momo: Momo) -> None:
    with pytest.raises(ChargeFailed) as no_number:
        await momo.ask("12")
    with pytest.raises(ChargeFailed) as no_version_4:
        await momo.ask(reference=UUID(int=1))
    assert (no_number.value.refused, no_version_4.value.refused) == ("provider", "provider")
    abroad = Momo(momo.shop, 1, [], environment="mtnghana")
    with pytest.raises(ChargeFailed) as wrong_country:
        await abroad.ask()
    assert wrong_country.value.code == "NOT_ALLOWED_TARGET_ENVIRONMENT"


@pytest.mark.parametrize("name", ["api_user", "api_key", "subscription_key"])
async def test_a_wrong_key_asks_nobody(momo: Momo, name: str) -> None:
    wrong = Momo(momo.shop, 1, [], **{name: "guessed"})
    with pytest.raises(ChargeFailed, match="MOMO_API_KEY"):
        await wrong.ask()
    assert momo.shop.rows("select count(*) from charges") == [(0,)]


async def test_the_switches_do_what_they_say(momo: Momo, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = await momo.ask()
    await momo.shop.act("/switches/no_callback", setting="next")
    await momo.say(silent, "approve")

    short = await momo.ask()
    await momo.shop.act("/switches/wrong_amount", setting="next")
    await momo.shop.act("/switches/callback_twice", setting="next")
    await momo.say(short, "approve")
    assert (await momo.provider.look(short)).amount == 44_500
    await momo.shop.until(lambda: len(momo.called) == 2)
    assert momo.called == [f"{short} SUCCESSFUL"] * 2

    await momo.shop.act("/switches/lost_request", setting="next")
    monkeypatch.setattr(collections, "LONGEST_WHOLE_SECONDS", 0.3)
    lost = uuid4()
    with pytest.raises(ChargeFailed) as failed:
        await momo.ask(reference=lost)
    assert failed.value.refused is None
    assert (await momo.provider.look(lost)).status == "pending"

    await momo.shop.act("/switches/late_callback", setting="next")
    await momo.say(lost, "refuse")
    ((due_at, created_at),) = momo.shop.rows(
        "select callback_at, created_at from charges where reference = ?", str(lost)
    )
    assert due_at - created_at >= wallets.LATE_SECONDS
