"""`luminous orders` and `luminous payments` as staff type them."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from luminous import payments, subscriptions
from luminous.db import Connection
from luminous.orders import complain
from tests.database.merging import WROTE
from tests.payments.making import PAYER, Mtn, an_order, beginning, work_off

from .conftest import Terminal

PRICE = "744,976"


@pytest.fixture
def orders(terminal: Terminal) -> Terminal:
    return replace(terminal, group="orders")


@pytest.fixture
def paying(terminal: Terminal) -> Terminal:
    return replace(terminal, group="payments")


@pytest.fixture
async def order(committing: Connection) -> tuple[UUID, UUID]:
    """A customer who wrote, and an accepted order of theirs."""
    customer_id, order_id, _ = await an_order(committing, "guest")
    await WROTE.run(committing, id=customer_id)
    return customer_id, order_id


async def test_an_order_goes_from_a_confirmed_transfer_to_the_door(
    orders: Terminal,
    paying: Terminal,
    order: tuple[UUID, UUID],
    committing: Connection,
    tmp_path: Path,
) -> None:
    listed = await orders.type("list")
    assert "Q-1" in listed.out
    assert max(len(line) for line in listed.out.splitlines()) <= 80
    assert (await orders.type("milestone", "Q-1", "purchased")).code == 1
    assert (await orders.type("receipt", "Q-1", "r.pdf")).code == 1

    by_bank = ("--method", "bank", "--reference", "FT 1", "--by", "Aisha")
    paid = await paying.type("confirm", "Q-1", PRICE, *by_bank)
    assert "It is order 1." in paid.says
    assert "counted before" in (await paying.type("confirm", "Q-1", PRICE, *by_bank)).says

    assert (await orders.type("address", "1", "Plot 5, Ntinda")).code == 0
    told = await orders.type("milestone", "1", "purchased", "--at", "2026-11-20 10:00")
    assert "Order 1 is purchased: the customer is told." in told.says
    assert "nobody is told" in (await orders.type("milestone", "1", "purchased")).says
    assert (await orders.type("milestone", "1", "customs")).code == 0
    assert (await orders.type("trouble", "1", "detained", "papers")).code == 0
    assert (await orders.type("milestone", "1", "delivered")).code == 0
    late = await orders.type("address", "1", "Gulu")
    assert (late.code, "until the parcel travels" in late.says) == (1, True)
    assert (await orders.type("receipt", "1", "r.pdf")).code == 0
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")

    shown = await orders.type("show", "1")
    for words in ("Order 1", "Plot 5, Ntinda", "purchased", "bank", "20 Nov 2026 10:00", "delivered"):
        assert words in shown.says
    everything = json.loads((await orders.type("show", "1", "--json")).out)
    assert everything["order"]["status"] == "delivered"
    record = await orders.type("show", str(order[0]), group="customers")
    assert "Q-1 accepted 744,976 UGX Nike Air Max 90, size 42 Orders 1 delivered 744,976 UGX" in record.says
    assert "succeeded 744,976 UGX Q-1" in record.says
    as_json = (await orders.type("show", str(order[0]), "--json", group="customers")).json
    assert [len(as_json[part]) for part in ("quotations", "orders", "payments")] == [1, 1, 1]
    assert [each["milestone"] for each in everything["milestones"]][-1] == "delivered"
    assert (await orders.type("cancel", "1", "too late")).code == 1
    assert "by itself after 72 hours" in (await orders.type("close", "1", "all is well")).says
    await complain(committing, UUID(everything["order"]["id"]), "a scratch", customer_id=order[0])
    assert "Order 1 is closed." in (await orders.type("close", "1", "a discount next time")).says


async def test_a_cancelled_order_is_paid_back_and_both_are_said(
    orders: Terminal, paying: Terminal, order: tuple[UUID, UUID], committing: Connection
) -> None:
    await paying.type("confirm", "Q-1", PRICE, "--method", "cash", "--reference", "C1")
    cancelled = await orders.type("cancel", "1", "It is sold out.", "--by", "Aisha")
    assert "luminous orders refund 1 744976" in cancelled.says
    waiting = await paying.type("list", "--review")
    assert "refund due" in waiting.says
    assert max(len(line) for line in waiting.out.splitlines()) <= 80
    too_much = await orders.type("refund", "1", "800,000", "--reference", "R1")
    assert (too_much.code, "744,976 UGX" in too_much.says) == (1, True)
    assert (await orders.type("refund", "1", PRICE, "--reference", "R1")).code == 0
    assert json.loads((await orders.type("show", "1", "--json")).out)["order"]["status"] == "refunded"
    rows = await (await committing.execute("select content->>'text' from outbox order by id")).fetchall()
    assert [row[0][:24] for row in rows][-2:] == ["We have to cancel order ", "We paid 744,976 UGX for "]
    assert "Reference: R1" in rows[-1][0]


async def test_money_that_goes_back_after_the_delivery_leaves_the_order_delivered_and_says_so(
    orders: Terminal, paying: Terminal, order: tuple[UUID, UUID]
) -> None:
    await paying.type("confirm", "Q-1", PRICE, "--method", "cash", "--reference", "C1")
    await orders.type("milestone", "1", "delivered")

    refund = await orders.type("refund", "1", PRICE, "--reference", "R1")

    assert "Order 1 is delivered." in refund.says


async def test_of_two_payments_staff_name_the_one_that_went_back(
    orders: Terminal, paying: Terminal, order: tuple[UUID, UUID], committing: Connection
) -> None:
    for reference in ("C1", "C2"):
        await paying.type("confirm", "Q-1", PRICE, "--method", "cash", "--reference", reference)
    twice, counted = await payments.of_order(committing, order[1])
    await paying.type("review", twice.name, "owe-back")
    await orders.type("cancel", "1", "It is sold out.")

    unclear = await orders.type("refund", "1", PRICE, "--reference", "R1")

    assert (unclear.code, "`luminous payments refund <id>`" in unclear.says) == (1, True)
    assert f"{counted.name} (cash, refund due), {twice.name} (cash, refund due" in unclear.says
    assert (await paying.type("refund", twice.name, PRICE, "--reference", "R1")).code == 0
    assert (await orders.type("refund", "1", PRICE, "--reference", "R2")).code == 0, "one is left"
    assert json.loads((await orders.type("show", "1", "--json")).out)["order"]["status"] == "refunded"


async def test_a_plan_that_was_chosen_is_paid_by_hand(
    paying: Terminal, order: tuple[UUID, UUID], committing: Connection
) -> None:
    customer_id, _ = order
    by_bank = ("--method", "bank", "--reference", "FT 9", "--by", "Aisha")
    nothing = await paying.type("confirm-plan", str(customer_id), "29,900", *by_bank)
    assert (nothing.code, "chosen no plan" in nothing.says) == (1, True)
    chosen = await subscriptions.choose(committing, customer_id, "standard")
    await subscriptions.give_up(committing, chosen.id)  # a transfer may take days

    paid = await paying.type("confirm-plan", str(customer_id), "29,900", *by_bank)

    assert "The plan is active: Standard, 29,900 UGX." in paid.says
    assert (await subscriptions.entitlements(committing, customer_id)).plan_code == "standard"
    assert "Standard · 29,900" in (await paying.type("list")).says
    await subscriptions.choose(committing, customer_id, "plus")
    odd = await paying.type(
        "confirm-plan", str(customer_id), "1,000", "--method", "cash", "--reference", "C1"
    )
    assert "Recorded for Plus, 51,900 UGX, and not applied: underpaid" in odd.says
    assert (await subscriptions.entitlements(committing, customer_id)).plan_code == "standard"


async def test_a_choice_that_another_plan_took_the_place_of_is_not_paid_by_hand(
    paying: Terminal, order: tuple[UUID, UUID], committing: Connection
) -> None:
    customer_id, _ = order
    await subscriptions.choose(committing, customer_id, "standard")
    await subscriptions.choose(committing, customer_id, "plus")
    by_bank = ("--method", "bank", "--by", "Aisha")
    plus = await paying.type("confirm-plan", str(customer_id), "51,900", *by_bank, "--reference", "FT 1")
    assert "The plan is active: Plus" in plus.says

    late = await paying.type("confirm-plan", str(customer_id), "29,900", *by_bank, "--reference", "FT 2")

    assert (late.code, "chosen no plan" in late.says) == (1, True)


async def test_odd_money_is_shown_with_what_can_be_done_and_decided(
    orders: Terminal, paying: Terminal, order: tuple[UUID, UUID], committing: Connection
) -> None:
    customer_id, order_id = order
    started = await payments.pay_order(committing, order_id, PAYER, customer_id=customer_id)
    mtn = Mtn()
    await work_off(beginning(committing), mtn)
    mtn.approve(started.id, amount=700_000)
    await work_off(beginning(committing), mtn)

    (waiting,) = json.loads((await paying.type("list", "--review", "--json")).out)
    assert (waiting["id"], waiting["reason"]) == (str(started.id), "underpaid")
    assert "Q-1 · 744,976" in (await paying.type("list", "--review")).says
    shown = await paying.type("show", str(started.id)[:8])
    assert "for Q-1 price 744,976 UGX asked +256772240146" in shown.says
    assert "700,000 UGX from 256772240146" in shown.says
    assert "luminous payments review" in shown.says
    refused = await paying.type("review", str(started.id), "nothing-came")
    assert (refused.code, "Apply it, or pay it back" in refused.says) == (1, True)
    assert "applied" in (await paying.type("review", str(started.id), "apply", "--by", "Aisha")).says
    assert json.loads((await orders.type("show", "1", "--json")).out)["order"]["status"] == "paid"
    assert (await paying.type("show", "nonsense")).code == 1
    assert (await orders.type("show", "nonsense")).code == 1
    refund = await paying.type("refund", str(started.id), "1", "--reference", "R1")
    assert "partially refunded" in refund.says
