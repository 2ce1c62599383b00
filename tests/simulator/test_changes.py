"""What can happen to a phone: a new number, a sold SIM card, WhatsApp installed again."""

import json
import sqlite3
from pathlib import Path

import pytest

from luminous.db import Database

from .stand_in import Shop, open_shop

FIRST_PHONES = """
create table phones (
  id integer primary key autoincrement, name text not null, number text not null unique,
  user_id text not null unique, username text not null, is_number_hidden integer not null,
  typing_until real not null default 0
) strict;
insert into phones (name, number, user_id, username, is_number_hidden)
values ('Old Amina', '256772000111', 'UG.1', '', 0), ('Old Joseph', '256772000222', 'UG.2', 'joseph', 1);
"""


def key(shop: Shop, phone: int = 1) -> str:
    return str(shop.rows("select identity_key from phones where id = ?", phone)[0][0])


async def test_a_new_number_brings_a_new_user_id_and_keeps_the_rest(shop: Shop) -> None:
    before, key_before = (shop.number(), shop.user_id()), key(shop)
    form = {"shape": "numbers", "timing": "never", "new_number": "0772 000 999"}
    await shop.act("/phones/1/new-number", **form)

    assert shop.number() == "256772000999"
    assert shop.user_id() not in before
    assert key(shop) == key_before
    page = (await shop.client.get(shop.url)).text
    assert f"You changed your number from +{before[0]} to +256772000999." in page


@pytest.mark.parametrize(
    ("number", "sentence"), [("0723", "too short"), ("second", "Joseph Okello has that number")]
)
async def test_a_new_number_that_cannot_be_is_refused_beside_its_field(
    shop: Shop, number: str, sentence: str
) -> None:
    await shop.act("/phones")
    before = shop.rows("select * from phones")
    typed = "+" + shop.number(2) if number == "second" else number

    answer = await shop.act("/phones/1/new-number", shape="ids", timing="late", new_number=typed)

    assert sentence in answer.text
    assert 'id="new_number-wrong"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert shop.rows("select * from phones") == before


async def test_a_message_to_the_number_or_user_id_of_before_reaches_nobody(shop: Shop) -> None:
    await shop.say("Hello")
    number, user_id = shop.number(), shop.user_id()
    await shop.act("/phones/1/new-number", shape="numbers", timing="never")

    await shop.send(to=f"+{number}")
    refused = await shop.send(to=None, recipient=user_id)
    await shop.until(shop.statuses)
    assert shop.statuses()[0]["errors"][0]["code"] == 131026
    assert refused.json()["error"]["code"] == 131009


async def test_the_status_of_a_message_to_the_number_of_before_tells_nothing_of_the_new_one(
    shop: Shop,
) -> None:
    await shop.say("Hello")
    number = shop.number()
    await shop.send()
    await shop.until(lambda: len(shop.statuses()) == 2)
    await shop.act("/phones/1/new-number", shape="numbers", timing="never")
    async with shop.watching():
        await shop.until(lambda: len(shop.statuses()) == 3)

    assert (shop.statuses()[2]["status"], shop.statuses()[2]["recipient_id"]) == ("read", number)
    assert shop.user_id() not in json.dumps(shop.bodies[-1])
    assert shop.number() not in json.dumps(shop.bodies[-1])


async def test_a_sold_number_is_registered_anew_by_somebody_new_and_the_shop_hears_nothing(
    shop: Shop,
) -> None:
    number, user_id, key_before = shop.number(), shop.user_id(), key(shop)
    answer = await shop.act("/phones/1/sale", goes_on="true")

    assert f"Joseph Okello has +{number} now." in answer.text
    assert 'href="/simulator?phone=2"' in answer.text
    assert shop.number(2) == number
    assert len({user_id, shop.user_id(1), shop.user_id(2)}) == 3
    assert len({key_before, key(shop, 1), key(shop, 2)}) == 3
    assert shop.number(1) != number
    await shop.say("Who had this number?", phone=2)
    await shop.until(shop.messages)
    assert [(m["from"], m["from_user_id"]) for m in shop.messages()] == [(number, shop.user_id(2))]


async def test_a_phone_that_was_there_can_buy_the_number_and_has_not_written_from_it_yet(shop: Shop) -> None:
    await shop.act("/phones")
    await shop.say("I write before", phone=2)
    await shop.say("So do I")
    number = shop.number()
    await shop.act("/phones/1/sale", buyer="2", goes_on="true")

    assert shop.number(2) == number
    await shop.send(to=f"+{number}")
    await shop.until(shop.statuses)
    assert shop.statuses()[0]["errors"][0]["code"] == 131047
    await shop.say("Now from the new one", phone=2)
    await shop.send(to=f"+{number}")
    await shop.until(lambda: shop.statuses()[-1]["status"] == "delivered")


async def test_without_whatsapp_a_phone_neither_writes_nor_receives_until_it_has_a_sim_card(
    shop: Shop,
) -> None:
    async with shop.watching() as lines:
        answer = await shop.act("/phones/1/sale", goes_on="false")
        assert "No WhatsApp on this phone." in answer.text
        await shop.until(lambda: "Put in a new SIM card" in "".join(lines))
        refused = await shop.act("/phones/1/messages", text="Hello?")
    assert (refused.status_code, "has no WhatsApp" in refused.text) == (409, True)
    for act in ("new-number", "sale", "reactions"):
        form = {"shape": "ids", "timing": "early", "goes_on": "true", "wamid": "wamid.X"}
        assert (await shop.act(f"/phones/1/{act}", **form)).status_code == 409
    assert (await shop.send(to=None, recipient=shop.user_id())).json()["error"]["code"] == 131009

    assert "Whose phone" in (await shop.client.get(shop.url)).text
    answer = await shop.act("/phones/1/sim-card")
    assert f'value="+{shop.number()}"' in answer.text
    await shop.say("Here I am again")
    await shop.until(shop.messages)


async def test_nobody_sells_to_themselves_or_to_a_phone_that_is_not_there(shop: Shop) -> None:
    assert (await shop.act("/phones/1/sale", buyer="1")).status_code == 422
    assert (await shop.act("/phones/1/sale", buyer="77")).status_code == 404
    assert (await shop.act("/phones/77/sale")).status_code == 404


async def test_only_a_shop_with_identity_checks_gets_the_key_and_a_reinstallation_changes_it(
    shop: Shop,
) -> None:
    before = (shop.number(), shop.user_id(), key(shop))
    await shop.say("Without")
    await shop.until(lambda: len(shop.bodies) == 1)
    await shop.act("/identity-checks", is_on="true")
    await shop.say("With")
    await shop.until(lambda: len(shop.bodies) == 2)
    await shop.act("/phones/1/reinstallation")
    await shop.say("With another")
    await shop.until(lambda: len(shop.bodies) == 3)
    await shop.act("/identity-checks")
    await shop.say("Without again")
    await shop.until(lambda: len(shop.bodies) == 4)

    hashes = [value["contacts"][0].get("identity_key_hash") for value in shop.values()]
    assert hashes == [None, before[2], key(shop), None]
    assert key(shop) != before[2]
    assert (shop.number(), shop.user_id()) == before[:2]


async def test_a_store_of_an_earlier_version_goes_on(tmp_path: Path, shared_url: str) -> None:
    store = sqlite3.connect(tmp_path / "simulator.db")
    store.executescript(FIRST_PHONES)
    store.close()

    for _ in range(2):  # a second time nothing is left to do
        async with Database(shared_url) as database, open_shop(tmp_path, database) as shop:
            await shop.say("Still here")
            await shop.until(shop.messages)
            keys_now = shop.rows("select identity_key from phones")
            assert shop.rows("select name, has_whatsapp from phones") == [("Old Amina", 1), ("Old Joseph", 1)]
            assert shop.messages()[0]["from"] == "256772000111"
            assert len({each for (each,) in keys_now if each}) == 2
