"""What the API says of customers is what the shop knows."""

from typing import Any
from uuid import UUID

from tests.api.conftest import Program, problem
from tests.shop import ShopUnderTest, pressed, text

BOTH = ("256782240146", "UG.13491208655302741918")


async def written(shop: ShopUnderTest, count: int = 1) -> UUID:
    """A customer who wrote so many messages and was answered."""
    for number in range(count):
        await shop.hear(text(f"Message {number}", f"wamid.{number}", BOTH))
        await shop.settle()
    return await shop.one("select id from customers where deleted_at is null")


async def test_a_proven_sender_is_found_or_made(shop: ShopUnderTest, program: Program) -> None:
    made = (
        await program.post("/customers/resolve", {"phone_number": "0782240146", "display_name": "Amina"})
    ).json()
    found = (await program.post("/customers/resolve", {"phone_number": "+256 782 240 146"})).json()

    assert (made["phone_number"], made["is_new_customer"], made["decision"]) == (
        "+256782240146",
        True,
        "created",
    )
    assert (found["customer_id"], found["is_new_customer"]) == (made["customer_id"], False)
    terms = (await program.get(f"/customers/{made['customer_id']}/entitlements")).json()
    assert (terms["plan_code"], terms["open_quote_limit"], terms["is_trial"]) == ("guest", 1, True)


async def test_a_user_id_is_enough_and_a_false_one_is_refused(program: Program) -> None:
    made = await program.post("/customers/resolve", {"whatsapp_user_id": BOTH[1]})
    assert made.json()["phone_number"] is None
    assert problem(await program.post("/customers/resolve", {"whatsapp_user_id": "256782240146"}))[0] == 422


async def test_a_customer_is_shown_and_a_merged_record_answers_as_the_one_that_went_on(
    shop: ShopUnderTest, program: Program
) -> None:
    await shop.hear(text("Hello", "wamid.1", (BOTH[0], None)))
    await shop.hear(text("Hello", "wamid.2", (None, BOTH[1])))
    await shop.hear(text("Hello", "wamid.3", BOTH))
    ended, kept = (await shop.rows("select id, merged_into from customers where merged_into is not null"))[0]

    answer = (await program.get(f"/customers/{ended}")).json()

    assert answer["id"] == str(kept)
    assert (answer["display_name"], answer["phone_number"], answer["whatsapp_user_id"]) == (
        "Amina",
        f"+{BOTH[0]}",
        BOTH[1],
    )


async def test_answers_that_are_kept_for_a_key_go_with_whom_they_tell_of(
    shop: ShopUnderTest, program: Program
) -> None:
    one = (await program.post("/customers/resolve", {"phone_number": "+256782240146"}, key="1")).json()
    await program.post("/customers/resolve", {"phone_number": "+256782240147"}, key="2")

    await shop.do("select erase_customer(%s, 'test')", one["customer_id"])

    assert await shop.rows("select key from api_writes") == [("2",)]


async def test_who_was_erased_is_nobody(shop: ShopUnderTest, program: Program) -> None:
    customer = await written(shop)
    await shop.do("select erase_customer(%s, 'test')", customer)

    for path in ("", "/entitlements", "/consents", "/conversation", "/messages"):
        assert problem(await program.get(f"/customers/{customer}{path}"))[0] == 404


async def test_stop_shows_in_the_consents(shop: ShopUnderTest, program: Program) -> None:
    customer = await written(shop)
    before = (await program.get(f"/customers/{customer}/consents")).json()
    await shop.hear(pressed("stop", "wamid.stop", BOTH))
    await shop.settle()

    after = (await program.get(f"/customers/{customer}/consents")).json()

    assert [(each["purpose"], each["state"], each["lets_us_send"]) for each in before["items"]] == [
        ("service", None, True),
        ("order_updates", None, True),
        ("marketing", None, False),
    ]
    assert {(each["state"], each["source"]) for each in after["items"]} == {("opted_out", "message")}


async def test_the_conversation_is_paged_latest_first_without_gap_or_repeat(
    shop: ShopUnderTest, program: Program
) -> None:
    customer = await written(shop, 5)
    whole = (await program.get(f"/customers/{customer}/messages")).json()
    assert whole["next_cursor"] is None

    pages: list[dict[str, Any]] = []
    cursor = None
    while cursor or not pages:
        page = (
            await program.get(
                f"/customers/{customer}/messages",
                params={"limit": 2, **({"cursor": cursor} if cursor else {})},
            )
        ).json()
        assert len(page["items"]) <= 2
        pages += page["items"]
        cursor = page["next_cursor"]

    assert pages == whole["items"]
    assert [each["at"] for each in pages] == sorted((each["at"] for each in pages), reverse=True)
    received = [each["text"] for each in pages if each["direction"] == "received"]
    assert received == [f"Message {number}" for number in reversed(range(5))]


async def test_a_batch_of_one_instant_is_listed_as_it_came(shop: ShopUnderTest, program: Program) -> None:
    customer = await written(shop)
    await shop.do("alter sequence inbox_id_seq restart with 98")
    await shop.hear(*(text(f"Item {number}", f"wamid.item.{number}", BOTH) for number in range(4)))

    listed: list[str] = []
    cursor: dict[str, str] = {}
    while len(listed) < 4:
        page = (await program.get(f"/customers/{customer}/messages", params={"limit": 1, **cursor})).json()
        listed += [each["text"] for each in page["items"]]
        cursor = {"cursor": page["next_cursor"]}

    assert listed == ["Item 3", "Item 2", "Item 1", "Item 0"]


async def test_a_cursor_of_elsewhere_is_refused(shop: ShopUnderTest, program: Program) -> None:
    customer = await written(shop)
    for cursor in ("x", "e30", "bm8", "eyJhdCI6ICJ4IiwgImlkIjogIngifQ"):
        status, detail = problem(
            await program.get(f"/customers/{customer}/messages", params={"cursor": cursor})
        )
        assert (status, "cursor" in detail) == (422, True)


async def test_what_a_stranger_may_have_written_is_left_out(shop: ShopUnderTest, program: Program) -> None:
    await shop.hear(text("Mine", "wamid.1", (BOTH[0], None)))
    customer = await shop.one("select id from customers")
    await shop.do("update customers set last_seen_at = now() - interval '60 days'")
    await shop.hear(text("A stranger's", "wamid.2", (BOTH[0], None)))
    await shop.settle()

    shown = (await program.get(f"/customers/{customer}/messages")).json()["items"]

    assert [each["text"] for each in shown if each["direction"] == "received"] == ["Mine"]
    assert "is kept for a person" not in str(shown)


async def test_plans_are_the_owners(shop: ShopUnderTest, program: Program) -> None:
    await shop.do("update subscription_plans set price = 31000 where code = 'standard'")
    await shop.do("update subscription_plans set is_active = false where code = 'plus'")

    plans = (await program.get("/plans")).json()["items"]

    assert [(plan["code"], plan["price"]) for plan in plans] == [("guest", 0), ("standard", 31000)]
