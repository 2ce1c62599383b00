"""A hidden number is asked for once, and only WhatsApp's own answer from that customer counts."""

from typing import Any
from uuid import UUID

import pytest

from luminous import customers
from luminous.db import sql
from tests.shop import ShopUnderTest, said, text

HIDDEN, OTHER = (None, "UG.77"), (None, "UG.78")


def card(origin: str, wa_id: str = "256782240146", cards: int = 1) -> list[dict[str, Any]]:
    """What is shared; with WhatsApp's button there is no name."""
    phone = {"phone": f"+{wa_id}", "wa_id": wa_id, "type": "MOBILE"}
    name = {} if origin == "contact_request" else {"name": {"formatted_name": "Somebody"}}
    return [{"origin": origin, "phones": [phone], **name}] * cards


async def ask(shop: ShopUnderTest) -> bool:
    async with shop.database.transaction() as conn:
        (customer_id,) = await HIDDEN_CUSTOMER.all(conn)
        return await customers.ask_for_phone(conn, customer_id, "payment")


async def phone_of(shop: ShopUnderTest, user_id: str = "UG.77") -> str | None:
    return await shop.one("select phone_number from customers where whatsapp_user_id = %s", user_id)


async def test_the_number_is_asked_for_once_shared_and_thanked_for(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", HIDDEN))
    await shop.settle()
    assert [await ask(shop), await ask(shop)] == [True, False]

    await shop.hear(said("contacts", card("contact_request"), "wamid.2", HIDDEN))

    assert await shop.settle() == ["Thank you, we have your number."]
    assert await phone_of(shop) == "+256782240146"
    assert not await ask(shop)
    await shop.hear(said("contacts", card("contact_request", "256700000009"), "wamid.3", HIDDEN))
    assert (await shop.settle(), await phone_of(shop)) == ([], "+256782240146")


@pytest.mark.parametrize(
    "shared",
    [
        said("contacts", card("other"), "wamid.2", HIDDEN),
        said("contacts", card("contact_request", cards=2), "wamid.2", HIDDEN),
        said("contacts", card("contact_request", "UG.77"), "wamid.2", HIDDEN),
        said("contacts", card("contact_request"), "wamid.2", OTHER),
    ],
    ids=["any card", "two cards", "no number", "somebody else"],
)
async def test_anything_else_is_a_claim(shop: ShopUnderTest, shared: dict[str, Any]) -> None:
    await shop.hear(text("Hello", "wamid.1", HIDDEN))
    await shop.settle()
    await ask(shop)
    await shop.hear(shared)
    await shop.settle()

    assert await shop.rows("select phone_number from customers where phone_number is not null") == []
    assert await shop.one("select answered_at is null from phone_requests")


async def test_what_nobody_asked_for_is_not_taken(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.1", HIDDEN))
    await shop.settle()
    await shop.hear(said("contacts", card("contact_request"), "wamid.2", HIDDEN))

    assert (await shop.settle(), await phone_of(shop)) == ([], None)


async def test_the_number_of_their_own_older_record_makes_the_two_one(shop: ShopUnderTest) -> None:
    await shop.hear(text("Hello", "wamid.0", ("256782240146", None)))
    await shop.hear(text("Hello", "wamid.1", HIDDEN))
    await shop.settle()
    await ask(shop)
    await shop.settle()
    await shop.hear(said("contacts", card("contact_request"), "wamid.2", HIDDEN))
    await shop.settle()

    live = "select phone_number, whatsapp_user_id from customers where deleted_at is null"
    assert await shop.rows(live) == [("+256782240146", "UG.77")]
    assert "we have your number" in shop.whatsapp.texts[-1]


HIDDEN_CUSTOMER = sql("select id from customers where whatsapp_user_id = 'UG.77'").into(UUID)
