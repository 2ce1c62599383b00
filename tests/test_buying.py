"""A customer pays, waits and rates; what is said, and what the database holds."""

from typing import Any
from uuid import UUID

import pytest

from luminous import notices, orders, payments
from luminous.orders import MILESTONES, receipt
from tests.shop import KAMPALA, ShopUnderTest, said, text
from tests.test_shopping import OKELLO, SHOES, Talk, buttons, priced

MTN = ("256772240146", "UG.13491208655302741918")
PRICE = "744,976 UGX"


async def accepted(shop: ShopUnderTest, talk: Talk) -> str:
    """The id of the button that pays what was just accepted."""
    await talk("https://shop.example/shoes size 42")
    await talk(press="done")
    await priced(shop, SHOES)
    await talk(press=(await buttons(shop))["Accept"])
    return (await buttons(shop))["Pay now"]


async def order_of(shop: ShopUnderTest) -> UUID:
    return await shop.one("select id from orders order by created_at desc limit 1")


async def payment_of(shop: ShopUnderTest) -> UUID:
    return await shop.one("select id from payments order by created_at desc limit 1")


async def reach(shop: ShopUnderTest, milestone: Any) -> list[str]:
    async with shop.database.transaction() as conn:
        await notices.reach_milestone(conn, KAMPALA, await order_of_(conn), milestone, by="Aisha")
    return await shop.settle()


async def order_of_(conn: Any) -> UUID:
    return (await (await conn.execute("select id from orders where number is not null")).fetchone())[0]


async def paid(shop: ShopUnderTest, talk: Talk) -> list[str]:
    """The customer pays from their own number and approves; what they read at the end."""
    await talk(press=await accepted(shop, talk))
    await talk(press=(await buttons(shop))["From 0772 240146"])
    shop.mtn.approve(await payment_of(shop))
    return await shop.settle()


async def test_from_an_accepted_price_to_the_rating(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    (which,) = await amina(press=await accepted(shop, amina))
    assert which == f"*{PRICE}* for Q-1, with MTN Mobile Money. From which number?"
    own = (await buttons(shop))["From 0772 240146"]
    (asked,) = await amina(press=own)
    assert asked.startswith(f"We asked 0772 240146 to pay {PRICE}.")
    (before,) = await amina(press=own)
    assert "you are not asked twice" in before
    assert len(shop.mtn.prompts) == 1

    shop.mtn.approve(await payment_of(shop))
    (thanks,) = await shop.settle()
    assert f"We received *{PRICE}* for Q-1. It is order *1* now" in thanks
    file = shop.whatsapp.sent[-1].content.attachment
    assert file
    assert (file.source, file.filename) == ("receipt", "Receipt 1.pdf")
    document = await receipt.pdf(shop.database.transaction, file.id)
    assert document.startswith(b"%PDF-")

    (too_long,) = await amina("address " + "Plot 5, Kira Road, " * 40)
    assert "at most 500 characters" in too_long
    assert await amina("address Plot 5, Kira Road") == [
        "We deliver order 1 to: Plot 5, Kira Road. You can change that until your parcel travels."
    ]
    assert await reach(shop, "purchased") == [
        "Good news about order 1: we have bought it. Next it travels to our hub abroad."
    ]
    assert await reach(shop, "purchased") == []
    assert len(await reach(shop, "in_transit")) == 1
    assert await reach(shop, "at_hub") == [], "late news is noted, and not told"
    (where,) = await amina("Where is my order?")
    assert "✓ at our hub abroad" in where
    assert "Delivered to: Plot 5, Kira Road" in where
    assert (await amina("track 1")) == [where]
    assert await amina("address Gulu") != []
    assert await shop.one("select delivery_address from orders") == "Plot 5, Kira Road"

    for milestone in ("customs", "out_for_delivery", "delivered"):
        (told,) = await reach(shop, milestone)
    assert "Order 1 is delivered. How was it" in told
    (rated,) = await amina(press=(await buttons(shop))["★★★★★"])
    assert "glad that it went well" in rated
    assert await shop.rows("select status, rating from orders") == [("delivered", 5)]
    async with shop.database.transaction() as conn:
        way = await orders.way_of(conn, UUID(file.id))
    assert [each.milestone for each in way] == list(MILESTONES)
    assert await receipt.pdf(shop.database.transaction, file.id) == document


async def test_a_failed_payment_says_why_and_another_number_pays(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    await amina(press=await accepted(shop, amina))
    await amina(press=(await buttons(shop))["From 0772 240146"])
    shop.mtn.end(await payment_of(shop), "not_enough")
    (why,) = await shop.settle()
    assert "not enough money on 0772 240146" in why
    assert set(await buttons(shop)) == {"Try again", "Another number", "Another way"}

    (which,) = await amina(press=(await buttons(shop))["Another number"])
    assert "Which MTN number pays" in which
    (airtel,) = await amina("0702 240 146")
    assert "a number of Airtel" in airtel
    (asked,) = await amina("+256 783 000111")
    assert "We asked 0783 000111" in asked
    shop.mtn.approve(await payment_of(shop))
    (thanks,) = await shop.settle()
    assert "order *1*" in thanks


async def test_who_had_many_phones_asked_in_vain_reads_when_the_next_one_can_be(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    await amina(press=await accepted(shop, amina))
    own = (await buttons(shop))["From 0772 240146"]
    for _ in range(5):
        await amina(press=own)
        shop.mtn.end(await payment_of(shop))
        await shop.settle()

    (later,) = await amina(press=own)

    assert "You can try again in 60 minutes" in later
    assert len(shop.mtn.prompts) == 5


async def test_who_has_no_mtn_number_is_asked_for_one_or_pays_by_hand(shop: ShopUnderTest) -> None:
    okello = Talk(shop, OKELLO)
    await okello(press=await accepted(shop, okello))
    assert set(await buttons(shop)) == {"Another number", "Another way"}
    (ways,) = await okello(press=(await buttons(shop))["Another way"])
    assert "A person from our team tells you here" in ways
    assert await shop.one("select handover_reason from conversations") == f"pays Q-1 ({PRICE}) another way"
    async with shop.database.transaction() as conn:
        await notices.confirm_payment(
            conn, KAMPALA, await order_of(shop), amount=744_976, method="airtel", reference="A1", by="Aisha"
        )
    (thanks,) = await shop.settle()
    assert "order *1*" in thanks


async def test_of_several_things_to_pay_the_customer_says_which(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    await accepted(shop, amina)
    await amina(press="plan:buy:standard")
    (which,) = await amina("pay")
    assert which == "Which of these do you want to pay?"
    assert set(await buttons(shop)) == {"Q-1", "Standard"}
    (number,) = await amina("0783000111")
    assert number == which
    (asked,) = await amina(press=(await buttons(shop))["Standard"])
    assert "We asked 0783 000111 to pay 29,900 UGX" in asked
    shop.mtn.approve(await payment_of(shop))
    (active,) = await shop.settle()
    assert "Your plan Standard is active" in active
    assert await shop.one("select plan_code from customer_entitlements") == "standard"


async def test_what_is_not_paid_in_time_is_said_once_and_an_old_button_says_so(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    pay = await accepted(shop, amina)
    await shop.do("update orders set pay_until = now() - interval '3 days'")
    (late,) = await amina(press=pay)
    assert "The time to pay for it is over" in late
    await shop.tidy()
    (told,) = await shop.settle()
    assert "Q-1 was not paid in time" in told
    await shop.tidy()
    assert await shop.settle() == []


async def test_a_bad_rating_and_a_complaint_bring_a_person(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    await paid(shop, amina)
    await reach(shop, "delivered")
    chosen = await buttons(shop)
    (sorry,) = await amina(press=chosen["★"])
    assert "A person from our team writes to you" in sorry
    (complaint,) = await amina(press=chosen["Something is wrong"])
    assert "about order 1" in complaint
    assert await shop.one("select status from orders") == "disputed"
    assert "rates order 1 with 1 of 5" in await shop.one("select handover_reason from conversations")


async def test_nobody_sees_or_changes_the_order_of_somebody_else(shop: ShopUnderTest) -> None:
    amina, okello = Talk(shop, MTN), Talk(shop, OKELLO)
    await paid(shop, amina)
    order_id = await order_of(shop)
    await okello("Hello")
    for press in (
        f"order:{order_id}:track",
        f"order:{order_id}:rate:1",
        f"order:{order_id}:complain",
    ):
        (answer,) = await okello(press=press)
        assert "do not find that among your orders" in answer
    assert "do not find that" in (await okello("track 1"))[0]
    (nothing,) = await okello(press=f"pay:order:{order_id}:own")
    assert "Nothing waits for a payment" in nothing
    assert await shop.rows("select status, rating from orders") == [("paid", None)]


async def test_odd_money_brings_a_person_and_the_customer_knows(shop: ShopUnderTest) -> None:
    amina = Talk(shop, MTN)
    pay = await accepted(shop, amina)
    await amina(press=pay)
    await amina(press=(await buttons(shop))["From 0772 240146"])
    payment_id = await payment_of(shop)
    shop.mtn.approve(payment_id, amount=744_476)
    (told,) = await shop.settle()
    assert "We received 744,476 UGX from you, which is not what we expected" in told
    assert f"{payment_id} (underpaid)" in await shop.one("select handover_reason from conversations")
    await shop.do("update conversations set handed_over_at = null, handover_reason = null")
    for said_again in (await amina("pay"), await amina(press=pay), await amina("0772 240146")):
        assert said_again == [
            "A person from our team looks at your payment for it and writes to you here. "
            "You need not pay again."
        ]
    async with shop.database.transaction() as conn:
        await payments.owe_back(conn, payment_id, by="Aisha")
        await notices.record_refund(
            conn, KAMPALA, payment_id, amount=744_476, reference="R-9", reason="underpaid", by="Aisha"
        )
    (back,) = await shop.settle()
    assert "We paid 744,476 UGX" in back


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_callback_answers_everybody_alike_and_only_wakes(shop: ShopUnderTest, method: str) -> None:
    amina = Talk(shop, MTN)
    await amina(press=await accepted(shop, amina))
    await amina(press=(await buttons(shop))["From 0772 240146"])
    ours = await payment_of(shop)
    for reference in (ours, UUID(int=4)):
        forged = {"status": "SUCCESSFUL", "amount": "1", "externalId": str(ours)}
        answer = await shop.http.request(method, f"/webhooks/momo/{reference}", json=forged)
        assert (answer.status_code, answer.content) == (200, b"")
    assert (await shop.http.request(method, "/webhooks/momo/x", content=b"x" * 10)).status_code == 422
    assert await shop.settle() == []
    assert await shop.one("select status from payments") == "pending"


async def test_after_24_hours_the_furthest_milestone_alone_waits_until_the_customer_writes(
    shop: ShopUnderTest,
) -> None:
    amina = Talk(shop, MTN)
    await paid(shop, amina)
    await shop.do("update conversations set last_message_at = now() - interval '25 hours'")
    assert [await reach(shop, each) for each in ("purchased", "at_hub", "in_transit")] == [[], [], []]

    await shop.hear(text("👍", "wamid.later", MTN))

    assert await shop.settle() == ["Order 1 is on its way to Uganda."]


async def test_who_hides_their_number_is_asked_for_it_when_they_pay_and_goes_on_when_they_share_it(
    shop: ShopUnderTest,
) -> None:
    okello = Talk(shop, (None, "UG.77"))
    (asked,) = await okello(press=await accepted(shop, okello))
    assert asked.startswith(f"*{PRICE}* for Q-1, with MTN Mobile Money. WhatsApp hides your number")
    assert shop.whatsapp.sent[-1].content.asks_for_number

    number = [{"origin": "contact_request", "phones": [{"phone": "+256772240146", "wa_id": "256772240146"}]}]
    await shop.hear(said("contacts", number, "wamid.shared", okello.sender))

    assert await shop.settle() == [
        f"Thank you, we have your number.\n\n*{PRICE}* for Q-1, with MTN Mobile Money. From which number?"
    ]
    assert "From 0772 240146" in await buttons(shop)


async def test_who_hides_their_number_is_not_asked_for_it_while_nothing_is_said_to_them(
    shop: ShopUnderTest,
) -> None:
    okello = Talk(shop, (None, "UG.77"))
    pay = await accepted(shop, okello)
    for _ in range(20):
        await okello(press="plan")
    assert await okello(press=pay) == []
    await shop.do("""
        update outbox set created_at = now() - interval '1 hour', attempted_at = now() - interval '1 hour'""")

    (asked,) = await okello(press=pay)
    assert "WhatsApp hides your number" in asked


async def test_who_keeps_it_hidden_is_not_asked_again_and_pays_from_a_number_that_they_write(
    shop: ShopUnderTest,
) -> None:
    okello = Talk(shop, (None, "UG.77"))
    pay = await accepted(shop, okello)
    await okello(press=pay)
    (again,) = await okello(press=pay)
    assert again.endswith("From which number?")

    (prompted,) = await okello("0772 123456")
    assert prompted.startswith(f"We asked 0772 123456 to pay {PRICE}.")
    shop.mtn.approve(await payment_of(shop))
    await shop.settle()

    (kept,) = await okello("address Plot 5, Kira Road")
    assert kept.endswith("You can change that until your parcel travels."), "asked once, for the payment"


async def test_whoever_delivers_needs_a_number_that_nobody_asked_for_yet(shop: ShopUnderTest) -> None:
    okello = Talk(shop, (None, "UG.77"))
    await accepted(shop, okello)

    (kept,) = await okello("address Plot 5, Kira Road")

    assert "So that whoever delivers can call you, share your number" in kept
    assert shop.whatsapp.sent[-1].content.asks_for_number
    number = [{"origin": "contact_request", "phones": [{"phone": "+256772240146", "wa_id": "256772240146"}]}]
    await shop.hear(said("contacts", number, "wamid.shared", okello.sender))
    assert await shop.settle() == ["Thank you, we have your number."]
