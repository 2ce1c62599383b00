"""A customer and the shop, from a link to an accepted price: what is said, and what the database holds."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from luminous import notices, quotes, subscriptions
from luminous.quotes import Basket, Goods, Standing
from luminous.simulator.elapsing import let_time_pass
from tests.shop import AMINA, KAMPALA, ShopUnderTest, pressed, said, text

OKELLO = ("256701234567", "UG.2")
SHOES = Basket((Goods("Nike Air Max 90", 1, 12999, "USD"),), 120_000, 60_000, 10_000)


async def buttons(shop: ShopUnderTest) -> dict[str, str]:
    """The buttons and rows of what was sent last: their ids by their titles."""
    content = shop.whatsapp.sent[-1].content
    return {each.title: each.id for each in (*content.buttons, *content.rows)}


class Talk:
    """One customer's side: each message has an id of its own."""

    def __init__(self, shop: ShopUnderTest, sender: tuple[str | None, str] = AMINA) -> None:
        self.shop, self.sender, self.number = shop, sender, 0

    async def __call__(
        self, words: str = "", *, press: str | None = None, kind: str | None = None
    ) -> list[str]:
        """Write, press, or send something else; returns what the shop answers."""
        self.number += 1
        wamid = f"wamid.{self.sender[1]}.{self.number}"
        message: dict[str, Any] = text(words, wamid, self.sender)
        if press is not None:
            message = pressed(press, wamid, self.sender)
        elif kind is not None:
            message = said(kind, {"id": "media.1", "caption": words}, wamid, self.sender)
        await self.shop.hear(message)
        return await self.shop.settle()


async def the_quotation(shop: ShopUnderTest) -> Standing:
    async with shop.database.transaction() as conn:
        found = await quotes.numbered(conn, await shop.one("select max(number) from quotations"))
    assert found
    return found


async def priced(shop: ShopUnderTest, basket: Basket = SHOES) -> list[str]:
    """Staff price the newest quotation and send it; returns what the customer reads."""
    quotation = await the_quotation(shop)
    async with shop.database.transaction() as conn:
        await quotes.set_rate(conn, "USD", Decimal("3712.5"), "Aisha")
        draft = await quotes.draft(conn, quotation.id, basket, by="Aisha")
        await notices.send_quotation(conn, KAMPALA, quotation.id, draft.version, by="Aisha")
    return await shop.settle()


async def test_from_a_link_to_an_accepted_price(shop: ShopUnderTest) -> None:
    amina = Talk(shop)

    (welcome,) = await amina("https://shop.example/shoes size 42")
    assert "welcome to Pearl Shopping" in welcome
    assert "Noted for your request Q-1." in welcome
    assert await buttons(shop) == {"That is all": "done"}
    assert await amina("and a kettle") == [], "a moment later nothing is said twice"
    (complete,) = await amina(press="done")
    assert "Q-1 (2 things) is with our shoppers" in complete

    (offer,) = await priced(shop)
    assert "*Q-1*" in offer
    assert "*744,976 UGX*, everything included" in offer
    attachment = shop.whatsapp.sent[-1].content.attachment
    assert attachment
    assert (attachment.source, attachment.filename) == ("quotation", "Quotation Q-1-1.pdf")
    assert (await quotes.pdf(shop.database.transaction, attachment.id)).startswith(b"%PDF-")

    assert (await the_quotation(shop)).title == "Nike Air Max 90"
    accept = (await buttons(shop))["Accept"]
    (accepted,) = await amina(press=accept)
    assert "The price of *744,976 UGX* is locked" in accepted
    assert "00:00" not in accepted, "a day ends at 23:59"
    (again,) = await amina(press=accept)
    assert "Q-1 is accepted already" in again
    assert await shop.rows("select status, amount, currency from orders") == [
        ("awaiting_payment", 744976, "UGX")
    ]
    assert await shop.one("select pay_until >= now() + interval '59 minutes' from orders")


async def test_an_old_button_says_that_it_was_replaced_and_brings_the_new_ones(shop: ShopUnderTest) -> None:
    amina = Talk(shop)
    await amina("https://shop.example/shoes")
    await amina(press="done")
    await priced(shop)
    old = await buttons(shop)
    await priced(shop, Basket(SHOES.goods, 90_000, 60_000, 10_000))
    new = await buttons(shop)

    (replaced,) = await amina(press=old["Accept"])
    assert "was replaced by a newer quotation" in replaced
    assert await buttons(shop) == new
    assert await shop.one("select count(*) from orders") == 0
    (declined,) = await amina(press=new["Decline"])
    assert "Q-1 is declined" in declined
    (late,) = await amina(press=new["Accept"])
    assert "cannot be decided on any more: it is declined" in late


async def test_at_the_limit_they_hear_how_many_are_open_which_and_what_an_upgrade_gives(
    shop: ShopUnderTest,
) -> None:
    amina = Talk(shop)
    await amina("https://shop.example/shoes size 42")
    await amina(press="done")

    (refused,) = await amina("https://shop.example/kettle")

    assert refused.splitlines() == [
        "You have 1 open quotation and your plan Guest User allows 1 at a time, so this was not added:",
        "",
        "• Q-1: size 42 (with our shoppers)",
        "",
        "With Standard you can have 5 open quotations and the service fee is 9 %. "
        "Or first pay for, decide on or withdraw one of these.",
    ]
    assert "See plans" in await buttons(shop)
    assert await shop.one("select count(*) from quotations") == 1
    (shown,) = await amina("my quotations")
    assert "1 open quotation, 1 at a time" in shown
    (one,) = await amina(press=(await buttons(shop))["Q-1"])
    assert "with our shoppers" in one
    (withdrawn,) = await amina(press=(await buttons(shop))["Withdraw"])
    assert "Q-1 is withdrawn" in withdrawn
    (noted,) = await amina("https://shop.example/kettle")
    assert "Q-2" in noted


@pytest.mark.parametrize(
    ("kind", "words", "item"),
    [
        ("image", "in red", ("picture", None, "in red")),
        ("audio", "", ("recording", None, "")),
        ("document", "", ("document", None, "")),
        ("text", "two blue kettles", ("words", None, "two blue kettles")),
        ("text", "look: www.jumia.ug/x.", ("link", "https://www.jumia.ug/x", "look")),
    ],
)
async def test_whatever_they_send_becomes_what_they_ask_for(
    shop: ShopUnderTest, kind: str, words: str, item: tuple[str, str | None, str]
) -> None:
    amina = Talk(shop)
    await amina("Hello")
    await amina(words, kind=None if kind == "text" else kind)

    assert await shop.rows("select kind, url, words from quotation_items") == [item]


async def test_a_question_of_staff_is_answered_by_what_they_write_next(shop: ShopUnderTest) -> None:
    amina = Talk(shop)
    await amina("https://shop.example/shoes")
    await amina(press="done")
    quotation = await the_quotation(shop)
    async with shop.database.transaction() as conn:
        await notices.ask_customer(conn, KAMPALA, quotation.id, by="Aisha", question="Which size?")
    assert await shop.settle() == ["About your request Q-1: Which size?"]

    (thanks,) = await amina("42, and wide please")

    assert "Q-1 goes on with what you sent" in thanks
    assert (await the_quotation(shop)).status == "requested"
    assert (await the_quotation(shop)).items == 2


async def test_asking_about_a_quotation_brings_a_person_and_its_buttons_go_on_working(
    shop: ShopUnderTest,
) -> None:
    amina = Talk(shop)
    await amina("https://shop.example/shoes")
    await amina(press="done")
    await priced(shop)
    offered = await buttons(shop)

    (asked,) = await amina(press=offered["Ask about it"])
    assert "question about Q-1" in asked
    assert await shop.one("select handover_reason from conversations") == "asks about Q-1"
    assert await amina("Is it original?") == [], "a person answers"
    (accepted,) = await amina(press=offered["Accept"])
    assert "is locked" in accepted


async def test_without_buttons_a_decision_names_its_version(shop: ShopUnderTest) -> None:
    amina = Talk(shop)
    await amina("https://shop.example/shoes")
    await amina(press="done")
    await priced(shop)

    (shown,) = await amina("accept")
    assert "write *accept Q-1-1*" in shown
    assert await shop.one("select count(*) from orders") == 0
    assert "is locked" in (await amina("Accept Q-1-1"))[0]
    okello = Talk(shop, OKELLO)
    assert "We do not know this quotation" in (await okello("accept Q-1-1"))[-1]


async def test_whatever_they_answer_later_brings_the_quotation_that_waits(shop: ShopUnderTest) -> None:
    amina = Talk(shop)
    await amina("https://shop.example/shoes")
    await amina(press="done")
    await priced(shop)
    offered = await buttons(shop)
    await shop.do("update conversations set greeted_at = now() - interval '1 hour'")

    (shown,) = await amina("ok")

    assert "Good to see you again Amina" in shown
    assert "*Q-1*" in shown
    assert await buttons(shop) == offered
    assert await amina("thank you") == []


async def test_three_days_of_standing_still_end_in_one_notice_each_when_they_write_again(
    shop: ShopUnderTest,
) -> None:
    """The clock moves while everything is off; WhatsApp's 24 hours are over when it is on again."""
    amina = Talk(shop)
    await shop.do("delete from closed_days")
    await shop.do(
        "insert into opening_hours values (7, '09:00', '17:00')"
    )  # else Friday is valid till Monday
    await amina("https://shop.example/shoes")
    await amina(press="done")
    await priced(shop)
    offered = await buttons(shop)
    await buys(shop, "plus")
    await shop.do("update subscriptions set end_date = now() + interval '2 days' where status = 'active'")
    async with shop.database.transaction() as conn:
        await let_time_pass(conn, timedelta(days=3))

    for _ in range(3):
        await shop.tidy()
    assert await shop.settle() == [], "nobody may be written to now"
    ended, ran_out, _ = await amina("Hello")
    assert "Your plan Plus" in ended
    assert "Q-1" in ran_out
    await shop.tidy()
    assert await shop.settle() == []

    assert await shop.rows("select plan_code, status from subscriptions order by start_date, status") == [
        ("guest", "superseded"),
        ("plus", "expired"),
        ("guest", "active"),
    ]
    assert await shop.one(
        "select guest.start_date = plus.end_date from subscriptions guest, subscriptions plus"
        " where guest.status = 'active' and plus.status = 'expired'"
    )
    (late,) = await amina(press=offered["Accept"])
    assert "has run out" in late
    (again,) = await amina(press=(await buttons(shop))["Ask again"])
    assert "Q-2 (1 thing) is with our shoppers" in again


async def test_who_pays_for_standard_is_charged_9_percent_in_the_next_quotation(shop: ShopUnderTest) -> None:
    amina = Talk(shop)
    await amina("Hello")
    (plans,) = await amina("upgrade")
    assert "*Standard*: 29,900 UGX for 30 days. Service fee 9 %, 3 % off shipping" in plans
    (chosen,) = await amina(press="plan:buy:standard")
    assert "*Standard* for 29,900 UGX" in chosen
    (confirmed,) = await buys(shop, "standard")
    assert "Standard is active until" in confirmed

    await amina("https://shop.example/shoes")
    await amina(press="done")
    await priced(shop)
    lines = dict(await shop.rows("select kind, amount from quotation_lines"))
    assert lines["service_fee"] + lines["service_fee_discount"] == 43433  # 9 % of 482,588
    (plan,) = await amina("my plan")
    assert plan.startswith("*Standard* · 29,900 UGX")
    assert "ends on" in (await amina(press="plan:cancel_plan"))[0]
    assert "goes on" in (await amina(press="plan:keep_plan"))[0]


async def buys(shop: ShopUnderTest, plan: str) -> list[str]:
    """The plan is chosen and paid, as a payment does it; returns what the customer reads."""
    customer_id: UUID = await shop.one("select id from customers")
    async with shop.database.transaction() as conn:
        chosen = await subscriptions.choose(conn, customer_id, plan)
        payment_id: UUID = (await (await conn.execute("select gen_random_uuid()")).fetchall())[0][0]
        bought = await subscriptions.activate(conn, chosen.id, payment_id=payment_id, by="momo")
        assert bought
        await notices.tell_plan_confirmed(conn, KAMPALA, bought)
    return await shop.settle()
