"""What waits for a customer's next message is not told when something newer has made it false."""

from typing import Any
from uuid import UUID

import pytest

from luminous import notices, quotes, subscriptions
from luminous.db import Connection
from luminous.quotes import Basket
from tests.quotes.making import time_passes
from tests.shop import KAMPALA, ShopUnderTest
from tests.test_buying import MTN, PRICE, accepted, buttons, order_of, paid, payment_of, reach
from tests.test_shopping import SHOES, Talk, priced


@pytest.fixture
async def amina(shop: ShopUnderTest) -> Talk:
    return Talk(shop, MTN)


async def sleeps(shop: ShopUnderTest) -> None:
    """WhatsApp's 24 hours are over; what is owed now waits."""
    await shop.settle()
    await shop.do("update conversations set last_message_at = now() - interval '25 hours'")
    await shop.do("update inbox set sent_at = now() - interval '25 hours'")


async def wakes(shop: ShopUnderTest, amina: Talk) -> str:
    """Everything that she reads after her next message."""
    assert await shop.settle() == [], "it waits"
    return "\n".join(await amina("👍"))


async def confirm_plan(conn: Connection, customer_id: UUID) -> None:
    chosen = await subscriptions.choose(conn, customer_id, "standard")
    reference = f"FT {chosen.id}"
    await notices.confirm_plan_payment(
        conn, KAMPALA, chosen, amount=chosen.amount, method="bank", reference=reference, by="Aisha"
    )


async def confirm(shop: ShopUnderTest) -> None:
    async with shop.database.transaction() as conn:
        await notices.confirm_payment(
            conn, KAMPALA, await order_of(shop), amount=744_976, method="bank", reference="FT 1", by="Aisha"
        )


async def test_a_plan_that_was_renewed_has_not_ended(shop: ShopUnderTest, amina: Talk) -> None:
    await amina("Hello")
    hers: Any = await shop.one("select id from customers")
    async with shop.database.transaction() as conn:
        await confirm_plan(conn, hers)
    await sleeps(shop)
    await shop.do(
        "update subscriptions set start_date = start_date - interval '31 days', "
        "end_date = end_date - interval '31 days' where plan_code = 'standard'"
    )
    await shop.tidy()
    assert await shop.settle() == []
    async with shop.database.transaction() as conn:
        await confirm_plan(conn, hers)

    told = await wakes(shop, amina)

    assert "Your plan Standard is active" in told
    assert "ended on" not in told


async def test_what_was_paid_after_all_is_not_unpaid(shop: ShopUnderTest, amina: Talk) -> None:
    await accepted(shop, amina)
    await sleeps(shop)
    await shop.do("update orders set pay_until = now() - interval '1 hour'")
    await shop.tidy()
    assert await shop.settle() == []
    await confirm(shop)

    told = await wakes(shop, amina)

    assert f"We received *{PRICE}*" in told
    assert "not paid in time" not in told


async def test_a_failed_attempt_is_over_when_another_has_paid(shop: ShopUnderTest, amina: Talk) -> None:
    await amina(press=await accepted(shop, amina))
    await amina(press=(await buttons(shop))["From 0772 240146"])
    await sleeps(shop)
    shop.mtn.end(await payment_of(shop), "not_enough")
    assert await shop.settle() == []
    await confirm(shop)

    told = await wakes(shop, amina)

    assert "It is order *1* now" in told
    assert "not enough money" not in told


async def test_a_cancelled_order_is_not_on_its_way(shop: ShopUnderTest, amina: Talk) -> None:
    await paid(shop, amina)
    await sleeps(shop)
    await reach(shop, "purchased")
    async with shop.database.transaction() as conn:
        await notices.cancel_order(conn, KAMPALA, await order_of(shop), by="Aisha", reason="It is sold out.")

    told = await wakes(shop, amina)

    assert "We have to cancel order 1" in told
    assert "we have bought it" not in told


async def test_a_rider_who_comes_again_is_announced_though_the_first_news_still_waits(
    shop: ShopUnderTest, amina: Talk
) -> None:
    await paid(shop, amina)
    await sleeps(shop)
    await reach(shop, "out_for_delivery")
    await shop.do("update orders set status = 'delivery_failed'")
    await reach(shop, "out_for_delivery")

    assert "Order 1" in await wakes(shop, amina)


async def test_of_a_price_the_last_word_is_told(shop: ShopUnderTest, amina: Talk) -> None:
    await amina("https://shop.example/shoes size 42")
    await amina(press="done")
    await sleeps(shop)
    await priced(shop)
    await priced(shop, Basket(SHOES.goods, 90_000, 60_000, 10_000))
    assert (await wakes(shop, amina)).count("everything included") == 1

    await sleeps(shop)
    await priced(shop)
    async with shop.database.transaction() as conn:
        await time_passes(conn)
    await shop.tidy()

    told = await wakes(shop, amina)

    assert "has run out" in told
    assert "everything included" not in told


async def test_a_price_that_was_decided_on_elsewhere_is_not_offered_any_more(
    shop: ShopUnderTest, amina: Talk
) -> None:
    await amina("https://shop.example/shoes size 42")
    await amina(press="done")
    await sleeps(shop)
    assert await priced(shop) == []
    quotation_id, hers = (await shop.rows("select id, customer_id from quotations"))[0]
    async with shop.database.transaction() as conn:
        await quotes.accept(conn, quotation_id, 1, customer_id=hers, cause="website")

    assert "everything included" not in await wakes(shop, amina)


async def test_money_that_staff_decided_on_is_not_looked_at_any_more(
    shop: ShopUnderTest, amina: Talk
) -> None:
    await amina(press=await accepted(shop, amina))
    await amina(press=(await buttons(shop))["From 0772 240146"])
    await sleeps(shop)
    shop.mtn.approve(await payment_of(shop), amount=1)
    assert await shop.settle() == []
    async with shop.database.transaction() as conn:
        await notices.decide_payment(conn, KAMPALA, await payment_of(shop), "owe_back", by="Aisha")

    assert "A person from our team looks at it" not in await wakes(shop, amina)
