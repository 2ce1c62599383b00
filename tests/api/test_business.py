"""Quotations, orders, payments and links: what programs do there, the database and WhatsApp see."""

from uuid import UUID, uuid4

from luminous import accounts
from luminous.accounts import Site
from tests.api.conftest import Program, problem
from tests.api.selling import PRICE, accepted, requested, sent
from tests.shop import ShopUnderTest, text


async def test_staff_price_and_send_what_waits_and_whatsapp_brings_it(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    quotation = await requested(shop, amina)
    queue = (await program.get("/quotations", params={"status": "requested"})).json()["items"]
    assert [(each["id"], each["display_name"]) for each in queue] == [(quotation, "Amina")]

    draft = (await program.post(f"/quotations/{quotation}/price", PRICE)).json()
    assert draft["total"] == sum(line["amount"] for line in draft["lines"])
    stale = await program.post(f"/quotations/{quotation}/send", {"version": 2})
    assert problem(stale)[0] == 409
    shown = (await program.post(f"/quotations/{quotation}/send", {"version": 1})).json()

    assert (shown["status"], shown["total"]) == ("sent", draft["total"])
    (said,) = await shop.settle()
    assert f"{draft['total']:,}" in said
    assert await shop.one("select sent_by from quotation_versions") == "api: test"
    whole = (await program.get(f"/quotations/{quotation}")).json()
    assert [wish["words"] for wish in whole["wishes"]] == ["size 42"]
    assert whole["lines"] == draft["lines"]


async def test_a_customer_accepts_once_and_the_money_that_staff_saw_pays_the_order(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    order = await accepted(shop, program, amina)
    again = (
        await program.post(
            f"/quotations/{order['quotation']['id']}/accept", {"version": 1, "customer_id": str(amina)}
        )
    ).json()
    assert (order["is_first"], again["is_first"], again["order_id"]) == (True, False, order["order_id"])

    short = {"amount": order["amount"] - 1, "method": "bank", "reference": "BANK-1"}
    assert (await program.post(f"/orders/{order['order_id']}/confirm", short)).json()["is_paid"] is False
    exact = {"amount": order["amount"], "method": "bank", "reference": "BANK-2"}
    paid = (await program.post(f"/orders/{order['order_id']}/confirm", exact, key="once")).json()
    assert (paid["is_paid"], paid["receipt_number"]) == (True, 1)
    assert (await program.post(f"/orders/{order['order_id']}/confirm", exact, key="once")).json() == paid
    twice = await program.post(f"/orders/{order['order_id']}/confirm", exact)
    assert (problem(twice)[0], "counted before" in twice.json()["detail"]) == (409, True)

    listed = (await program.get(f"/orders/{order['order_id']}/payments")).json()["items"]
    assert {each["status"] for each in listed} == {"succeeded", "needs_review"}
    one = (await program.get(f"/payments/{listed[0]['id']}")).json()
    assert one == listed[0]


async def test_a_paid_order_goes_its_way(shop: ShopUnderTest, program: Program, amina: UUID) -> None:
    order = (await accepted(shop, program, amina))["order_id"]
    early = await program.post(f"/orders/{order}/milestones", {"milestone": "purchased"})
    assert problem(early)[0] == 409
    await shop.do("update orders set status = 'paid', number = 1, paid_at = now()")

    moved = (await program.post(f"/orders/{order}/milestones", {"milestone": "in_transit"})).json()
    late = {"milestone": "purchased", "reached_at": "2026-11-01T08:00:00+03:00"}
    after = (await program.post(f"/orders/{order}/milestones", late)).json()

    assert (moved["status"], moved["milestone"]) == ("in_transit", "in_transit")
    assert (after["status"], after["milestone"]) == ("in_transit", "in_transit")
    assert "purchased" in [each["milestone"] for each in after["milestones"]]
    (listed,) = (await program.get(f"/customers/{amina}/orders")).json()["items"]
    assert listed["id"] == order


async def test_nobody_decides_on_what_is_somebody_elses(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    quotation = await sent(shop, program, amina)
    await shop.hear(text("Hello", "wamid.2", ("256700123456", "UG.777")), name="Brenda")
    brenda = await shop.one("select id from customers where id <> %s", amina)

    for act in ("accept", "decline"):
        for customer in (brenda, uuid4()):
            decision = {"version": 1, "customer_id": str(customer)}
            assert problem(await program.post(f"/quotations/{quotation}/{act}", decision))[0] == 404
    assert await shop.one("select status from quotations") == "sent"


async def test_what_was_replaced_or_declined_is_refused_with_a_sentence(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    quotation = await sent(shop, program, amina)
    await program.post(f"/quotations/{quotation}/price", {**PRICE, "shipping": 50000})
    decision = {"version": 1, "customer_id": str(amina)}
    revised = problem(await program.post(f"/quotations/{quotation}/accept", decision))
    assert revised == (409, "The shop is making a new price: wait for it.")
    await program.post(f"/quotations/{quotation}/send", {"version": 2})
    replaced = problem(await program.post(f"/quotations/{quotation}/accept", decision))
    assert replaced == (409, "A newer version counts by now: show that one.")

    declined = {"version": 2, "customer_id": str(amina), "reason": "Too \x00dear"}
    assert (await program.post(f"/quotations/{quotation}/decline", declined)).json()["status"] == "declined"
    over = problem(await program.post(f"/quotations/{quotation}/accept", {**decision, "version": 2}))
    assert over == (409, "This quotation has ended: it is declined.")
    assert await shop.one("select reason from quotations") == "Too dear"


async def test_a_price_that_makes_no_sense_says_why(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    quotation = await requested(shop, amina)
    goods = {**PRICE["goods"][0], "unit_price": 10**12, "quantity": 100_000}
    assert (
        problem(await program.post(f"/quotations/{quotation}/price", {**PRICE, "goods": [goods]}))[0] == 422
    )
    goods = {**PRICE["goods"][0], "currency": "XYZ"}
    assert (
        problem(await program.post(f"/quotations/{quotation}/price", {**PRICE, "goods": [goods]}))[0] == 422
    )


async def test_quotations_are_paged(shop: ShopUnderTest, program: Program, amina: UUID) -> None:
    for _ in range(3):
        quotation = await sent(shop, program, amina)
        decision = {"version": 1, "customer_id": str(amina)}
        await program.post(f"/quotations/{quotation}/decline", decision)

    first = (await program.get(f"/customers/{amina}/quotations", params={"limit": 2})).json()
    params = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await program.get(f"/customers/{amina}/quotations", params=params)).json()

    assert [each["number"] for each in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next_cursor"] is None


async def test_a_link_is_looked_at_as_often_as_wanted_and_lets_in_once(
    shop: ShopUnderTest, program: Program, amina: UUID
) -> None:
    async with shop.database.transaction() as conn:
        made = await accounts.make_sign_in_link(conn, Site("https://shop.example", "secret"), amina)
    assert made is not None
    link = {"token": made.token}

    for _ in range(3):
        peeked = (await program.post("/links/peek", link)).json()
        assert peeked == {"masked_name": "A…a", "masked_phone_number": "… 0146"}
    redeemed = (await program.post("/links/redeem", link)).json()

    assert redeemed["customer_id"] == str(amina)
    assert redeemed["profile_id"] == str(await shop.one("select profile_id from customers"))
    for path in ("/links/peek", "/links/redeem"):
        status, detail = problem(await program.post(path, link))
        assert (status, "Ask for a new one on WhatsApp" in detail) == (404, True)
