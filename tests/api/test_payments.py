"""Paying through the API: whoever was let in pays by mobile money, and hears what became of it."""

from typing import Any
from uuid import UUID

from luminous import orders
from luminous.db import Database
from tests.api.conftest import Program, problem, program_of
from tests.api.selling import accepted, sent
from tests.shop import ShopUnderTest, text


def wish(customer: UUID, phone: str = "0782 240 146") -> dict[str, Any]:
    return {"customer_id": str(customer), "phone_number": phone}


async def test_an_order_is_paid_on_the_phone_and_the_payment_says_so(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    order = (await accepted(shop, program, amina))["order_id"]

    asked = (await program.post(f"/orders/{order}/pay", wish(amina), key="one press")).json()
    again = (await program.post(f"/orders/{order}/pay", wish(amina), key="one press")).json()
    other = (await program.post(f"/orders/{order}/pay", wish(amina, "0772 000 002"))).json()

    assert again == asked
    assert (asked["is_first"], other["is_first"]) == (True, False)
    assert other["payment"]["id"] == asked["payment"]["id"], "while one is under way, nobody is asked twice"
    assert (asked["payment"]["payer"], asked["payment"]["status"]) == ("+256782240146", "created")
    await shop.settle()
    assert len(shop.mtn.prompts) == 1
    shop.mtn.approve(shop.mtn.prompts[0])
    await shop.settle()
    payment = (await program.get(f"/payments/{asked['payment']['id']}")).json()
    assert (payment["status"], payment["order_id"]) == ("succeeded", order)
    assert (await program.get(f"/orders/{order}")).json()["status"] == "paid"
    twice = problem(await program.post(f"/orders/{order}/pay", wish(amina)))
    assert twice == (409, "That order is paid already.")


async def test_a_plan_is_chosen_paid_cancelled_and_kept(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    plan = f"/customers/{amina}/plan"
    phone = {"phone_number": "+256782240146"}
    assert problem(await program.post(f"{plan}/pay", phone))[0] == 409
    assert problem(await program.post(plan, {"code": "platinum"}))[0] == 409

    chosen = (await program.post(plan, {"code": "plus"})).json()
    asked = (await program.post(f"{plan}/pay", phone)).json()
    assert (chosen["plan_name"], chosen["amount"]) == ("Plus", asked["payment"]["amount"])
    await shop.settle()
    shop.mtn.approve(shop.mtn.prompts[0])
    await shop.settle()

    cancelled = (await program.call("POST", f"{plan}/cancel")).json()
    kept = (await program.call("POST", f"{plan}/keep")).json()
    assert [(each["plan_code"], each["is_ending"]) for each in (cancelled, kept)] == [
        ("plus", True),
        ("plus", False),
    ]
    assert problem(await program.call("POST", f"{plan}/keep")) == (409, "Nothing was cancelled.")
    whose = (
        "select distinct changed_by from subscription_events where became in ('active', 'cancel_scheduled')"
    )
    assert await shop.rows(f"{whose} and was <> 'pending_payment'") == [("api: test",)]


async def test_a_chosen_plan_is_read_and_given_up_as_often_as_asked(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    plan = f"/customers/{amina}/plan"
    assert problem(await program.get(f"{plan}/chosen")) == (404, "No plan waits for its payment.")
    chosen = (await program.post(plan, {"code": "plus"})).json()
    assert (await program.get(f"{plan}/chosen")).json() == chosen

    assert (
        await shop.one("select changed_by from subscriptions where status = 'pending_payment'") == "api: test"
    )
    given_up = [await program.call("DELETE", f"{plan}/chosen") for _ in range(2)]

    assert [each.json()["plan_code"] for each in given_up] == ["guest", "guest"]
    assert (await program.get(f"{plan}/chosen")).status_code == 404
    assert await shop.rows("select became, changed_by from subscription_events") == [
        ("abandoned", "api: test")
    ]


async def test_a_payment_says_what_for_and_why_it_failed(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    order = await accepted(shop, program, amina)
    asked = (await program.post(f"/orders/{order['order_id']}/pay", wish(amina))).json()["payment"]
    assert (asked["pays_for"], asked["reason"]) == (f"Q-{order['quotation']['number']}", None)
    await shop.settle()
    shop.mtn.end(shop.mtn.prompts[0])
    await shop.settle()

    failed = (await program.get(f"/payments/{asked['id']}")).json()
    assert (failed["status"], failed["reason"]) == ("failed", "refused")


async def test_every_payment_of_a_customer_is_listed_page_by_page(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    order = await accepted(shop, program, amina)
    for number in range(3):
        money = {"amount": order["amount"] - 1, "method": "bank", "reference": f"BANK-{number}"}
        await program.post(f"/orders/{order['order_id']}/confirm", money)

    first = (await program.get(f"/customers/{amina}/payments", params={"limit": 2})).json()
    params = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await program.get(f"/customers/{amina}/payments", params=params)).json()

    listed = first["items"] + second["items"]
    assert len({each["id"] for each in listed}) == 3
    assert listed == sorted(listed, key=lambda each: each["created_at"], reverse=True)
    assert second["next_cursor"] is None


async def test_what_a_customer_says_of_their_order(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    order = (await accepted(shop, program, amina))["order_id"]
    said = {"customer_id": str(amina)}
    place = {**said, "address": "Plot 7, Kira Road"}
    assert (await program.post(f"/orders/{order}/address", place)).json()["delivery_address"] == place[
        "address"
    ]
    assert await shop.one("select changed_by from orders") == "api: test"
    long = {**place, "address": "a" * (orders.LONGEST_ADDRESS + 1)}
    assert problem(await program.post(f"/orders/{order}/address", long))[0] == 422
    assert problem(await program.post(f"/orders/{order}/rating", {**said, "rating": 5}))[0] == 409
    assert problem(await program.post(f"/orders/{order}/complaint", {**said, "reason": "broken"}))[0] == 409

    await shop.do("update orders set status = 'paid', number = 1, paid_at = now()")
    for milestone in ("in_transit", "delivered"):
        await program.post(f"/orders/{order}/milestones", {"milestone": milestone})

    assert problem(await program.post(f"/orders/{order}/address", {**place, "address": "Plot 8"}))[0] == 409
    assert (await program.post(f"/orders/{order}/rating", {**said, "rating": 2})).json()["rating"] == 2
    assert await shop.one("select handover_reason from conversations") == "rates order 1 with 2 of 5"
    await shop.do("update conversations set handed_over_at = null, handover_reason = null")
    complained = (await program.post(f"/orders/{order}/complaint", {**said, "reason": "broken"})).json()
    assert complained["status"] == "disputed"
    whose = "select changed_by, cause from order_events where became = 'disputed'"
    assert await shop.rows(whose) == [("customer", "api: test")]
    assert await shop.one("select handover_reason from conversations") == "complains about order 1"


async def test_what_is_not_wanted_any_more_is_withdrawn(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    said = {"customer_id": str(amina)}
    quotation = await sent(shop, program, amina)
    for _ in range(2):
        answer = await program.post(f"/quotations/{quotation}/withdraw", said)
        assert answer.json()["status"] == "withdrawn"

    bought = (await accepted(shop, program, amina))["quotation"]["id"]
    assert problem(await program.post(f"/quotations/{bought}/withdraw", said))[0] == 409


async def test_nobody_pays_rates_or_moves_what_is_somebody_elses(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    order = await accepted(shop, program, amina)
    await shop.hear(text("Hello", "wamid.2", ("256700123456", "UG.777")), name="Brenda")
    brenda = await shop.one("select id from customers where id <> %s", amina)
    acts = {
        f"/orders/{order['order_id']}/pay": {"phone_number": "0700 123 456"},
        f"/orders/{order['order_id']}/address": {"address": "Plot 8"},
        f"/orders/{order['order_id']}/rating": {"rating": 1},
        f"/orders/{order['order_id']}/complaint": {"reason": "mine"},
        f"/quotations/{order['quotation']['id']}/withdraw": {},
    }
    before = await shop.rows(
        "select orders::text from orders union all select quotations::text from quotations"
    )

    for path, body in acts.items():
        assert problem(await program.post(path, {**body, "customer_id": str(brenda)}))[0] == 404, path

    after = await shop.rows(
        "select orders::text from orders union all select quotations::text from quotations"
    )
    assert (after, await shop.one("select count(*) from payments")) == (before, 0)


async def test_a_shop_without_mobile_money_and_what_is_no_number_are_told(
    shop: ShopUnderTest, program: Program, database: Database, amina: UUID
) -> None:
    order = (await accepted(shop, program, amina))["order_id"]
    assert problem(await program.post(f"/orders/{order}/pay", wish(amina, "12")))[0] == 422

    without = await program_of(ShopUnderTest(database))
    status, detail = problem(await without.post(f"/orders/{order}/pay", wish(amina)))
    assert (status, "no mobile money" in detail) == (409, True)
    await without.post(f"/customers/{amina}/plan", {"code": "plus"})
    phone = {"phone_number": "0782 240 146"}
    status, detail = problem(await without.post(f"/customers/{amina}/plan/pay", phone))
    assert (status, "luminous payments confirm-plan" in detail, "/orders" in detail) == (409, True, False)
