"""Paying on the website: each page says how far it is, and shows no form that would be refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from luminous import notices, quotes
from tests.quotes.making import sent
from tests.shop import KAMPALA

from .visiting import ShopOnline, signed_in, text_of

PHONE = "0782 240 146"


async def test_an_order_is_paid_after_a_refusal_and_followed_to_the_door(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    hers = await shop.one("select id from customers")
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        offer = await sent(conn, hers)
    order = (await browser.press(f"/account/quotations/{offer.id}/accept", version="1")).headers["location"]
    order = order.split("?")[0]

    asked = await browser.follow(f"{order}/pay", phone=PHONE)
    assert "Approve it on your phone" in asked.text
    await shop.settle()
    shop.mtn.end(shop.mtn.prompts[0])
    await shop.settle()
    refused = await browser.get(order)
    assert "That was not paid: it was refused on the phone." in text_of(refused)
    await browser.press(f"{order}/pay", phone=PHONE)
    await shop.settle()
    shop.mtn.approve(shop.mtn.prompts[1])
    await shop.settle()

    listed = await browser.get("/account/payments")
    assert listed.text.count("/receipt") == 1, "what was not paid has no receipt"
    assert "it was refused on the phone" in listed.text
    assert "Say where" in text_of(await browser.get("/account"))
    paid = await browser.get(order)
    assert "Keep it for this order" in paid.text
    long = await browser.press(f"{order}/address", address="a " * 251)
    assert (long.status_code, "at most 500 characters" in text_of(long)) == (409, True)
    assert await shop.one("select delivery_address from orders") is None
    async with shop.database.transaction() as conn:
        await notices.reach_milestone(conn, KAMPALA, _id(order), "customs", by="Aisha", at=None)
    travels = await browser.get(order)
    assert "Keep it for this order" not in travels.text, "the address does not change any more"
    assert "Say where" not in text_of(await browser.get("/account"))
    assert travels.text.count("(not yet)") == 2, "what was passed by is not still to come"


async def test_a_complaint_on_the_website_brings_a_person(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    hers = await shop.one("select id from customers")
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        offer = await sent(conn, hers)
    order = (await browser.press(f"/account/quotations/{offer.id}/accept", version="1")).headers["location"]
    order = order.split("?")[0]
    early = await browser.follow(f"{order}/complain", reason="It is broken")
    assert "That could not be taken" in text_of(early)
    assert await shop.one("select handover_reason from conversations") is None
    await shop.do("update orders set status = 'paid', number = 1, paid_at = now()")
    await shop.do("update orders set status = 'delivered', delivered_at = now()")

    taken = await browser.follow(f"{order}/complain", reason="It is broken")

    assert "A person looks at it" in text_of(taken)
    assert await shop.one("select handover_reason from conversations") == "complains about order 1"


async def test_a_plan_under_way_is_not_asked_for_again(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/plan/choose", code="plus")
    asked = await browser.follow("/account/plan/pay", phone=PHONE)
    assert "Approve it on your phone" in asked.text
    assert "/account/plan/pay" not in asked.text
    await shop.settle()
    shop.mtn.end(shop.mtn.prompts[0], "expired")
    await shop.settle()

    again = await browser.get("/account/plan")
    assert "That was not paid: nobody approved it in time." in text_of(again)
    assert 'action="/account/plan/pay"' in again.text


async def test_a_shop_without_mobile_money_asks_no_phone(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/plan/choose", code="plus")
    shop.app.state.website = replace(shop.app.state.website, has_momo=False)

    assert "Pay on WhatsApp" in (await browser.get("/account/plan")).text
    assert (await browser.press("/account/plan/pay", phone=PHONE)).status_code == 409
    assert await shop.one("select count(*) from payments") == 0


async def test_who_has_paid_and_waits_for_a_person_is_not_offered_to_pay_again(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/plan/choose", code="plus")
    await browser.press("/account/plan/pay", phone=PHONE)
    await shop.settle()
    shop.mtn.approve(shop.mtn.prompts[0], amount=1)
    await shop.settle()

    plan = await browser.get("/account/plan")
    assert "A person looks at your payment" in text_of(plan)
    assert "/account/plan/pay" not in plan.text
    assert "Pay for your plan" not in (await browser.get("/account")).text
    again = await browser.press("/account/plan/pay", phone=PHONE)
    assert (again.status_code, len(shop.mtn.prompts)) == (409, 1)
    assert "A person looks at your payment for it" in text_of(again)


async def test_a_number_without_mobile_money_is_not_asked(shop: ShopOnline) -> None:
    browser = await signed_in(shop)
    await browser.press("/account/plan/choose", code="plus")

    refused = await browser.press("/account/plan/pay", phone="0702 240 146")

    assert refused.status_code == 409
    assert "a number of Airtel, and only an MTN number can be asked" in text_of(refused)
    assert await shop.one("select count(*) from payments") == 0


async def test_what_was_typed_stays_and_every_other_trouble_leads_back(shop_for_all: ShopOnline) -> None:
    browser = shop_for_all.browser()
    wrong = await browser.press("/account/sign-up", name='Kato "K"', phone="12", email="k@example.com")
    assert wrong.status_code == 422
    assert 'value="Kato &#34;K&#34;"' in wrong.text
    assert 'role="alert"' in wrong.text

    headers = {"Sec-Fetch-Site": "same-origin"}
    for referer, leads in (
        ("https://shop.example/account/sign-in", 'href="https://shop.example/account/sign-in">Back'),
        ("https://evil.example/account/sign-in", "To the front page"),
        ("http://[", "To the front page"),
        ("https://shop.example//evil.example/", 'href="https://shop.example//evil.example/">Back'),
    ):
        answer = await browser.http.post(
            "/account/sign-in", data={"email": "a@b"}, headers={**headers, "Referer": referer}
        )
        assert leads in answer.text


def _id(order: str) -> Any:
    return order.rsplit("/", 1)[1]
