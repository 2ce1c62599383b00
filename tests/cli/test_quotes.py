"""`luminous quote` and `luminous plans` as staff and the owner type them."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from luminous import quotes
from luminous.cli.quotes.pricing import read_item
from luminous.db import Connection
from luminous.errors import LuminousError
from luminous.quotes import Goods, Piece
from tests.database.merging import WROTE
from tests.database.people import PHONE, add

from .conftest import Terminal

WANTED = Piece("link", "size 42", "https://shop.example/shoes")
SHOES = ("--item", "2 x 129.99 USD Nike Air Max 90", "--shipping", "180,000", "--customs", "95000")


@pytest.fixture
async def customer_id(committing: Connection) -> UUID:
    """Somebody who wrote, and asked for shoes: Q-1."""
    customer_id = await add(committing, PHONE)
    await WROTE.run(committing, id=customer_id)
    await quotes.request(committing, customer_id, [WANTED])
    await quotes.complete(committing, customer_id)
    return customer_id


async def test_a_request_is_listed_priced_sent_and_shown(
    quote: Terminal, committing: Connection, customer_id: UUID, tmp_path: Path
) -> None:
    listed = await quote.type("list")
    assert "Q-1" in listed.out
    assert "size 42" in listed.says
    assert max(len(line) for line in listed.out.splitlines()) <= 80

    refused = await quote.type("price", "Q-1", "--by", "Aisha", *SHOES)
    assert (refused.code, "no exchange rate for USD" in refused.says) == (1, True)
    assert "luminous quote rates USD" in refused.says
    assert (await quote.type("rates", "usd", "3,712.5", "--by", "Aisha")).code == 0

    priced = await quote.type("price", "1", "--by", "Aisha", *SHOES, "--last-mile", "15000")
    assert "1,399,952 UGX total" in priced.says
    assert "luminous quote send Q-1" in priced.says
    kept = await quote.type("price", "q1", "--by", "Aisha", "--last-mile", "10000")
    assert "1,394,952 UGX total" in kept.says, "what is not given stays"

    assert (await quote.type("pdf", "Q-1", "q.pdf")).code == 1
    unsure = await quote.type("send", "Q-1", "--by", "Aisha", answer="n\n")
    assert (unsure.code, "Nothing was sent" in unsure.says) == (1, True)
    assert (await quote.type("send", "Q-1", "--by", "Aisha", "--yes")).code == 0
    assert (await quote.type("send", "Q-1", "--by", "Aisha", "--yes")).code == 1
    assert (await quote.type("price", "Q-1", "--by", "Aisha")).code == 1
    assert (await quote.type("pdf", "Q-1", "q.pdf")).code == 0
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF-")

    owed = await (
        await committing.execute("select content ->> 'text', template ->> 'name' from outbox")
    ).fetchall()
    assert [("1,394,952 UGX" in text, template) for text, template in owed] == [(True, "quotation_ready")]
    shown = await quote.type("show", "Q-1")
    assert "sent (version 1): the customer decides" in shown.says
    assert "2 × 129.99 USD at 3,712.5: Nike Air Max 90" in shown.says
    assert max(len(line) for line in shown.out.splitlines()) <= 80
    assert (await quote.type("show", "Q-1", "--json")).json["quotation"]["total"] == 1_394_952


async def test_what_was_sent_is_revised_and_accepted_on_the_customers_behalf(
    quote: Terminal, committing: Connection, customer_id: UUID
) -> None:
    await quote.type("rates", "USD", "3712.5", "--by", "Aisha")
    await quote.type("price", "Q-1", "--by", "Aisha", *SHOES)
    await quote.type("send", "Q-1", "--by", "Aisha", "--yes")

    assert (await quote.type("revise", "Q-1", "--by", "Aisha", "--shipping", "90000")).code == 0
    old = await quote.type("accept", "Q-1", "--version", "1", "--by", "Aisha")
    assert (old.code, "it is draft, at version 2" in old.says) == (1, True)
    await quote.type("send", "Q-1", "--by", "Aisha", "--yes")
    accepted = await quote.type("accept", "Q-1", "--version", "2", "--by", "Aisha")

    assert (accepted.code, "1,294,952 UGX" in accepted.says) == (0, True)
    found = await quotes.detail(committing, (await listed(quote))[0])
    assert found
    assert [event.changed_by for event in found.events if event.became == "accepted"] == ["Aisha"]
    told = await (await committing.execute("select content->>'text' from outbox order by id")).fetchall()
    assert "You accepted Q-1" in told[-1][0]


async def test_prohibited_goods_are_rejected_or_cleared_with_a_reason(
    quote: Terminal, committing: Connection, customer_id: UUID
) -> None:
    await quote.type("rates", "USD", "3712.5", "--by", "Aisha")
    gun = ("--item", "1 x 10 USD Water gun for children")

    refused = await quote.type("price", "Q-1", "--by", "Aisha", *gun)
    assert (refused.code, "Weapons and ammunition" in refused.says, "--clear" in refused.says) == (
        1,
        True,
        True,
    )
    cleared = await quote.type("price", "Q-1", "--by", "Aisha", *gun, "--clear", "a toy")
    assert (cleared.code, "prohibited: Weapons" in cleared.says) == (0, True)
    assert (await quote.type("reject", "Q-1", "No toys like that.", "--by", "Aisha")).code == 0
    assert (await quote.type("reject", "Q-1", "again", "--by", "Aisha")).code == 0
    withdrawn = await quote.type("withdraw", "Q-1", "why", "--by", "Aisha")
    assert (withdrawn.code, "was rejected" in withdrawn.says) == (1, True)


async def test_a_question_goes_to_the_customer(
    quote: Terminal, committing: Connection, customer_id: UUID
) -> None:
    assert (await quote.type("ask", "Q-1", "Which size?", "--by", "Aisha")).code == 0

    owed = await (await committing.execute("select content ->> 'text' from outbox")).fetchall()
    assert owed == [("About your request Q-1: Which size?",)]
    assert "waits for the customer" in (await quote.type("show", "Q-1")).says


async def test_the_list_of_goods_is_published_anew_and_what_is_broken_is_not(
    quote: Terminal, committing: Connection, tmp_path: Path
) -> None:
    rules = (await quote.type("goods", "--by", "Aisha", "--json")).json
    rules.append({"ruling": "prohibited", "goods": "Durians", "words": ["durian"], "advice": "They smell."})
    (tmp_path / "goods.json").write_text(json.dumps(rules))

    assert "List 2 counts" in (await quote.type("goods", "--by", "Aisha", "--publish", "goods.json")).says
    assert (
        quotes.screen(["a fresh DURIAN!"], (await quotes.goods_list(committing)).rules)[0].goods == "Durians"
    )
    (tmp_path / "goods.json").write_text('[{"ruling": "forbidden"}]')
    assert (await quote.type("goods", "--by", "Aisha", "--publish", "goods.json")).code == 1


async def test_days_off_are_shown_added_and_taken_back(quote: Terminal, committing: Connection) -> None:
    assert "Eid" in (await quote.type("days", "--close", "2027-03-10", "--why", "Eid al-Fitr")).says
    assert (await quote.type("days", "--open", "2027-03-10")).code == 0
    assert (await quote.type("days", "--open", "2027-03-10")).code == 1
    assert (await quote.type("days")).code == 0


async def test_what_is_not_there_is_said_with_what_to_do(quote: Terminal) -> None:
    for words in (("show", "17"), ("show", "abc"), ("price", "Q-99", "--by", "A"), ("pdf", "Q-0", "q.pdf")):
        typed = await quote.type(*words)

        assert typed.code == 1
        assert "luminous quote" in typed.says or "Write it as Q-17" in typed.says


@pytest.mark.parametrize(
    ("text", "goods"),
    [
        ("2 x 129.99 USD Nike Air", Goods("Nike Air", 2, 12999, "USD")),
        ("1,200,000 ugx Fridge", Goods("Fridge", 1, 1_200_000, "UGX")),
        ("3×5 EUR  Tea   of Kenya", Goods("Tea of Kenya", 3, 500, "EUR")),
    ],
)
def test_products_are_read_as_staff_type_them(text: str, goods: Goods) -> None:
    assert read_item(text) == goods


@pytest.mark.parametrize("text", ["", "Nike", "2 x USD Nike", "129.99 Nike", "-2 x 5 USD Tea", "5 USD"])
def test_what_is_no_product_says_how_to_write_one(text: str) -> None:
    with pytest.raises(LuminousError):
        read_item(text)


async def test_the_owner_edits_plans_and_the_fee(
    plans: Terminal, quote: Terminal, committing: Connection, customer_id: UUID
) -> None:
    await quote.type("rates", "USD", "3712.5", "--by", "Aisha")
    await quote.type("price", "Q-1", "--by", "Aisha", *SHOES)
    await quote.type("send", "Q-1", "--by", "Aisha", "--yes")
    before = (await quote.type("show", "Q-1", "--json")).json["lines"]

    assert "20 % of the goods" in (await plans.type("fee", "--base", "20", "--round-to", "100")).says
    changed = await plans.type("set", "guest", "--fee-discount", "10", "--limit", "2")
    assert changed.code == 0
    assert "18 %" in (await plans.type("list")).says
    assert (await quote.type("show", "Q-1", "--json")).json["lines"] == before, "what was sent stays"
    await quote.type("revise", "Q-1", "--by", "Aisha")
    after = (await quote.type("show", "Q-1", "--json")).json["lines"]
    assert sum(line["amount"] for line in after if line["kind"].startswith("service_fee")) == 173_700

    for wrong in (
        ("set", "gold", "--limit", "1"),
        ("set", "guest"),
        ("fee", "--base", "101"),
        ("fee", "--base", "x"),
    ):
        typed = await plans.type(*wrong)
        assert typed.code == 1, wrong


async def listed(quote: Terminal) -> list[UUID]:
    """The ids of the quotations, all of them."""
    return [UUID(each["id"]) for each in (await quote.type("list", "--all", "--json")).json]
