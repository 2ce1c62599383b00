"""The function that other programs call, with the names that the shop's existing code uses."""

from collections.abc import AsyncGenerator

import pytest

import luminous
from luminous.db import Connection
from luminous.errors import InvalidPhone, SettingsMissing
from tests.shop import ShopUnderTest

KEYS = ["customer_id", "display_name", "is_new_customer", "phone_number", "profile_id", "whatsapp_id"]


@pytest.fixture
async def shop_of_settings(
    shop: ShopUnderTest, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[ShopUnderTest]:
    """The shop that DATABASE_URL names."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    yield shop
    await luminous.close()


async def test_first_call_creates_and_the_second_in_another_form_finds(
    shop_of_settings: ShopUnderTest,
) -> None:
    first = await luminous.resolve_customer_from_phone(
        "0782 240 146", display_name="Amina", whatsapp_id="256782240146"
    )
    second = await luminous.resolve_customer_from_phone("+256782240146")

    assert sorted(first) == KEYS
    assert first | {"is_new_customer": False} == second
    assert (first["phone_number"], first["display_name"], first["whatsapp_id"], first["profile_id"]) == (
        "+256782240146",
        "Amina",
        "256782240146",
        None,
    )
    assert first["is_new_customer"]
    assert await shop_of_settings.one("select count(*) from subscriptions where status = 'active'") == 1


async def test_whatsapp_id_of_bsuid_shape_is_the_bsuid(shop_of_settings: ShopUnderTest) -> None:
    found = await luminous.resolve_customer_from_phone("+256782240146", whatsapp_id="UG.1349")

    assert found["whatsapp_id"] is None
    assert await shop_of_settings.one("select whatsapp_user_id from customers") == "UG.1349"


async def test_given_connection_keeps_it_in_the_callers_transaction(conn: Connection) -> None:
    found = await luminous.resolve_customer_from_phone("+256782240146", conn=conn)

    assert (found["display_name"], found["is_new_customer"]) == ("Customer", True)


@pytest.mark.parametrize("wrong", ["", "+256", "call me 0782240146", "UG.256782240146", "0800100100"])
async def test_wrong_number_is_said_and_nobody_is_made(shop_of_settings: ShopUnderTest, wrong: str) -> None:
    with pytest.raises(InvalidPhone):
        await luminous.resolve_customer_from_phone(wrong)
    assert await shop_of_settings.one("select count(*) from customers") == 0


async def test_wrong_whatsapp_id_is_said(shop_of_settings: ShopUnderTest) -> None:
    with pytest.raises(InvalidPhone, match="neither"):
        await luminous.resolve_customer_from_phone("+256782240146", whatsapp_id="wa_123456")
    assert await shop_of_settings.one("select count(*) from customers") == 0


async def test_without_database_url_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(SettingsMissing, match="DATABASE_URL"):
        await luminous.resolve_customer_from_phone("+256782240146")
